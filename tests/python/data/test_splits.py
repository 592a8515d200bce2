"""How folds are cut."""

from collections import Counter

import numpy as np
import pytest

from astonish import Dataset, Reader, Trainset, model_selection
from astonish.data.testset import Testset
from astonish.model_selection import (
    KFold,
    LeaveOneOut,
    PredefinedKFold,
    RepeatedKFold,
    ShuffleSplit,
    get_cv,
    train_test_split,
)

SPLITTERS = [KFold(), RepeatedKFold(), ShuffleSplit(), LeaveOneOut()]


def rows(trainset):
    return Counter(trainset.build_testset())


def all_rows(data):
    return Counter(data.build_full_trainset().build_testset())


def test_the_module_lists_what_it_offers():
    assert all(hasattr(model_selection, name) for name in model_selection.__all__)


# KFold


@pytest.mark.parametrize("n_splits", [2, 3, 7, 100])
def test_each_rating_is_tested_once(data, n_splits):
    folds = list(KFold(n_splits, random_state=0).split(data))
    assert len(folds) == n_splits
    assert sum((Counter(testset) for _, testset in folds), Counter()) == all_rows(data)
    for trainset, testset in folds:
        assert rows(trainset) + Counter(testset) == all_rows(data)


def test_the_first_folds_get_the_rest(data):
    assert [len(testset) for _, testset in KFold(7).split(data)] == [15, 15, 14, 14, 14, 14, 14]


def test_without_a_shuffle_folds_are_slices(data):
    folds = [testset for _, testset in KFold(4, shuffle=False).split(data)]
    raw = [rating[:3] for rating in data.raw_ratings]
    assert folds == [raw[:25], raw[25:50], raw[50:75], raw[75:]]


def test_the_training_set_keeps_the_order_of_the_data(data):
    folds = [trainset for trainset, _ in KFold(4, shuffle=False).split(data)]
    expected = data.construct_trainset(data.raw_ratings[:25] + data.raw_ratings[50:])
    assert folds[1].user_ids == expected.user_ids
    assert folds[1].item_ids == expected.item_ids
    assert list(folds[1].all_ratings()) == list(expected.all_ratings())


def test_the_shuffle_is_that_of_the_random_state(data):
    order = np.arange(100)
    np.random.RandomState(3).shuffle(order)
    _, testset = next(KFold(4, random_state=3).split(data))
    raw = [rating[:3] for rating in data.raw_ratings]
    assert testset == [raw[row] for row in order[:25]]


def test_an_int_gives_the_same_folds_again(data):
    splitter = KFold(3, random_state=1)
    first, second = ([testset for _, testset in splitter.split(data)] for _ in range(2))
    assert first == second


def test_a_random_state_moves_on(data):
    splitter = KFold(3, random_state=np.random.RandomState(1))
    first, second = ([testset for _, testset in splitter.split(data)] for _ in range(2))
    assert first != second


def test_splitting_does_not_change_the_data(data):
    before = list(data.raw_ratings)
    list(KFold(3).split(data))
    assert data.raw_ratings == before


def test_raw_ratings_that_the_user_assigned_are_split(data):
    mine = Dataset.load_builtin("demo")
    mine.raw_ratings = data.raw_ratings[:10]
    assert [len(testset) for _, testset in KFold(5).split(mine)] == [2] * 5


@pytest.mark.parametrize("n_splits", [1, 0, -2, 101])
def test_an_impossible_number_of_folds_is_refused(data, n_splits):
    with pytest.raises(ValueError, match=rf"n_splits.*{n_splits}"):
        next(KFold(n_splits).split(data))


@pytest.mark.parametrize("n_splits", [2.0, "3", True])
def test_the_number_of_folds_is_an_integer(data, n_splits):
    with pytest.raises(TypeError, match=f"n_splits must be an integer, got {n_splits!r}"):
        next(KFold(n_splits).split(data))


def test_a_bad_random_state_is_refused(data):
    with pytest.raises(ValueError, match="random state"):
        next(KFold(random_state="1").split(data))


# ShuffleSplit and train_test_split

