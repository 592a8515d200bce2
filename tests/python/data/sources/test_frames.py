import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from astonish import Dataset, ImplicitALS, Reader

from ..helpers import make_frame, require


def load(frame):
    return Dataset.load_from_df(frame, Reader(rating_scale=(0, 10)))


def ids_of(frame):
    """The user ids of a frame as they were read, with their types."""
    users = [user for user, _, _, _ in load(frame).raw_ratings]
    return users, [type(user) for user in users]


class TestEveryLibrary:
    def test_columns_are_user_item_and_rating(self, library):
        frame = make_frame(library, {"who": ["b", "a", "b"], "what": [7, 8, 9], "r": [4.5, 3, 1]})
        assert load(frame).raw_ratings == [
            ("b", 7, 4.5, None),
            ("a", 8, 3.0, None),
            ("b", 9, 1.0, None),
        ]

    @given(
        rows=st.lists(
            st.tuples(
                st.one_of(st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1)),
                st.text(st.characters(codec="utf-8"), max_size=3),
                st.integers(0, 10),
            ),
            min_size=1,
            max_size=20,
        )
    )
    def test_the_rows_come_back(self, library, rows):
        users, items, values = map(list, zip(*rows, strict=True))
        data = load(make_frame(library, {"user": users, "item": items, "rating": values}))
        assert data.raw_ratings == [(*row, None) for row in rows]
        assert data.ratings.user_ids == list(dict.fromkeys(users))
        assert data.ratings.item_ids == list(dict.fromkeys(items))

    def test_whole_ids_are_ints(self, library):
        frame = make_frame(library, {"user": [5, -3, 5], "item": [1, 1, 2], "r": [1, 2, 3]})
        assert ids_of(frame) == ([5, -3, 5], [int] * 3)

    def test_small_integers_are_ints(self, library):
        users = np.array([5, -3], dtype=np.int8)
        frame = make_frame(library, {"user": users, "item": [1, 1], "r": [1, 2]})
        assert ids_of(frame) == ([5, -3], [int] * 2)

    def test_unsigned_ids_beyond_int64(self, library):
        users = np.array([2**64 - 1, 3], dtype=np.uint64)
        frame = make_frame(library, {"user": users, "item": [1, 1], "r": [1, 2]})
        assert ids_of(frame) == ([2**64 - 1, 3], [int] * 2)

    def test_ids_with_a_fraction_are_floats(self, library):
        frame = make_frame(library, {"user": [0.5, 2.0, 0.5], "item": [1, 1, 2], "r": [1, 2, 3]})
        assert ids_of(frame) == ([0.5, 2.0, 0.5], [float] * 3)

    def test_truth_values_are_bools(self, library):
        frame = make_frame(library, {"user": [True, False], "item": [1, 1], "r": [1, 2]})
        assert ids_of(frame) == ([True, False], [bool] * 2)

    def test_times_are_ids(self, library):
        day = datetime.datetime(2020, 2, 29, 12)
        frame = make_frame(library, {"user": [day, day], "item": [1, 2], "r": [1, 2]})
        assert ids_of(frame)[0] == [day, day]
        assert load(frame).build_full_trainset().n_users == 1

    @pytest.mark.parametrize("users", [["a", None], [1.5, None], [1.5, float("nan")]])
    def test_a_missing_user_is_named(self, library, users):
        frame = make_frame(library, {"user": users, "item": [1, 1], "r": [1, 2]})
        with pytest.raises(ValueError, match="the id in row 1 of column 'user' is missing"):
            load(frame)

    def test_a_missing_item_is_named(self, library):
        frame = make_frame(library, {"user": [1, 1], "item": [None, "a"], "r": [1, 2]})
        with pytest.raises(ValueError, match="the id in row 0 of column 'item' is missing"):
            load(frame)

    @pytest.mark.parametrize("missing", [None, float("nan")])
    def test_a_missing_rating_is_named(self, library, missing):
        frame = make_frame(library, {"user": ["a", "b"], "item": [1, 7], "r": [1.0, missing]})
        with pytest.raises(ValueError, match=r"rating number 1 \(user 'b', item 7\) is nan"):
            load(frame)

    @pytest.mark.parametrize("values", [[True, False], ["1", "0"], [1, 0]])
    def test_whatever_casts_to_a_float_is_a_rating(self, library, values):
        frame = make_frame(library, {"user": ["a", "b"], "item": [1, 1], "r": values})
        assert load(frame).ratings.values.tolist() == [1.0, 0.0]

    @pytest.mark.parametrize(
        "value",
        [
            "good",
            "",
            datetime.datetime(2020, 1, 1),
            datetime.date(2020, 1, 1),
            datetime.timedelta(seconds=3),
        ],
    )
    def test_what_is_no_number_is_no_rating(self, library, value):
        frame = make_frame(library, {"user": ["a"], "item": [1], "stars": [value]})
        with pytest.raises(TypeError, match=r"the ratings in column 'stars' .* are not numbers"):
            load(frame)

    @pytest.mark.parametrize("names", [["user", "rating"], ["user", "item", "rating", "time"]])
    def test_three_columns_are_needed(self, library, names):
        frame = make_frame(library, {name: [1] for name in names})
        with pytest.raises(ValueError, match=rf"three columns .*got {len(names)}: user, "):
            load(frame)

    def test_a_frame_without_rows_is_refused(self, library):
        nothing = np.array([], dtype=np.int64)
        with pytest.raises(ValueError, match="the data set is empty"):
            load(make_frame(library, {"user": nothing, "item": nothing, "r": nothing}))

    def test_repeated_pairs_are_kept(self, library):
        frame = make_frame(library, {"user": [1, 1], "item": ["a", "a"], "r": [4, 2]})
        assert load(frame).ratings.values.tolist() == [4, 2]


