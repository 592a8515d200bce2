"""Timestamps in columns and in training sets."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import SVD, Dataset, Reader, Trainset, dump, make_ratings
from astonish.data.ratings import Ratings
from astonish.data.timestamps import MISSING_TIME, UngroupedTimestamps, to_column
from astonish.model_selection import KFold

RAW = [
    ("ann", "up", 4.0, "30"),
    ("bob", "up", 1.0, "10"),
    ("ann", "big", 3.0, "20"),
    ("bob", "up", 2.0, "40"),
]


def make_trainset(raw):
    return Trainset.from_ratings(Ratings.from_tuples(raw), (1, 5))


def through_pickle(trainset):
    return pickle.loads(pickle.dumps(trainset))


def stamped(trainset):
    """(user, item, rating, timestamp) of every rating, user by user."""
    return list(
        zip(*zip(*trainset.build_testset(), strict=True), trainset.timestamps.tolist(), strict=True)
    )


class TestColumns:
    @given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1))
    def test_integers_become_int64(self, numbers):
        column = to_column(list(map(str, numbers)))
        assert column.dtype == np.int64
        assert column.tolist() == numbers

    def test_a_missing_one_stays_missing_among_integers(self):
        assert to_column(["7", None]).tolist() == [7, MISSING_TIME]
        assert Ratings.from_tuples([(*RAW[0][:3], None), RAW[1]])[0][3] is None

    @pytest.mark.parametrize("text", ["2024-05-01", "1.5", "", str(2**63), str(MISSING_TIME)])
    def test_one_text_makes_a_column_of_texts(self, text):
        column = to_column(["7", text, None])
        assert column.dtype == object
        assert column.tolist() == ["7", text, None]

    def test_without_any_there_is_no_column(self):
        assert to_column([None, None]) is None
        assert to_column([]) is None


class TestTrainset:
    def test_they_are_in_the_order_of_the_ratings_by_user(self):
        trainset = make_trainset(RAW)
        assert trainset.timestamps.dtype == np.int64
        assert stamped(trainset) == [
            ("ann", "up", 4.0, 30),
            ("ann", "big", 3.0, 20),
            ("bob", "up", 1.0, 10),
            ("bob", "up", 2.0, 40),
        ]

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 9), st.integers(0, 9), st.floats(1, 5), st.integers(0, 99).map(str)
            ),
            min_size=1,
        )
    )
    def test_any_ratings_keep_theirs(self, raw):
        order = {user: place for place, user in enumerate(dict.fromkeys(row[0] for row in raw))}
        by_user = sorted(raw, key=lambda row: order[row[0]])
        expected = [(*row[:3], int(row[3])) for row in by_user]
        assert stamped(make_trainset(raw)) == expected

    def test_without_any_there_are_none(self):
        assert make_trainset([(*row[:3], None) for row in RAW]).timestamps is None
        assert make_ratings(5, 5, 10).build_full_trainset().timestamps is None

    def test_texts_are_left_out(self):
        assert make_trainset([*RAW, ("cid", "up", 1.0, "2024-05-01")]).timestamps is None

    def test_some_may_be_missing(self):
        trainset = make_trainset([*RAW, ("ann", "off", 1.0, None)])
        assert trainset.timestamps.tolist() == [30, 20, MISSING_TIME, 10, 40]
        assert [row[3] for row in trainset.to_ratings()] == ["30", "20", None, "10", "40"]

    def test_they_are_grouped_when_asked_for_and_kept(self):
        trainset = make_trainset(RAW)
        assert isinstance(trainset._timestamps, UngroupedTimestamps)
        first = trainset.timestamps
        assert trainset.timestamps is first
        assert trainset._timestamps is first

    def test_they_cannot_be_written_to(self):
        with pytest.raises(ValueError, match="read-only"):
            make_trainset(RAW).timestamps[0] = 1

    def test_the_column_of_the_data_can(self):
        ratings = Ratings.from_tuples(RAW)
        Trainset.from_ratings(ratings, (1, 5)).timestamps  # noqa: B018  makes them
        ratings.timestamps[0] = 31

    def test_the_columns_of_a_training_set_have_them(self):
        trainset = make_trainset(RAW)
        again = Trainset.from_ratings(trainset.to_ratings(), (1, 5))
        assert stamped(again) == stamped(trainset)

    @pytest.mark.parametrize("asked", [False, True])
    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, through_pickle])
    def test_copies_keep_them(self, asked, copied):
        trainset = make_trainset(RAW)
        if asked:
            assert trainset.timestamps is not None
        assert copied(trainset).timestamps.tolist() == [30, 20, 10, 40]

    def test_a_pickle_from_before_has_none(self):
        trainset = make_trainset([(*row[:3], None) for row in RAW])
        assert "_timestamps" not in trainset.__getstate__()

    def test_a_large_training_set(self):
        rng = np.random.RandomState(0)
        users = rng.randint(1000, size=50_000).astype(np.int32)
        times = rng.randint(10**9, size=50_000)
        ratings = Ratings(
            users, users, np.ones(50_000), list(range(1000)), list(range(1000)), times
        )
        trainset = Trainset.from_ratings(ratings, (1, 5))
        order = np.argsort(np.unique(users, return_index=True)[1])
        expected = np.concatenate([times[users == user] for user in np.unique(users)[order]])
        assert np.array_equal(trainset.timestamps, expected)


class TestExtended:
    NEW = (("cid", "up", 5.0, "50"), ("ann", "off", 2.0, "60"))

    @pytest.mark.parametrize("asked", [False, True])
    def test_both_have_them(self, asked):
        trainset = make_trainset(RAW)
        if asked:
            assert trainset.timestamps is not None
        union, added = trainset.extended(Ratings.from_tuples(self.NEW))
        assert union.timestamps.tolist() == [30, 20, 60, 10, 40, 50]
        assert added.timestamps.tolist() == [60, 50]
        assert trainset.timestamps.tolist() == [30, 20, 10, 40]

    def test_the_added_ones_may_lack_them(self):
        new = Ratings.from_tuples([(*row[:3], None) for row in self.NEW])
        union, added = make_trainset(RAW).extended(new)
        assert union.timestamps.tolist() == [30, 20, MISSING_TIME, 10, 40, MISSING_TIME]
        assert added.timestamps is None

    def test_the_first_ones_may_lack_them(self):
        trainset = make_trainset([(*row[:3], None) for row in RAW])
        union, _ = trainset.extended(Ratings.from_tuples(self.NEW))
        assert union.timestamps.tolist() == [*[MISSING_TIME] * 2, 60, *[MISSING_TIME] * 2, 50]

    def test_both_may_lack_them(self):
        bare = [(*row[:3], None) for row in RAW]
        union, added = make_trainset(bare).extended(Ratings.from_tuples(bare))
        assert union.timestamps is None
        assert added.timestamps is None

    def test_it_goes_on(self):
        union, _ = make_trainset(RAW).extended(Ratings.from_tuples(self.NEW))
        again, _ = union.extended(Ratings.from_tuples([("bob", "off", 1.0, "70")]))
        assert stamped(again)[3:6] == [
            ("bob", "up", 1.0, 10),
            ("bob", "up", 2.0, 40),
            ("bob", "off", 1.0, 70),
        ]


def load(tmp_path):
    path = tmp_path / "ratings.csv"
    lines = [f"{row % 7},{row % 5},{row % 5 + 1},{1000 + row}" for row in range(35)]
    path.write_text("\n".join(lines))
    return Dataset.load_from_file(path, Reader(line_format="user item rating timestamp", sep=","))


def test_a_file_hands_them_to_the_training_sets_of_a_split(tmp_path):
    data = load(tmp_path)
    raw = {(user, item, value): int(stamp) for user, item, value, stamp in data.raw_ratings}
    for trainset, _ in KFold(3, random_state=0).split(load(tmp_path)):
        for *rating, timestamp in stamped(trainset):
            assert raw[tuple(rating)] == timestamp


def test_files_of_models_hold_them(tmp_path):
    model = SVD(n_factors=2, n_epochs=1).fit(load(tmp_path).build_full_trainset())
    assert model.trainset.timestamps is not None
    model.save(tmp_path / "model.npz")
    loaded = SVD.load(tmp_path / "model.npz").trainset
    np.testing.assert_array_equal(loaded.timestamps, model.trainset.timestamps)


def test_dumps_that_scikit_surprise_reads_do_not_hold_them(tmp_path):
    model = SVD(n_factors=2, n_epochs=1).fit(load(tmp_path).build_full_trainset())
    assert model.trainset.timestamps is not None
    dump.dump(tmp_path / "model.dump", algo=model)
    assert b"timestamps" not in (tmp_path / "model.dump").read_bytes()