SIZES = [
    ({}, 80, 20),
    ({"test_size": 0.333}, 66, 34),  # the test set is rounded up
    ({"test_size": None, "train_size": 0.333}, 33, 67),  # the training set is rounded down
    ({"test_size": 7}, 93, 7),
    ({"test_size": None, "train_size": 7}, 7, 93),
    ({"test_size": 10, "train_size": 0.5}, 50, 10),
    ({"test_size": 0.25, "train_size": 75}, 75, 25),
    ({"test_size": np.float32(0.5), "train_size": np.int64(20)}, 20, 50),
]


@pytest.mark.parametrize(("sizes", "n_train", "n_test"), SIZES)
def test_sizes(data, sizes, n_train, n_test):
    trainset, testset = train_test_split(data, **sizes, random_state=0)
    assert (trainset.n_ratings, len(testset)) == (n_train, n_test)
    assert not (rows(trainset) + Counter(testset)) - all_rows(data)


def test_the_permutation_is_that_of_the_random_state(data):
    _, testset = train_test_split(data, random_state=3)
    order = np.random.RandomState(3).permutation(100)
    assert testset == [data.raw_ratings[row][:3] for row in order[80:]]


def test_without_a_shuffle_the_training_set_comes_first(data):
    trainset, testset = train_test_split(data, shuffle=False)
    raw = [rating[:3] for rating in data.raw_ratings]
    assert testset == raw[80:]
    assert rows(trainset) == Counter(raw[:80])


def test_shuffle_split_draws_anew_for_each_fold(data):
    testsets = [testset for _, testset in ShuffleSplit(3, random_state=0).split(data)]
    assert len({tuple(testset) for testset in testsets}) == 3
    assert testsets == [testset for _, testset in ShuffleSplit(3, random_state=0).split(data)]


def test_how_many_ratings_a_size_stands_for():
    splitter = ShuffleSplit()
    assert splitter.validate_train_test_sizes(0.25, None, 100) == (75, 25)
    assert splitter.validate_train_test_sizes(30, 0.5, 100) == (50, 30)


@pytest.mark.parametrize("size", [0, -1, 0.0, -0.5])
@pytest.mark.parametrize("name", ["test_size", "train_size"])
def test_sizes_must_be_positive(name, size):
    with pytest.raises(ValueError, match=f"{name}={size} should be strictly greater than 0"):
        ShuffleSplit(**{name: size})


@pytest.mark.parametrize("size", [100, 101, 100.0])
@pytest.mark.parametrize("name", ["test_size", "train_size"])
def test_sizes_must_be_below_the_number_of_ratings(data, name, size):
    with pytest.raises(ValueError, match=f"{name}={size} should be less than the number"):
        train_test_split(data, **{name: size})


@pytest.mark.parametrize(
    "sizes",
    [
        {"test_size": 1.0},
        {"test_size": None, "train_size": 0.001},
        {"test_size": None},
    ],
)
def test_sizes_that_leave_nothing_to_train_on_are_refused(data, sizes):
    with pytest.raises(ValueError, match="of 100 ratings: the training set needs one"):
        train_test_split(data, **sizes)


@pytest.mark.parametrize(
    ("sizes", "total"),
    [({"test_size": 0.6, "train_size": 0.5}, 110), ({"test_size": 60, "train_size": 41}, 101)],
)
def test_sizes_that_exceed_the_data_are_refused(data, sizes, total):
    with pytest.raises(ValueError, match=rf"\({total}\) should be smaller than the number"):
        train_test_split(data, **sizes)


@pytest.mark.parametrize("n_splits", [0, -1])
def test_shuffle_split_needs_a_fold(n_splits):
    with pytest.raises(ValueError, match="n_splits must be at least 1"):
        ShuffleSplit(n_splits)


@pytest.mark.parametrize("size", ["0.2", True, [0.2]])
def test_a_size_is_a_number(size):
    with pytest.raises(TypeError, match="test_size must be a number"):
        ShuffleSplit(test_size=size)


# RepeatedKFold


def test_each_repetition_is_a_k_fold(data):
    folds = [testset for _, testset in RepeatedKFold(4, 3, random_state=0).split(data)]
    assert len(folds) == 12
    for begin in (0, 4, 8):
        assert sum(map(Counter, folds[begin : begin + 4]), Counter()) == all_rows(data)
    assert len({tuple(testset) for testset in folds}) == 12


