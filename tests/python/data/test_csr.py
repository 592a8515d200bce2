import copy
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish.data.csr import Csr, RatingsByRow

# Row 0 rates columns 2 and 0, row 1 nothing, row 2 column 2 twice.
TRIPLETS = [(2, 2, 4.0), (0, 2, 1.5), (0, 0, 3.0), (2, 2, 5.0)]
BY_ROW = {0: [(2, 1.5), (0, 3.0)], 2: [(2, 4.0), (2, 5.0)]}
SHAPE = (3, 4)


@st.composite
def matrices(draw):
    """Triplets in any order, often of repeated pairs, and a shape that holds them."""
    n_rows, n_cols = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    triplet = st.tuples(
        st.integers(0, n_rows - 1), st.integers(0, n_cols - 1), st.floats(allow_nan=False)
    )
    return draw(st.lists(triplet, max_size=40)), (n_rows, n_cols)


def build(triplets, shape):
    rows, cols, values = zip(*triplets, strict=True) if triplets else ((), (), ())
    return Csr.from_triplets(
        np.array(rows, dtype=np.int32),
        np.array(cols, dtype=np.int32),
        np.array(values, dtype=np.float64),
        shape,
    )


def group(triplets, n_rows):
    """The (column, value) pairs of each row, in the order of the triplets."""
    return [[(col, value) for row, col, value in triplets if row == k] for k in range(n_rows)]


def rows_of(csr):
    return [list(zip(*map(np.ndarray.tolist, csr.row(k)), strict=True)) for k in range(csr.n_rows)]


@pytest.fixture
def csr():
    return build(TRIPLETS, SHAPE)


@pytest.fixture
def arrays():
    """A CSR matrix of two rows and three columns, as from_arrays takes it."""
    return {
        "offsets": np.array([0, 1, 3]),
        "indices": np.array([2, 0, 2], dtype=np.int32),
        "values": np.array([1.0, 2.0, 3.0]),
        "n_cols": 3,
    }


class TestFromTriplets:
    @given(matrices())
    def test_each_row_keeps_the_order_of_the_triplets(self, matrix):
        triplets, shape = matrix
        assert rows_of(build(triplets, shape)) == group(triplets, shape[0])

    @given(matrices())
    def test_the_counts_are_those_of_the_triplets(self, matrix):
        triplets, (n_rows, n_cols) = matrix
        csr = build(triplets, (n_rows, n_cols))
        assert (csr.n_rows, csr.n_cols, len(csr.values)) == (n_rows, n_cols, len(triplets))
        assert csr.offsets.dtype == np.int64
        assert csr.indices.dtype == np.int32

    @given(matrices())
    def test_row_of_each_undoes_the_grouping(self, matrix):
        csr = build(*matrix)
        back = zip(csr.row_of_each().tolist(), csr.indices.tolist(), csr.values, strict=True)
        assert sorted(back) == sorted(matrix[0])

    @given(matrices(), st.data())
    def test_some_rows_are_taken_in_the_order_asked_for(self, matrix, data):
        triplets, shape = matrix
        wanted = data.draw(st.lists(st.integers(0, shape[0] - 1)))
        offsets, indices = build(triplets, shape).take_rows(np.array(wanted, dtype=np.int32))
        columns = [[col for col, _ in row] for row in group(triplets, shape[0])]
        taken = [indices[a:b].tolist() for a, b in pairwise(offsets)]
        assert taken == [columns[row] for row in wanted]

    @pytest.mark.parametrize(
        ("triplet", "message"),
        [
            ((3, 0, 1.0), r"rows\[0\] is 3, outside \[0, 3\)"),
            ((-1, 0, 1.0), r"rows\[0\] is -1, outside \[0, 3\)"),
            ((0, 4, 1.0), r"cols\[0\] is 4, outside \[0, 4\)"),
            ((0, -1, 1.0), r"cols\[0\] is -1, outside \[0, 4\)"),
        ],
    )
    def test_a_position_outside_is_named(self, triplet, message):
        with pytest.raises(IndexError, match=message):
            build([triplet], SHAPE)

    def test_columns_of_different_length_are_refused(self):
        two, three = np.zeros(2, dtype=np.int32), np.zeros(3, dtype=np.int32)
        with pytest.raises(ValueError, match="cols has 2 entries, expected 3"):
            Csr.from_triplets(three, two, np.zeros(3), SHAPE)
        with pytest.raises(ValueError, match="values has 2 entries, expected 3"):
            Csr.from_triplets(three, three, np.zeros(2), SHAPE)

    def test_a_row_that_does_not_exist_cannot_be_taken(self, csr):
        with pytest.raises(IndexError, match=r"rows holds 3, outside \[0, 3\)"):
            csr.take_rows(np.array([3], dtype=np.int32))