class TestPandas:
    @pytest.fixture(autouse=True)
    def _import(self):
        self.pd = require("pandas")

    def test_the_index_does_not_matter(self):
        frame = self.pd.DataFrame({"u": ["a", "b"], "i": [1, 2], "r": [4, 2]}, index=[9, 9])
        assert load(frame).raw_ratings == [("a", 1, 4.0, None), ("b", 2, 2.0, None)]

    def test_columns_need_no_names(self):
        frame = self.pd.DataFrame([["a", 1, 4], ["b", 1, 2]])
        assert load(frame).raw_ratings == [("a", 1, 4.0, None), ("b", 1, 2.0, None)]

    def test_ids_of_different_types_stay_apart(self):
        frame = self.pd.DataFrame({"u": [1, "1", 1.5], "i": [1, 1, 1], "r": [4, 2, 3]})
        assert load(frame).ratings.user_ids == [1, "1", 1.5]

    def test_even_where_they_come_late(self):
        frame = self.pd.DataFrame({"u": ["1"] * 200 + [1], "i": [1] * 201, "r": [4] * 201})
        assert load(frame).ratings.user_ids == ["1", 1]

    def test_categories_are_their_values(self):
        users, items = self.pd.Categorical(["b", "a", "b"]), self.pd.Categorical([7, 8, 7])
        frame = self.pd.DataFrame({"u": users, "i": items, "r": [4, 2, 3]})
        assert load(frame).ratings.user_ids == ["b", "a"]
        assert load(frame).ratings.item_ids == [7, 8]

    def test_a_missing_category_is_refused(self):
        users = self.pd.Categorical(["b", None])
        with pytest.raises(ValueError, match="row 1 of column 'u' is missing"):
            load(self.pd.DataFrame({"u": users, "i": [1, 2], "r": [4, 2]}))

    def test_integers_that_may_be_missing(self):
        users = self.pd.array([2**60 + 1, 5], dtype="Int64")
        frame = self.pd.DataFrame({"u": users, "i": [1, 1], "r": [4, 2]})
        assert ids_of(frame) == ([2**60 + 1, 5], [int] * 2)

    def test_times_are_timestamps(self):
        times = self.pd.to_datetime(["2020-02-29"], utc=True)
        frame = self.pd.DataFrame({"u": times, "i": [1], "r": [4]})
        assert ids_of(frame) == ([times[0]], [self.pd.Timestamp])

    def test_ids_must_be_hashable(self):
        with pytest.raises(TypeError, match="unhashable"):
            load(self.pd.DataFrame({"u": [["a"]], "i": [1], "r": [4]}))

    def test_the_frame_is_kept_as_it_was_given(self):
        frame = self.pd.DataFrame({"u": ["a"], "i": [1], "r": [4]})
        assert load(frame).df is frame