def test_the_first_repetition_is_the_k_fold_of_the_same_seed(data):
    once = [testset for _, testset in KFold(3, random_state=5).split(data)]
    repeated = [testset for _, testset in RepeatedKFold(3, 2, random_state=5).split(data)]
    assert repeated[:3] == once


@pytest.mark.parametrize("n_repeats", [0, -1])
def test_repeated_k_fold_needs_a_repetition(data, n_repeats):
    with pytest.raises(ValueError, match=f"n_repeats must be at least 1, got {n_repeats}"):
        next(RepeatedKFold(n_repeats=n_repeats).split(data))


# LeaveOneOut


def of_each_user(data):
    """The ratings of each user, users in order of first appearance."""
    lists = {}
    for user, item, rating, _ in data.raw_ratings:
        lists.setdefault(user, []).append((user, item, rating))
    return lists


def test_one_rating_of_each_user_is_tested(data):
    for trainset, testset in LeaveOneOut(3, random_state=0).split(data):
        assert [user for user, _, _ in testset] == list(of_each_user(data))
        assert rows(trainset) + Counter(testset) == all_rows(data)


def test_the_tested_ratings_are_drawn_user_by_user(data):
    rng = np.random.RandomState(3)
    for _, testset in LeaveOneOut(2, random_state=3).split(data):
        lists = of_each_user(data).values()
        assert testset == [ratings[rng.randint(0, len(ratings))] for ratings in lists]


def test_the_training_set_is_grouped_by_user(data):
    trainset, testset = next(LeaveOneOut(1, random_state=0).split(data))
    rest = [[row for row in mine if row not in testset] for mine in of_each_user(data).values()]
    expected = data.construct_trainset([(*row, None) for mine in rest for row in mine])
    assert trainset.item_ids == expected.item_ids
    assert list(trainset.all_ratings()) == list(expected.all_ratings())


