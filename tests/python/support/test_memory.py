"""What does not fit into the memory that is free is refused before any work."""

import numpy as np
import pytest

import astonish
from astonish import KNNBasic, make_ratings
from astonish.support import memory

MEMINFO = "MemTotal: 900 kB\nMemAvailable: 100 kB\nSwapFree: 20 kB\n"


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Files of the system that say what is given; the others are not there."""

    def write(**contents):
        for name in ("_LIMIT", "_IN_USE", "_OF_GROUP", "_OF_MACHINE"):
            path = tmp_path / name
            if name in contents:
                path.write_text(contents[name])
            monkeypatch.setattr(memory, name, path)

    return write


def test_what_others_use_is_not_free(system):
    system(_OF_MACHINE=MEMINFO)
    assert memory.available_memory() == 120 * 1024
    with pytest.raises(MemoryError, match=r"it would take 122,881 bytes, of the 122,880 .* free"):
        memory.check_fits(120 * 1024 + 1, "it", "less")
    memory.check_fits(120 * 1024, "it", "less")


def test_a_control_group_has_less(system):
    group = {"_IN_USE": "700", "_OF_GROUP": "anon 500\ninactive_file 150\nactive_file 50\n"}
    system(_OF_MACHINE=MEMINFO, _LIMIT="1000", **group)
    assert memory.available_memory() == 1000 - 700 + 200


@pytest.mark.parametrize("limit", ["max", ""])
def test_a_group_without_limit_has_all(system, limit):
    system(_OF_MACHINE=MEMINFO, _LIMIT=limit, _IN_USE="700")
    assert memory.available_memory() == 120 * 1024


def test_a_system_that_does_not_say_what_is_free_has_all_of_its_memory(system):
    system()
    assert memory.available_memory() == memory.physical_memory()


@pytest.fixture(scope="module")
def model():
    trainset = make_ratings(30, 20, 300, seed=1).build_full_trainset()
    return KNNBasic(verbose=False, sim_options={"user_based": False}).fit(trainset)


@pytest.mark.parametrize("method", ["similar_items", "recommend"])
def test_lists_beyond_all_items_are_filled_up(model, method):
    ids = model.trainset.item_ids if method == "similar_items" else model.trainset.user_ids
    short, long = (getattr(model, method)(ids[:3], n=n) for n in (20, 50))
    assert long[0].shape == long[1].shape == (3, 50)
    assert (long[0][:, :20] == short[0]).all()
    np.testing.assert_array_equal(long[1][:, :20], short[1])
    assert (long[0][:, 20:] == None).all()  # noqa: E711  of an array
    assert np.isnan(long[1][:, 20:]).all()


def test_topk_beyond_all_items_is_filled_up():
    queries, items = np.eye(2, dtype=np.float32), np.ones((3, 2), np.float32)
    found, scores = astonish.topk(queries, items, n=5)
    assert found.tolist() == [[0, 1, 2, -1, -1]] * 2
    assert scores.dtype == np.float32
    assert np.isnan(scores[:, 3:]).all()


def test_lists_that_do_not_fit_are_refused(model, system):
    system(_OF_MACHINE=MEMINFO)
    with pytest.raises(MemoryError, match="the lists"):
        model.similar_items(model.trainset.item_ids[:1], n=10**9)
    with pytest.raises(MemoryError, match="the lists"):
        astonish.topk(np.eye(2), np.eye(2), n=10**9)