class TestPolars:
    @pytest.fixture(autouse=True)
    def _import(self):
        self.pl = require("polars")

    def test_a_lazy_frame_is_collected(self):
        frame = self.pl.LazyFrame({"u": ["a", "b"], "i": [1, 2], "r": [4, 2]})
        assert load(frame.filter(self.pl.col("r") > 3)).raw_ratings == [("a", 1, 4.0, None)]

    def test_chunks_are_one_column(self):
        part = self.pl.DataFrame({"u": ["a", "b"], "i": [1, 2], "r": [4, 2]})
        frame = self.pl.concat([part, part], rechunk=False)
        assert load(frame).ratings.users.tolist() == [0, 1, 0, 1]

    def test_categories_are_their_texts(self):
        users = self.pl.Series(["b", "a", "b"], dtype=self.pl.Categorical)
        items = self.pl.Series(["x", "y", "x"], dtype=self.pl.Enum(["y", "x"]))
        data = load(self.pl.DataFrame({"u": users, "i": items, "r": [4, 2, 3]}))
        assert (data.ratings.user_ids, data.ratings.item_ids) == (["b", "a"], ["x", "y"])


class TestPyarrow:
    @pytest.fixture(autouse=True)
    def _import(self):
        self.pa = require("pyarrow")

    def test_chunks_are_one_column(self):
        part = self.pa.table({"u": ["a", "b"], "i": [1, 2], "r": [4, 2]})
        assert load(self.pa.concat_tables([part, part])).ratings.users.tolist() == [0, 1, 0, 1]

    def test_dictionaries_are_their_values(self):
        users = self.pa.array(["b", "a", "b"]).dictionary_encode()
        data = load(self.pa.table({"u": users, "i": [1, 2, 3], "r": [4, 2, 3]}))
        assert data.ratings.user_ids == ["b", "a"]


class TestDuckdb:
    def test_a_query_is_run(self):
        duckdb = require("duckdb")
        pytest.importorskip("pyarrow", reason="DuckDB hands its results over as arrow tables")
        query = "select * from (values ('a', 1, 4.5), ('b', 2, 3.0)) as t(u, i, r) order by u desc"
        assert load(duckdb.sql(query)).raw_ratings == [("b", 2, 3.0, None), ("a", 1, 4.5, None)]


class TestNoFrame:
    @pytest.mark.parametrize(
        "other", [[("a", 1, 4.0)], {"u": ["a"]}, "ratings.csv", np.ones((2, 3))]
    )
    def test_anything_else_is_refused(self, other):
        name = type(other).__name__
        with pytest.raises(
            TypeError, match=f"df must be a frame of pandas, polars, pyarrow or DuckDB, got {name}"
        ):
            load(other)

    def test_a_series_is_no_frame(self):
        pandas = require("pandas")
        with pytest.raises(
            TypeError, match="df must be a frame of pandas, polars, pyarrow or DuckDB, got Series"
        ):
            load(pandas.Series([1]))

    def test_none_is_nothing_to_read(self):
        with pytest.raises(ValueError, match="Must specify ratings file or dataframe"):
            load(None)


# Two users, three items, four ratings; one of them is an explicit zero.
ROWS, COLS, VALUES = [0, 0, 1, 1], [0, 2, 1, 0], [4.0, 1.0, 0.0, 5.0]
TUPLES = [(0, 0, 4.0, None), (0, 2, 1.0, None), (1, 1, 0.0, None), (1, 0, 5.0, None)]
SPARSE_TYPES = [
    getattr(sparse, f"{form}_{kind}") for form in ("coo", "csr") for kind in ("array", "matrix")
]


def load_sparse(matrix, **ids):
    return Dataset.load_from_sparse(matrix, Reader(rating_scale=(0, 5)), **ids)


