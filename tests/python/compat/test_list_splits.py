"""Splitters of the mirror draw the same folds, with lists for test sets."""

import inspect
import pickle

import pytest

from astonish import Dataset, Reader, make_ratings, model_selection
from astonish.compat import list_splits
from astonish.data.testset import Testset

SPLITTERS = ["KFold", "RepeatedKFold", "ShuffleSplit", "LeaveOneOut"]


@pytest.fixture(scope="module")
def data():
    return make_ratings(20, 15, 100, seed=4)


def both(name, *arguments, **options):
    """The splitter of a name, of the package and of the mirror."""
    return (
        getattr(module, name)(*arguments, **options) for module in (model_selection, list_splits)
    )


@pytest.mark.parametrize("name", SPLITTERS)
def test_the_folds_are_the_same(data, name):
    ours, mirrored = both(name, 2, random_state=3)
    folds = list(zip(ours.split(data), mirrored.split(data), strict=True))
    assert len(folds) == ours.get_n_folds() == mirrored.get_n_folds()
    for (train, test), (mirrored_train, mirrored_test) in folds:
        assert type(test) is Testset
        assert type(mirrored_test) is list
        assert test == mirrored_test
        assert list(train.all_ratings()) == list(mirrored_train.all_ratings())


def test_predefined_folds_are_the_same(tmp_path):
    for name, text in {"train": "u i 1\nv i 2\n", "test": "u j 3\n"}.items():
        (tmp_path / name).write_text(text)
    data = Dataset.load_from_folds([(tmp_path / "train", tmp_path / "test")], Reader())
    for splitter in both("PredefinedKFold"):
        ((_, testset),) = splitter.split(data)
        assert testset == [("u", "j", 3.0)]
    assert type(testset) is list


def test_one_split_is_the_same(data):
    ours, mirrored = both("train_test_split", data, test_size=0.3, random_state=1)
    assert ours[1] == mirrored[1]
    assert (type(ours[1]), type(mirrored[1])) == (Testset, list)


def test_one_split_has_the_same_parameters():
    ours, mirrored = (module.train_test_split for module in (model_selection, list_splits))
    assert inspect.signature(ours).parameters == inspect.signature(mirrored).parameters


@pytest.mark.parametrize("name", [*SPLITTERS, "PredefinedKFold"])
def test_a_splitter_is_one_of_the_package(name):
    ours, mirrored = both(name)
    assert isinstance(mirrored, type(ours))
    copied = pickle.loads(pickle.dumps(mirrored))
    assert type(copied) is type(mirrored)
    assert vars(copied) == vars(mirrored)


def test_a_data_set_may_construct_its_own_test_sets(data, monkeypatch):
    monkeypatch.setattr(data, "construct_testset", lambda _: "mine")
    assert next(list_splits.KFold().split(data))[1] == "mine"


@pytest.mark.parametrize(("cv", "n_splits"), [(None, 5), (3, 3)])
def test_get_cv_makes_the_splitter_of_the_mirror(cv, n_splits):
    splitter = list_splits.get_cv(cv)
    assert type(splitter) is list_splits.KFold
    assert splitter.n_splits == n_splits


def test_get_cv_of_a_splitter_is_the_same_object():
    splitter = model_selection.ShuffleSplit()
    assert list_splits.get_cv(splitter) is splitter
    with pytest.raises(ValueError, match="Wrong CV object"):
        list_splits.get_cv("five")


def test_what_is_constructed_of_one_user_out_has_no_timestamps(tmp_path):
    path = tmp_path / "ratings"
    path.write_text("u i 1 10\nu j 2 20\nv i 3 30\nv j 4 40\n")
    data = Dataset.load_from_file(path, Reader(line_format="user item rating timestamp"))
    seen = []
    data.construct_testset = lambda rows: seen.append([row[3] is None for row in rows])
    for splitter in both("LeaveOneOut", 1, random_state=0):
        next(splitter.split(data))
    assert seen == [[False, False], [True, True]]