class TestRowsWithoutRatings:
    def test_they_become_minus_one(self, csr):
        rows = np.array([0, 1, 2, -1, 1], dtype=np.int32)
        assert csr.without_empty_rows(rows).tolist() == [0, -1, 2, -1, -1]

    def test_minus_one_stays_when_the_last_row_has_ratings_or_not(self):
        minus_one = np.array([-1], dtype=np.int32)
        for triplets in ([(0, 0, 1.0)], [(1, 0, 1.0)], [(0, 0, 1.0), (1, 0, 1.0)], []):
            assert build(triplets, (2, 1)).without_empty_rows(minus_one).tolist() == [-1]

    @given(matrices(), st.data())
    def test_the_type_stays(self, matrix, data):
        triplets, shape = matrix
        rows = data.draw(st.lists(st.integers(-1, shape[0] - 1)))
        found = build(triplets, shape).without_empty_rows(np.array(rows, dtype=np.int32))
        rated = {row for row, _, _ in triplets}
        assert found.dtype == np.int32
        assert found.tolist() == [row if row in rated else -1 for row in rows]


class TestReduceRows:
    @given(
        st.lists(st.integers(0, 40), max_size=12),
        st.integers(0, 2**32 - 1),
        st.sampled_from([1e-3, 1.0, 1e6]),
    )
    def test_equals_a_call_for_each_row_to_the_last_bit(self, lengths, seed, scale):
        self.check(lengths, np.random.RandomState(seed).normal(3, scale, sum(lengths)))

    @pytest.mark.parametrize("length", [7, 8, 9, 127, 128, 129, 1000, 8193, 20_000])
    def test_long_rows(self, length):
        """NumPy sums blocks of 128 and buffers of 8192 numbers."""
        values = np.random.RandomState(length).rand(3 * length + 5)
        self.check([length, 5, length, 0, length], values)

    @staticmethod
    def check(lengths, values):
        columns = np.zeros(len(values), dtype=np.int32)
        csr = Csr.from_arrays(np.cumsum([0, *lengths]), columns, values, 1)
        for statistic in (np.mean, np.std):
            expected = [
                statistic(csr.row(k)[1].tolist()) if length else 0.0
                for k, length in enumerate(lengths)
            ]
            result = csr.reduce_rows(statistic)
            assert result.dtype == np.float64
            assert result.tolist() == expected

    def test_no_rows(self):
        assert build([], (0, 3)).reduce_rows(np.mean).shape == (0,)
        assert build([], (2, 3)).reduce_rows(np.std).tolist() == [0, 0]


class TestRatings:
    def test_they_are_made_once(self, csr):
        assert csr.view is csr.view

    def test_they_are_not_part_of_a_pickle_or_a_copy(self, csr):
        size = len(pickle.dumps(csr))
        assert csr.view is not None
        assert len(pickle.dumps(csr)) == size
        assert copy.deepcopy(csr).view is not csr.view
        assert pickle.loads(pickle.dumps(csr)).view is not None


