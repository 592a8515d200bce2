"""SlopeOne against loops over all pairs of ratings."""

import copy
from concurrent.futures import CancelledError

import numpy as np
import pytest
from hypothesis import given

from astonish import SlopeOne
from astonish.models.rating import slope_one
from astonish.support import cancellation as _cancellation
from astonish.support.cancellation import Cancellation

from .. import reference
from ..helpers import all_pairs, small_ratings, trainset_of

UNKNOWN = {"was_impossible": True, "reason": "User and/or item is unknown."}


@pytest.fixture(scope="module")
def model(trainset):
    return SlopeOne().fit(trainset)


def estimates(model, pairs):
    return [prediction.est for prediction in model.test(pairs)]


@given(small_ratings)
def test_tables_and_estimates_equal_the_reference_to_the_last_bit(trainset):
    model = SlopeOne().fit(trainset)
    tables = reference.slope_one_tables(trainset)
    users, items = np.indices((trainset.n_users, trainset.n_items), dtype=np.int32)
    expected = [
        reference.slope_one_estimate(trainset, *tables, u, i)
        for u, i in zip(users.flat, items.flat, strict=True)
    ]
    assert model._estimate_many(users.ravel(), items.ravel()).tolist() == expected
    assert [model.estimate(u, i) for u, i in zip(users.flat, items.flat, strict=True)] == expected
    np.testing.assert_array_equal(model.freq, tables[0])
    np.testing.assert_array_equal(model.dev, tables[1])


def test_an_estimate_by_hand():
    trainset = trainset_of(
        ("ann", 0, 5.0), ("ann", 1, 3.0), ("bob", 0, 4.0), ("bob", 1, 2.0), ("bob", 2, 1.0)
    )
    model = SlopeOne().fit(trainset)
    # Bob alone rated item 2: 3 less than item 0, 1 less than item 1. Ann's mean is 4.
    assert model.predict("ann", 2).est == 4 - (3 + 1) / 2


def test_a_user_without_relevant_items_is_estimated_their_mean():
    model = SlopeOne().fit(trainset_of(("ann", 0, 5.0), ("ann", 1, 2.0), ("bob", 2, 3.0)))
    assert model.predict("ann", 2).est == 3.5
    assert model.test([("ann", 2, None)]) == [model.predict("ann", 2)]


@pytest.mark.parametrize("pair", [("1", "?"), ("?", "2"), ("?", "?")])
def test_unknown_ids_are_impossible(model, trainset, pair):
    prediction = model.predict(*pair)
    assert (prediction.est, prediction.details) == (trainset.global_mean, UNKNOWN)
    assert model.test([(*pair, None)]) == [prediction]


def test_fitting_makes_no_tables(trainset):
    model = SlopeOne().fit(trainset)
    model.test(all_pairs(trainset)[::50])
    model.predict("1", "2")
    assert vars(model).keys() == {
        *("bsl_options", "sim_options", "n_threads", "trainset", "bu", "bi", "user_mean")
    }


def test_tables_have_the_types_of_surprise(model, trainset):
    model = copy.copy(model)
    assert (model.freq.shape, model.freq.dtype) == ((150, 150), np.dtype(np.intp))
    assert (model.dev.shape, model.dev.dtype) == ((150, 150), np.dtype(np.float64))
    assert model.freq is model.freq
    assert type(model.user_mean) is list
    assert len(model.user_mean) == trainset.n_users


def test_estimates_are_the_same_with_the_tables(model, trainset):
    pairs = all_pairs(trainset)[::7]
    for name in ("freq", "dev"):
        with_table = copy.copy(model)
        assert getattr(with_table, name) is vars(with_table)[name]
        assert with_table.test(pairs) == model.test(pairs)
        assert with_table.predict(*pairs[0]) == model.predict(*pairs[0])