class TestSparse:
    @pytest.mark.parametrize("sparse_type", SPARSE_TYPES)
    def test_every_stored_entry_is_a_rating(self, sparse_type):
        matrix = sparse_type((VALUES, (ROWS, COLS)), shape=(2, 3))
        assert sorted(load_sparse(matrix).raw_ratings) == sorted(TUPLES)

    def test_entries_keep_their_order(self):
        assert load_sparse(sparse.coo_array((VALUES, (ROWS, COLS)))).raw_ratings == TUPLES

    def test_entries_that_repeat_are_kept(self):
        matrix = sparse.csr_array(([4.0, 2.0], [1, 1], [0, 2]), shape=(1, 2))
        assert load_sparse(matrix).raw_ratings == [(0, 1, 4.0, None), (0, 1, 2.0, None)]

    def test_columns_by_column(self):
        matrix = sparse.coo_array((VALUES, (ROWS, COLS))).tocsc()
        assert sorted(load_sparse(matrix).raw_ratings) == sorted(TUPLES)

    @pytest.mark.parametrize("form", ["dok", "lil"])
    def test_other_forms(self, form):
        matrix = sparse.coo_array(([4.0, 1.0], ([0, 1], [2, 0]))).asformat(form)
        assert load_sparse(matrix).raw_ratings == [(0, 2, 4.0, None), (1, 0, 1.0, None)]
        with pytest.raises(TypeError, match="matrix must hold real numbers, got complex128"):
            load_sparse(matrix.astype(complex))

    def test_whole_numbers_are_ratings(self):
        matrix = sparse.coo_array((np.array([3], dtype=np.int8), ([0], [0])))
        assert load_sparse(matrix).ratings.values.dtype == np.float64

    def test_ids_are_those_given(self):
        matrix = sparse.coo_array((VALUES, (ROWS, COLS)))
        data = load_sparse(matrix, user_ids=["ann", "bob"], item_ids=("x", "y", "z"))
        assert data.raw_ratings[1] == ("ann", "z", 1.0, None)

    def test_rows_without_ratings_are_no_users(self):
        matrix = sparse.coo_array(([4.0], ([7], [2])), shape=(10, 5))
        trainset = load_sparse(matrix).build_full_trainset()
        assert (trainset.user_ids, trainset.item_ids) == ([7], [2])

    def test_the_matrix_may_change_afterwards(self):
        matrix = sparse.csr_array([[4.0]])
        data = load_sparse(matrix)
        matrix.data[0] = 1.0
        assert data.raw_ratings == [(0, 0, 4.0, None)]

    @pytest.mark.parametrize("ids", [["ann"], ["ann", "ann"], ["ann", "bob", "cid"]])
    def test_one_id_a_row_is_needed(self, ids):
        with pytest.raises(ValueError, match="user_ids must hold 2 different ids"):
            load_sparse(sparse.coo_array((VALUES, (ROWS, COLS))), user_ids=ids)

    def test_one_id_a_column_is_needed(self):
        with pytest.raises(ValueError, match="item_ids must hold 3 different ids, got 2 in 2"):
            load_sparse(sparse.coo_array((VALUES, (ROWS, COLS))), item_ids=["x", "y"])

    def test_a_rating_that_is_not_finite_is_named(self):
        with pytest.raises(ValueError, match=r"rating number 0 \(user 0, item 1\) is nan"):
            load_sparse(sparse.csr_array([[0, np.nan]]))

    def test_a_matrix_without_entries_is_refused(self):
        with pytest.raises(ValueError, match="the data set is empty"):
            load_sparse(sparse.csr_array((2, 3)))

    @pytest.mark.parametrize(
        "other", [np.ones((2, 2)), [[1.0]], sparse.coo_array(np.ones(3)), None]
    )
    def test_anything_else_is_refused(self, other):
        with pytest.raises(TypeError, match="matrix must be a two-dimensional scipy sparse matrix"):
            load_sparse(other)


def test_a_data_set_does_not_change_with_its_frame():
    pandas, polars = require("pandas"), require("polars")
    stars = np.array([[4.0], [3.0]])
    frame = pandas.DataFrame({"user": [1, 2], "item": [1, 1], "r": stars[:, 0]}, copy=False)
    other = polars.DataFrame({"user": [1, 2], "item": [1, 1]}).with_columns(
        polars.from_numpy(stars, ["r"])["r"]
    )
    datasets = load(frame), load(other)
    assert not any(np.shares_memory(data.ratings.values, stars) for data in datasets)
    frame.loc[0, "r"] = np.nan
    stars[:] = 9.0
    assert [data.ratings.values.tolist() for data in datasets] == [[4.0, 3.0]] * 2


@pytest.mark.parametrize("kind", ["csr", "csc", "bsr"])
@pytest.mark.parametrize(
    ("name", "place", "value"), [("indptr", -1, 10**9), ("indptr", 1, -(10**9)), ("indices", 0, -7)]
)
def test_a_damaged_sparse_matrix_is_refused(kind, name, place, value):
    def damaged():
        matrix = getattr(sparse, f"{kind}_matrix")(np.array([[4.0, 0.0], [3.0, 2.0]]))
        getattr(matrix, name)[place] = value
        return matrix

    with pytest.raises(ValueError, match=f"matrix is a damaged {kind} matrix"):
        Dataset.load_from_sparse(damaged(), Reader())
    with pytest.raises(ValueError, match=f"matrix is a damaged {kind} matrix"):
        ImplicitALS().fit(damaged())
