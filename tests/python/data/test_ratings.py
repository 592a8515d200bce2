import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import _core
from astonish.data.ratings import Ratings

RAW = [("ann", 7, 4.0, "99"), ("bob", 7, 2.5, "98"), ("ann", 9, 5.0, "97")]

# Equal ids of different types (1, 1.0, True) are one id, as in a dict.
ids = st.one_of(
    st.integers(), st.text(max_size=3), st.none(), st.booleans(), st.sampled_from([1.0, 0.5, ()])
)
stars = st.floats(allow_nan=False, allow_infinity=False)
timestamps = st.one_of(st.none(), st.integers().map(str), st.text(max_size=3))
raw_ratings = st.lists(st.tuples(ids, ids, stars, timestamps), max_size=30)


def first_appearances(values):
    """The distinct values in order of first appearance, and the position of each value there."""
    distinct = list(dict.fromkeys(values))
    return distinct, [distinct.index(value) for value in values]


class TestCodes:
    @given(raw_ratings)
    def test_ids_are_numbered_by_first_appearance(self, raw):
        ratings = Ratings.from_tuples(raw)
        user_ids, users = first_appearances([user for user, _, _, _ in raw])
        item_ids, items = first_appearances([item for _, item, _, _ in raw])
        assert (ratings.user_ids, ratings.users.tolist()) == (user_ids, users)
        assert (ratings.item_ids, ratings.items.tolist()) == (item_ids, items)

    def test_columns_have_the_types_of_the_core(self):
        ratings = Ratings.from_tuples(RAW)
        assert ratings.users.dtype == ratings.items.dtype == np.int32
        assert ratings.values.dtype == np.float64

    @given(st.lists(st.integers(0, 9)))
    def test_codes_are_renumbered_by_first_appearance(self, codes):
        new, order = _core.ratings.renumber(np.array(codes, dtype=np.int32), 10)
        assert (order.tolist(), new.tolist()) == first_appearances(codes)

    @pytest.mark.parametrize("code", [-1, 3])
    def test_a_code_without_an_id_is_refused(self, code):
        with pytest.raises(IndexError, match=rf"codes\[1\] is {code}, outside \[0, 3\)"):
            _core.ratings.renumber(np.array([0, code], dtype=np.int32), 3)

    @given(st.lists(ids), st.lists(ids))
    def test_known_ids_are_found_again(self, known, wanted):
        codes = _core.ratings.encode_ids(known)[1]
        assert _core.ratings.lookup_ids(codes, wanted).tolist() == [
            codes.get(id_, -1) for id_ in wanted
        ]

    def test_an_id_must_be_hashable(self):
        with pytest.raises(TypeError, match="unhashable"):
            Ratings.from_tuples([(["ann"], 7, 4.0, None)])


class TestValues:
    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
    def test_a_rating_that_is_not_finite_is_named(self, value):
        with pytest.raises(ValueError, match=rf"rating number 1 \(user 'bob', item 7\) is {value}"):
            Ratings.from_tuples([RAW[0], ("bob", 7, value, None)])

    @pytest.mark.parametrize("value", [np.float32(2.5), np.int8(2), True, 2])
    def test_any_number_is_a_rating(self, value):
        assert Ratings.from_tuples([("ann", 7, value, None)]).values.tolist() == [float(value)]

    def test_none_is_no_rating(self):
        with pytest.raises(TypeError):
            Ratings.from_tuples([("ann", 7, None, None)])

    def test_a_tuple_needs_four_entries(self):
        with pytest.raises(ValueError, match="unpack"):
            Ratings.from_tuples([("ann", 7, 4.0)])


class TestTimestamps:
    def test_integers_are_kept_as_integers(self):
        stamps = Ratings.from_tuples(RAW).timestamps
        assert stamps.dtype == np.int64
        assert stamps.tolist() == [99, 98, 97]

    @pytest.mark.parametrize("odd", ["007", "+5", "1_0", " 5", "", "1e3", "-0", "9" * 19, "é"])
    def test_what_is_not_a_plain_integer_is_kept_as_text(self, odd):
        ratings = Ratings.from_tuples([RAW[0], ("bob", 7, 1.0, odd)])
        assert [stamp for _, _, _, stamp in ratings] == ["99", odd]

    def test_some_may_be_missing(self):
        ratings = Ratings.from_tuples([RAW[0], ("bob", 7, 1.0, None)])
        assert [stamp for _, _, _, stamp in ratings] == ["99", None]

    def test_where_all_are_missing_there_is_no_column(self):
        assert Ratings.from_tuples([("ann", 7, 4.0, None)]).timestamps is None


class TestSequence:
    @given(raw_ratings)
    def test_tuples_come_back(self, raw):
        ratings = Ratings.from_tuples(raw)
        assert ratings.to_tuples() == list(ratings) == raw
        assert [ratings[k] for k in range(len(ratings))] == raw

    def test_entries_are_python_objects(self):
        user, item, value, timestamp = Ratings.from_tuples(RAW)[0]
        assert [type(entry) for entry in (user, item, value, timestamp)] == [str, int, float, str]

    @given(raw_ratings, st.slices(30))
    def test_slices_are_those_of_the_list(self, raw, part):
        assert list(Ratings.from_tuples(raw)[part]) == raw[part]

    def test_a_slice_shares_the_tables_of_ids(self):
        ratings = Ratings.from_tuples(RAW)
        assert ratings[1:].user_ids is ratings.user_ids

    def test_rows_are_taken_in_the_order_asked_for(self):
        taken = Ratings.from_tuples(RAW).take(np.array([2, 0, 2]))
        assert list(taken) == [RAW[2], RAW[0], RAW[2]]

    def test_negative_positions_count_from_the_end(self):
        assert Ratings.from_tuples(RAW)[-1] == RAW[-1]

    @pytest.mark.parametrize("position", [3, -4])
    def test_a_position_outside_is_refused(self, position):
        with pytest.raises(IndexError):
            Ratings.from_tuples(RAW)[position]

    def test_it_is_searched_like_a_list(self):
        ratings = Ratings.from_tuples(RAW)
        assert RAW[1] in ratings
        assert ratings.index(RAW[2]) == 2
        assert list(reversed(ratings)) == RAW[::-1]

    def test_ratings_are_not_read_anew(self):
        ratings = Ratings.from_tuples(RAW)
        assert Ratings.from_tuples(ratings) is ratings

    def test_any_iterable_of_tuples_will_do(self):
        assert list(Ratings.from_tuples(iter(RAW))) == RAW

    def test_triples_have_no_timestamps(self):
        assert Ratings.from_tuples(RAW).to_triples() == [
            ("ann", 7, 4.0),
            ("bob", 7, 2.5),
            ("ann", 9, 5.0),
        ]

    @pytest.mark.parametrize("enabled", [True, False])
    def test_the_cycle_collector_is_left_as_it_was(self, enabled):
        was_enabled = gc.isenabled()
        try:
            (gc.enable if enabled else gc.disable)()
            Ratings.from_tuples(RAW).to_tuples()
            assert gc.isenabled() == enabled
        finally:
            (gc.enable if was_enabled else gc.disable)()
