"""A test set reads like a list of tuples."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import SVD, Trainset
from astonish.data.any_ratings import as_ratings
from astonish.data.ratings import Ratings
from astonish.data.testset import Testset

ROWS = [("ann", 7, 4.0), ("bob", 7, 2.5), ("ann", 9, 5.0)]
ids = st.one_of(st.integers(0, 5), st.text("ab", max_size=2))
rows_of_any_kind = st.lists(st.tuples(ids, ids, st.floats(1, 5)), max_size=20)


def make_testset(rows=ROWS, **options):
    return Testset(Ratings.from_tuples([(*row, None) for row in rows]), **options)


class TestReading:
    @given(rows_of_any_kind)
    def test_it_is_the_list(self, rows):
        testset = make_testset(rows)
        assert list(testset) == testset.to_list() == testset.copy() == rows
        assert testset == rows
        assert rows == testset
        assert testset == make_testset(rows)
        assert len(testset) == len(rows)
        assert bool(testset) == bool(rows)
        assert [testset[place] for place in range(len(rows))] == rows
        assert list(reversed(testset)) == rows[::-1]

    @given(rows_of_any_kind, st.slices(20))
    def test_slices_are_those_of_the_list(self, rows, part):
        testset = make_testset(rows)[part]
        assert type(testset) is Testset
        assert testset == rows[part]

    def test_entries_are_python_objects(self):
        testset = make_testset()
        assert [type(entry) for entry in testset[0]] == [str, int, float]
        assert {type(row) for row in testset} == {tuple}

    def test_it_is_searched_like_a_list(self):
        testset = make_testset()
        assert ROWS[1] in testset
        assert ("ann", 8, 4.0) not in testset
        assert testset.index(ROWS[2]) == 2
        assert testset.count(ROWS[0]) == 1

    def test_it_is_added_to_lists(self):
        more = [("cid", 1, 1.0)]
        assert make_testset() + more == ROWS + more
        assert more + make_testset() == more + ROWS
        assert make_testset() + make_testset() == ROWS + ROWS
        assert type(make_testset() + more) is list

    @pytest.mark.parametrize("other", [(), "text", 3, None])
    def test_only_lists_are_added(self, other):
        with pytest.raises(TypeError, match="unsupported operand"):
            make_testset() + other

    def test_it_differs_from_what_is_no_list(self):
        assert make_testset() != tuple(ROWS)
        assert make_testset() != ROWS[:2]

    @pytest.mark.parametrize("place", [3, -4])
    def test_a_place_outside_is_refused(self, place):
        with pytest.raises(IndexError):
            make_testset()[place]

    def test_it_cannot_be_hashed_nor_changed(self):
        with pytest.raises(TypeError, match="unhashable"):
            hash(make_testset())
        with pytest.raises(TypeError, match="does not support item assignment"):
            make_testset()[0] = ROWS[1]

    def test_the_text_is_short(self):
        assert repr(make_testset()) == "<Testset: 3 ratings>"


class TestColumns:
    def test_they_are_those_of_the_ratings(self):
        testset = make_testset()
        assert testset.users.tolist() == [0, 1, 0]
        assert testset.items.tolist() == [0, 0, 1]
        assert testset.ratings.tolist() == [4.0, 2.5, 5.0]
        assert (testset.user_ids, testset.item_ids) == (["ann", "bob"], [7, 9])
        assert testset.raw_users() == ["ann", "bob", "ann"]
        assert testset.raw_items() == [7, 7, 9]

    def test_reading_them_makes_no_tuples(self, monkeypatch):
        monkeypatch.delattr(Ratings, "triples")
        testset = make_testset()
        assert len(testset[1:].raw_users()) == len(testset) - 1

    def test_they_are_ratings_in_every_place_that_takes_some(self):
        testset = make_testset()
        assert as_ratings(testset) is testset.to_ratings()
        full = Trainset.from_ratings(testset.to_ratings(), (1, 5))
        model = SVD(n_factors=2, n_epochs=2, random_state=0, validation=testset).fit(full)
        assert len(model.history_["validation_rmse"]) == 2


class TestKnown:
    def test_by_default_there_is_nothing_to_fold_in(self):
        assert make_testset().known is None

    def test_a_slice_keeps_it(self):
        known = Ratings.from_tuples([("ann", 1, 3.0, None)])
        testset = make_testset(known=known)
        assert testset.known is known
        assert testset[:1].known is known


class TestCopies:
    @pytest.mark.parametrize(
        "copied", [copy.copy, copy.deepcopy, lambda testset: pickle.loads(pickle.dumps(testset))]
    )
    def test_a_copy_is_the_same(self, copied):
        known = Ratings.from_tuples([("ann", 1, 3.0, None)])
        same = copied(make_testset(known=known))
        assert same == ROWS
        assert list(same.known) == list(known)


def test_models_predict_it_as_its_list():
    testset = make_testset()
    model = SVD(n_factors=2, n_epochs=2, random_state=0)
    model.fit(Trainset.from_ratings(testset.to_ratings(), (1, 5)))
    assert model.test(testset) == model.test(ROWS)
    assert np.array_equal(
        model.predict_many(testset.raw_users(), testset.raw_items()),
        [prediction.est for prediction in model.test(ROWS)],
    )