class TestFromArrays:
    def test_the_arrays_are_not_copied(self, arrays):
        csr = Csr.from_arrays(**arrays)
        assert rows_of(csr) == [[(2, 1.0)], [(0, 2.0), (2, 3.0)]]
        assert all(np.shares_memory(vars(csr)[name], arrays[name]) for name in list(arrays)[:3])

    @pytest.mark.parametrize(
        ("name", "array", "message"),
        [
            ("offsets", [1, 1, 3], "begin with 0"),
            ("offsets", [], "begin with 0"),
            ("offsets", [0, 4, 3], r"offsets\[2\] is 3, less than the one before"),
            ("offsets", [0, 1, 2], "indices has 3 entries, expected 2"),
            ("values", [1.0], "values has 1 entries, expected 3"),
            ("values", [], "values has 0 entries, indices has 3"),
        ],
    )
    def test_what_is_no_csr_matrix_is_refused(self, arrays, name, array, message):
        arrays[name] = np.array(array, dtype=arrays[name].dtype)
        with pytest.raises(ValueError, match=message):
            Csr.from_arrays(**arrays)

    @pytest.mark.parametrize("column", [-1, 3])
    def test_a_column_outside_is_named(self, arrays, column):
        arrays["indices"][1] = column
        with pytest.raises(IndexError, match=rf"indices\[1\] is {column}, outside \[0, 3\)"):
            Csr.from_arrays(**arrays)

    @pytest.mark.parametrize(
        ("name", "dtype"), [("indices", np.int64), ("values", np.float32), ("offsets", np.int32)]
    )
    def test_other_types_are_not_cast(self, arrays, name, dtype):
        arrays[name] = arrays[name].astype(dtype)
        with pytest.raises(TypeError):
            Csr.from_arrays(**arrays)


class TestFrozen:
    @pytest.mark.parametrize("name", ["offsets", "indices", "values"])
    def test_the_arrays_cannot_be_written_to(self, csr, name):
        with pytest.raises(ValueError, match="read-only"):
            vars(csr)[name][0] = 0

    def test_nor_the_views_of_a_row(self, csr):
        with pytest.raises(ValueError, match="read-only"):
            csr.row(0)[1][0] = 9.0

    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_a_pickle_is_the_same_and_read_only(self, csr, protocol):
        copy = pickle.loads(pickle.dumps(csr, protocol))
        assert rows_of(copy) == rows_of(csr)
        assert copy.n_cols == 4
        assert not copy.values.flags.writeable


class TestRatingsByRow:
    @pytest.fixture
    def ratings(self, csr):
        return RatingsByRow(csr)

    def test_it_equals_a_dict_of_lists(self, ratings):
        assert ratings == BY_ROW
        assert dict(ratings) == BY_ROW

    @given(matrices())
    def test_rows_with_ratings_are_its_keys(self, matrix):
        triplets, shape = matrix
        ratings = RatingsByRow(build(triplets, shape))
        assert list(ratings) == sorted({row for row, _, _ in triplets})
        assert len(ratings) == len(list(ratings))

    def test_keys_values_and_items_are_those_of_a_dict(self, ratings):
        assert list(ratings.keys()) == list(BY_ROW.keys())
        assert list(ratings.values()) == list(BY_ROW.values())
        assert list(ratings.items()) == list(BY_ROW.items())

    def test_entries_are_python_numbers(self, ratings):
        assert [type(entry) for entry in ratings[0][0]] == [int, float]

    def test_a_list_is_made_once(self, ratings):
        assert ratings[0] is ratings[0]

    @pytest.mark.parametrize("row", [1, 3, -1, 10**30, "0", None, 0.5, float("nan")])
    def test_other_keys_have_no_ratings_and_are_not_inserted(self, ratings, row):
        assert ratings[row] == []
        assert row not in ratings
        assert len(ratings) == 2

    @pytest.mark.parametrize("row", [np.int64(2), np.uint8(2), 2.0, np.float32(2)])
    def test_a_number_equal_to_a_row_is_that_row(self, ratings, row):
        assert row in ratings
        assert ratings[row] == BY_ROW[2]

    def test_get_answers_with_the_default_where_there_are_no_ratings(self, ratings):
        assert ratings.get(1) is None
        assert ratings.get(40, "nobody") == "nobody"
        assert ratings.get(0, "nobody") == BY_ROW[0]

    def test_it_cannot_be_assigned_to(self, ratings):
        with pytest.raises(TypeError):
            ratings[1] = [(0, 1.0)]

    def test_a_pickle_is_the_same(self, ratings):
        assert pickle.loads(pickle.dumps(ratings)) == BY_ROW

    def test_a_pickle_holds_no_lists(self, ratings):
        size = len(pickle.dumps(ratings))
        list(ratings.values())
        assert len(pickle.dumps(ratings)) == size

    def test_its_matrix_is_at_hand(self, csr, ratings):
        assert ratings.csr is csr

    def test_its_text_is_short(self, ratings):
        assert repr(ratings) == "<ratings of 2 rows>"