def test_users_with_too_few_ratings_are_left_out(data):
    lists = of_each_user(data)
    limit = sorted(map(len, lists.values()))[len(lists) // 2]
    kept = {user for user, ratings in lists.items() if len(ratings) > limit}
    trainset, testset = next(LeaveOneOut(1, 0, min_n_ratings=limit).split(data))
    assert set(trainset.user_ids) == kept == {user for user, _, _ in testset}
    assert trainset.n_ratings == sum(len(lists[user]) - 1 for user in kept)


def test_a_lone_rating_is_tested_only():
    data = Dataset.load_builtin("demo")
    data.raw_ratings = [("u", "i", 3.0, None), ("v", "i", 1.0, "9"), ("u", "j", 2.0, None)]
    for trainset, testset in LeaveOneOut().split(data):
        assert trainset.user_ids == ["u"]
        assert testset[1] == ("v", "i", 1.0)


@pytest.mark.parametrize("min_n_ratings", [100, float(10**6)])
def test_users_must_have_enough_ratings(data, min_n_ratings):
    with pytest.raises(ValueError, match="Could not build any trainset"):
        next(LeaveOneOut(min_n_ratings=min_n_ratings).split(data))


def test_someone_must_have_two_ratings():
    data = Dataset.load_builtin("demo")
    data.raw_ratings = [("u", "i", 3.0, None), ("v", "i", 1.0, None)]
    with pytest.raises(ValueError, match="Could not build any trainset"):
        next(LeaveOneOut().split(data))


@pytest.mark.parametrize("n_splits", [0, -1])
def test_leave_one_out_needs_a_fold(data, n_splits):
    with pytest.raises(ValueError, match=f"n_splits must be at least 1, got {n_splits}"):
        next(LeaveOneOut(n_splits).split(data))


def test_the_minimum_is_a_number(data):
    with pytest.raises(TypeError, match="min_n_ratings must be a number, got '3'"):
        next(LeaveOneOut(min_n_ratings="3").split(data))


# PredefinedKFold


@pytest.fixture
def folds(tmp_path):
    """A data set of two folds in files."""
    texts = {"a": "u i 1\nv i 2\n", "b": "u j 3\n", "c": "w j 4\n", "d": "u i 5\nw i 5\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = [(tmp_path / "a", tmp_path / "b"), (str(tmp_path / "c"), str(tmp_path / "d"))]
    return Dataset.load_from_folds(files, Reader())


def test_predefined_folds_are_those_of_the_files(folds):
    (first, first_test), (second, second_test) = PredefinedKFold().split(folds)
    assert first.build_testset() == [("u", "i", 1.0), ("v", "i", 2.0)]
    assert first_test == [("u", "j", 3.0)]
    assert second.build_testset() == [("w", "j", 4.0)]
    assert second_test == [("u", "i", 5.0), ("w", "i", 5.0)]


def test_predefined_folds_know_their_number_after_a_split(folds):
    splitter = PredefinedKFold()
    next(splitter.split(folds))
    assert splitter.get_n_folds() == 2


@pytest.mark.parametrize("splitter", SPLITTERS)
def test_a_data_set_of_folds_cannot_be_split_otherwise(folds, splitter):
    with pytest.raises(TypeError, match="PredefinedKFold reads its folds"):
        next(splitter.split(folds))


@pytest.mark.parametrize("splitter", SPLITTERS)
def test_only_data_sets_are_split(data, splitter):
    with pytest.raises(TypeError, match=r"data must be a Dataset .*got list"):
        next(splitter.split(data.raw_ratings))


# What all splitters share


@pytest.mark.parametrize(
    ("splitter", "n_folds"),
    [
        (KFold(), 5),
        (KFold(3), 3),
        (RepeatedKFold(), 50),
        (RepeatedKFold(3, 2), 6),
        (ShuffleSplit(), 5),
        (ShuffleSplit(2), 2),
        (LeaveOneOut(), 5),
        (LeaveOneOut(2), 2),
    ],
)
def test_the_number_of_folds(data, splitter, n_folds):
    assert splitter.get_n_folds() == n_folds
    assert len(list(splitter.split(data))) == n_folds


@pytest.mark.parametrize("splitter", SPLITTERS)
def test_folds_are_training_sets_of_the_scale_of_the_data(data, splitter):
    trainset, testset = next(splitter.split(data))
    assert type(trainset) is Trainset
    assert trainset.rating_scale == data.reader.rating_scale
    assert type(testset) is Testset
    assert testset.known is None
    assert set(map(type, testset)) == {tuple}


class HandMade(Dataset):
    """A data set that someone filled without a file or a frame."""

    def __init__(self, raw_ratings):
        super().__init__(Reader())
        self.raw_ratings = raw_ratings


@pytest.mark.parametrize("name", ["KFold", "RepeatedKFold", "ShuffleSplit", "LeaveOneOut"])
def test_a_data_set_filled_by_hand_is_split(data, name):
    splitter = getattr(model_selection, name)(2, random_state=0)
    expected = [testset for _, testset in splitter.split(data)]
    assert [testset for _, testset in splitter.split(HandMade(data.raw_ratings))] == expected


@pytest.mark.parametrize("splitter", SPLITTERS)
def test_timestamps_go_with_their_ratings(data, splitter):
    stamped = HandMade([(*row[:3], str(7 * n)) for n, row in enumerate(data.raw_ratings)])
    expected = {row[:3]: int(row[3]) for row in stamped.raw_ratings}
    trainset, testset = next(splitter.split(stamped))
    assert trainset.n_ratings + len(testset) == 100
    rows = trainset.build_testset()
    assert trainset.timestamps.tolist() == [expected[row] for row in rows]
    assert testset.to_ratings().timestamps.tolist() == [expected[row] for row in testset]


def test_a_data_set_may_construct_its_own_training_sets(data, monkeypatch):
    monkeypatch.setattr(data, "construct_trainset", lambda _: "mine")
    monkeypatch.setattr(data, "construct_testset", lambda _: "mine too")
    assert next(KFold().split(data)) == ("mine", "mine too")


# get_cv


def test_get_cv_of_nothing_is_five_folds():
    assert isinstance(get_cv(None), KFold)
    assert get_cv(None).n_splits == 5


@pytest.mark.parametrize("number", [3, np.int64(3)])
def test_get_cv_of_a_number_is_so_many_folds(number):
    assert isinstance(get_cv(number), KFold)
    assert get_cv(number).n_splits == 3


def test_get_cv_of_a_splitter_is_itself():
    splitter = ShuffleSplit()
    assert get_cv(splitter) is splitter


@pytest.mark.parametrize("wrong", [2.5, "five", object(), [1]])
def test_get_cv_refuses_the_rest(wrong):
    with pytest.raises(ValueError, match="Wrong CV object"):
        get_cv(wrong)