def test_tables_that_the_user_assigns_are_used_until_the_next_fit(model, trainset):
    pairs = all_pairs(trainset)[::97]
    expected = estimates(model, pairs)
    model = copy.copy(model)
    model.dev = np.zeros((150, 150))
    means = [np.clip(model.user_mean[trainset.to_inner_uid(user)], 1, 5) for user, _, _ in pairs]
    assert estimates(model, pairs[:-2]) == means[:-2]
    assert [model.predict(*pair).est for pair in pairs[:-2]] == means[:-2]
    assert estimates(model.fit(trainset), pairs) == expected
    assert not {"freq", "dev"} & vars(model).keys()


def test_means_that_the_user_assigns_are_used(model, trainset):
    model = copy.copy(model)
    model.user_mean = np.asarray(model.user_mean) - 0.25
    for pair in (("1", "2"), ("3", "4")):
        before = SlopeOne().fit(trainset).predict(*pair, clip=False).est
        assert model.predict(*pair, clip=False).est == pytest.approx(before - 0.25, abs=1e-12)
        assert model.test([(*pair, None)]) == [model.predict(*pair)]


def test_rows_that_predict_keeps_are_bounded(trainset, monkeypatch):
    pairs = all_pairs(trainset)[:300]
    model = SlopeOne().fit(copy.copy(trainset))
    monkeypatch.setattr(slope_one, "_KEPT_BYTES", 3 * 16 * 150)
    assert [model.predict(*pair).est for pair in pairs] == estimates(model, pairs)
    assert 1 <= len(slope_one._kept_rows[model.trainset]) <= 3


def test_strict_mode_cuts_ratings_but_not_means(monkeypatch):
    trainset = trainset_of(("u", "i", 3.5), ("u", "j", 1.5), ("v", "i", 2.5), scale=(0.5, 5))
    model = SlopeOne().fit(trainset)
    assert model.predict("v", "j").est == 2.5 - 2
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
    assert model.predict("v", "j").est == 2.5 - 2
    trainset = trainset_of(("u", "i", 3.5), ("u", "j", 1.0), ("v", "i", 2.5), scale=(0.5, 5))
    model = SlopeOne().fit(trainset)
    assert model.user_mean == [2.25, 2.5]
    assert model.predict("v", "j").est == 2.5 - 2
    assert model.test([("v", "j", None)])[0].est == 2.5 - 2
    assert model.dev.tolist() == [[0, 2], [-2, 0]]
    monkeypatch.delenv("ASTONISH_SURPRISE_STRICT")
    model.fit(trainset)
    assert model.predict("v", "j", clip=False).est == 2.5 - 2.5


def test_tables_are_the_same_with_any_number_of_threads(trainset):
    expected = SlopeOne(n_threads=1).fit(trainset)
    for n_threads in (2, 5):
        model = SlopeOne(n_threads=n_threads).fit(trainset)
        np.testing.assert_array_equal(model.freq, expected.freq)
        np.testing.assert_array_equal(model.dev, expected.dev)


def test_ctrl_c_is_noticed_between_blocks_of_items(model, trainset, monkeypatch):
    calls = []

    def stop_at_the_third_call():
        calls.append(None)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(slope_one, "_ITEMS_PER_CALL", 10)
    monkeypatch.setattr(_cancellation, "check_cancelled", stop_at_the_third_call)
    with pytest.raises(KeyboardInterrupt):
        model.test(all_pairs(trainset))
    calls.clear()
    fresh = copy.copy(model)
    with pytest.raises(KeyboardInterrupt):
        fresh.freq  # noqa: B018
    assert "freq" not in vars(fresh)


def test_blocks_of_items_do_not_change_estimates(model, trainset, monkeypatch):
    pairs = all_pairs(trainset)[::3]
    expected = model.test(pairs)
    monkeypatch.setattr(slope_one, "_ITEMS_PER_CALL", 7)
    assert model.test(pairs) == expected


def test_a_job_that_was_stopped_estimates_nothing_more(model, trainset):
    cancellation = Cancellation()
    cancellation.stop()
    with cancellation.job(), pytest.raises(CancelledError):
        model.test(all_pairs(trainset))


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (1.5, TypeError)])
def test_a_wrong_number_of_threads_is_named(trainset, value, error):
    with pytest.raises(error, match=rf"n_threads must be .*got {value}"):
        SlopeOne(n_threads=value).fit(trainset)
