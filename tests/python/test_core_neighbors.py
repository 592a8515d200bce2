"""Similarities and neighbours in the core: what does not fit is an error, and never a crash."""

import gc

import numpy as np
import pytest

from astonish import _core

# Three rows and two columns; row 2 rates nothing.
BY_ROW = [0, 2, 3, 3], [1, 0, 1], [4.0, 2.0, 5.0], 2
BY_COL = [0, 1, 3], [0, 0, 1], [2.0, 4.0, 5.0], 3
CODES = np.array([0, 1, 2], dtype=np.int32)
OTHER_ARRAYS = [
    lambda array: array.astype(np.int64 if array.dtype == np.int32 else np.float32),
    lambda array: array.astype(array.dtype.newbyteorder()),
    lambda array: np.repeat(array, 2)[::2],
    lambda array: array.tolist(),
    lambda _: None,
]


def arrays(offsets, indices, values, n_cols):
    return (
        np.array(offsets, dtype=np.int64),
        np.array(indices, dtype=np.int32),
        np.array(values, dtype=np.float64),
        n_cols,
    )


def ratings(matrix):
    return _core.ratings.Ratings(*arrays(*matrix))


def similarity(measure="msd", by_row=BY_ROW, by_col=BY_COL, row_biases=None, col_biases=None):
    return _core.neighbors.RatedSimilarity(
        ratings(by_row),
        ratings(by_col),
        _core.neighbors.Similarity[measure],
        min_support=1,
        shrinkage=100.0,
        global_mean=3.0,
        row_biases=row_biases,
        col_biases=col_biases,
    )


def ask(rows=CODES[:1], cols=CODES[:1], k=40, centers=(None, None, None), n_threads=1):
    return _core.neighbors.neighbor_means(similarity(), rows, cols, k, *centers, n_threads)


def ask_matrix(matrix=None, rows=CODES[:1], cols=CODES[:1], by_col=BY_COL, n_threads=1):
    matrix = np.eye(3) if matrix is None else matrix
    return _core.neighbors.neighbor_means_of_matrix(
        matrix, ratings(by_col), rows, cols, 40, None, None, None, n_threads
    )


class TestRatings:
    def test_an_empty_matrix(self):
        assert ratings(([0], [], [], 0)) is not None

    @pytest.mark.parametrize(
        ("matrix", "error", "message"),
        [
            (([], [], [], 2), ValueError, "begin with 0"),
            (([1, 1], [0], [1.0], 2), ValueError, "begin with 0"),
            (([0, 2, 1], [0], [1.0], 2), ValueError, r"offsets\[2\] is 1, less"),
            (([0, 2], [0], [1.0], 2), ValueError, "indices has 1 entries, expected 2"),
            (([0, 1], [2], [1.0], 2), IndexError, r"indices\[0\] is 2, outside \[0, 2\)"),
            (([0, 1], [-1], [1.0], 2), IndexError, r"indices\[0\] is -1, outside \[0, 2\)"),
            (([0, 1], [0], [], 2), ValueError, "values has 0 entries, indices has 1"),
            (([0, 1], [0], [1.0, 2.0], 2), ValueError, "values has 2 entries, expected 1"),
            (([[0, 1]], [0], [1.0], 2), ValueError, "offsets has 2 dimensions"),
            (([0, 1], [0], [[1.0]], 2), ValueError, "values has 2 dimensions"),
            (([0, 1], [0], [1.0], -1), TypeError, "incompatible"),
            (([0, 1], [0], [1.0], 2.5), TypeError, "incompatible"),
        ],
    )
    def test_what_is_no_matrix_is_refused(self, matrix, error, message):
        with pytest.raises(error, match=message):
            ratings(matrix)

    @pytest.mark.parametrize("place", range(3))
    @pytest.mark.parametrize("other", OTHER_ARRAYS)
    def test_other_arrays_are_not_converted(self, place, other):
        parts = list(arrays(*BY_ROW))
        parts[place] = other(parts[place])
        with pytest.raises(TypeError):
            _core.ratings.Ratings(*parts)

    def test_the_arrays_live_as_long_as_the_ratings(self):
        similar = similarity("pearson_baseline", row_biases=np.zeros(3), col_biases=np.ones(2))
        expected = _core.neighbors.similarity_rows(similar, CODES, 1)
        gc.collect()
        waste = [np.full(size, 7) for size in range(1, 50)]
        np.testing.assert_array_equal(_core.neighbors.similarity_rows(similar, CODES, 1), expected)
        del waste


class TestRatedSimilarity:
    def test_matrices_that_are_not_each_others_transpose_are_refused(self):
        with pytest.raises(ValueError, match="by_row is 3 x 2, by_col is 3 x 2: not the transpose"):
            similarity(by_col=BY_ROW)

    @pytest.mark.parametrize(
        ("biases", "message"),
        [
            ({}, "row_biases has 0 entries, expected 3"),
            ({"row_biases": np.zeros(3)}, "col_biases has 0 entries, expected 2"),
            ({"row_biases": np.zeros(2), "col_biases": np.zeros(2)}, "row_biases has 2 entries"),
            ({"row_biases": np.zeros((3, 1)), "col_biases": np.zeros(2)}, "row_biases has 2 dim"),
        ],
    )
    def test_missing_biases_are_refused(self, biases, message):
        with pytest.raises(ValueError, match=message):
            similarity("pearson_baseline", **biases)

    @pytest.mark.parametrize("name", ["row_biases", "col_biases"])
    @pytest.mark.parametrize("other", OTHER_ARRAYS[:4])
    def test_other_biases_are_not_converted(self, name, other):
        biases = {"row_biases": np.zeros(3), "col_biases": np.zeros(2)}
        biases[name] = other(biases[name])
        with pytest.raises(TypeError):
            similarity("pearson_baseline", **biases)

    @pytest.mark.parametrize(
        "change",
        [
            {"by_row": None},
            {"by_col": BY_COL},
            {"measure": "msd"},
            {"measure": 1},
            {"min_support": 2**31},
            {"min_support": None},
            {"shrinkage": "1"},
        ],
        ids=str,
    )
    def test_arguments_of_another_type_are_refused(self, change):
        arguments = {
            "by_row": ratings(BY_ROW),
            "by_col": ratings(BY_COL),
            "measure": _core.neighbors.Similarity.msd,
            "min_support": 1,
            "shrinkage": 1.0,
            "global_mean": 1.0,
            "row_biases": None,
            "col_biases": None,
        }
        assert _core.neighbors.RatedSimilarity(**arguments) is not None
        with pytest.raises(TypeError):
            _core.neighbors.RatedSimilarity(**{**arguments, **change})


class TestSimilarityRows:
    def test_an_answer(self):
        rows = _core.neighbors.similarity_rows(similarity(), CODES[:2], 1)
        assert rows.tolist() == [[1, 0.5, 0], [0.5, 1, 0]]
        assert _core.neighbors.similarity_rows(similarity(), CODES[:0], 1).shape == (0, 3)

    @pytest.mark.parametrize("code", [-1, 3, 2**31 - 1, -(2**31)])
    def test_a_row_that_does_not_exist_is_named(self, code):
        with pytest.raises(IndexError, match=rf"rows\[1\] is {code}, outside \[0, 3\)"):
            _core.neighbors.similarity_rows(similarity(), np.array([0, code], dtype=np.int32), 1)

    @pytest.mark.parametrize("other", OTHER_ARRAYS)
    def test_other_codes_are_not_converted(self, other):
        with pytest.raises(TypeError):
            _core.neighbors.similarity_rows(similarity(), other(CODES), 1)

    def test_codes_of_two_dimensions_are_refused(self):
        with pytest.raises(ValueError, match="rows has 2 dimensions"):
            _core.neighbors.similarity_rows(similarity(), CODES[None], 1)

    @pytest.mark.parametrize("n_threads", [0, -1])
    def test_threads_that_cannot_work_are_refused(self, n_threads):
        with pytest.raises(ValueError, match=f"n_threads is {n_threads}"):
            _core.neighbors.similarity_rows(similarity(), CODES, n_threads)

    def test_nothing_but_a_similarity_is_taken(self):
        for other in (None, ratings(BY_ROW), np.eye(3)):
            with pytest.raises(TypeError):
                _core.neighbors.similarity_rows(other, CODES, 1)


class TestNeighborMeans:
    def test_an_answer(self):
        for means, counts in (ask(CODES, CODES[[1, 1, 1]]), ask(CODES, CODES[[1, 1, 1]], k=2**40)):
            np.testing.assert_allclose(means, [(4 + 0.5 * 5) / 1.5, (5 + 0.5 * 4) / 1.5, np.nan])
            assert counts.tolist() == [2, 2, 0]
            assert counts.dtype == np.int32

    def test_an_answer_by_a_matrix(self):
        means, counts = ask_matrix(
            np.array([[0.0, 3, 0], [1, 3, 0], [0, 0, 1]]), CODES, CODES[[1] * 3]
        )
        np.testing.assert_array_equal(means, [5, (4 + 3 * 5) / 4, np.nan])
        assert counts.tolist() == [1, 2, 0]

    @pytest.mark.parametrize("call", [ask, ask_matrix])
    def test_codes_that_do_not_exist_are_named(self, call):
        for code in (-1, 3, 2**31 - 1, -(2**31)):
            bad = np.array([0, code], dtype=np.int32)
            with pytest.raises(IndexError, match=rf"rows\[1\] is {code}, outside \[0, 3\)"):
                call(rows=bad, cols=CODES[:2])
            with pytest.raises(IndexError, match=r"cols\[1\] is .*, outside \[0, 2\)"):
                call(rows=CODES[:2], cols=bad)
        with pytest.raises(ValueError, match="cols has 1 entries, expected 2"):
            call(rows=CODES[:2], cols=CODES[:1])
        with pytest.raises(ValueError, match="cols has 2 dimensions"):
            call(cols=CODES[:1, None])

    @pytest.mark.parametrize("call", [ask, ask_matrix])
    @pytest.mark.parametrize("other", OTHER_ARRAYS)
    def test_other_codes_are_not_converted(self, call, other):
        with pytest.raises(TypeError):
            call(rows=other(CODES), cols=CODES[[0, 0, 0]])
        with pytest.raises(TypeError):
            call(rows=CODES, cols=other(CODES[[0, 0, 0]]))

    @pytest.mark.parametrize("k", [-1, 2.0, None, 2**64])
    def test_an_invalid_number_of_neighbours_is_refused(self, k):
        with pytest.raises(TypeError):
            ask(k=k)

    @pytest.mark.parametrize(
        ("place", "name", "expected"),
        [(0, "row_centers", 3), (1, "col_centers", 2), (2, "row_scales", 3)],
    )
    def test_centers_that_do_not_fit_are_refused(self, place, name, expected):
        def with_centers(array):
            return ask(centers=[array if place == k else None for k in range(3)])

        assert with_centers(np.ones(expected)) is not None
        with pytest.raises(ValueError, match=f"{name} has 9 entries, expected {expected}"):
            with_centers(np.ones(9))
        with pytest.raises(ValueError, match=f"{name} has 2 dimensions"):
            with_centers(np.ones((expected, 1)))
        for other in OTHER_ARRAYS[:4]:
            with pytest.raises(TypeError):
                with_centers(other(np.ones(expected)))

    @pytest.mark.parametrize(
        ("matrix", "error", "message"),
        [
            (np.eye(2), ValueError, "similarities has 2 entries, expected 3"),
            (np.ones((3, 4)), ValueError, "rows of similarities has 4 entries, expected 3"),
            (np.ones(9), ValueError, "similarities has 1 dimensions, expected 2"),
            (np.eye(3, dtype=np.float32), TypeError, "incompatible"),
            (np.asfortranarray(np.arange(9.0).reshape(3, 3)), TypeError, "incompatible"),
            (np.eye(3).tolist(), TypeError, "incompatible"),
        ],
        ids=str,
    )
    def test_a_matrix_that_does_not_fit_is_refused(self, matrix, error, message):
        with pytest.raises(error, match=message):
            ask_matrix(matrix)

    @pytest.mark.parametrize("call", [ask, ask_matrix])
    def test_threads_that_cannot_work_are_refused(self, call):
        with pytest.raises(ValueError, match="n_threads is 0"):
            call(n_threads=0)


def ask_rows(rows=CODES[:1], cols=CODES[:1], k=40, centers=(None, None, None), n_threads=1):
    return _core.neighbors.neighbor_mean_rows(similarity(), rows, cols, k, *centers, n_threads)


def ask_rows_of_matrix(matrix=None, rows=CODES[:1], cols=CODES[:1], n_threads=1):
    matrix = np.eye(3) if matrix is None else matrix
    return _core.neighbors.neighbor_mean_rows_of_matrix(
        matrix, ratings(BY_COL), rows, cols, 40, None, None, None, n_threads
    )


class TestNeighborMeanRows:
    def test_an_answer(self):
        for means, counts in (ask_rows(CODES, CODES[:2]), ask_rows(CODES, CODES[:2], k=2**40)):
            expected = [[2, (4 + 0.5 * 5) / 1.5], [2, (5 + 0.5 * 4) / 1.5], [np.nan, np.nan]]
            np.testing.assert_allclose(means, expected)
            assert counts.tolist() == [[1, 2], [1, 2], [0, 0]]
            assert counts.dtype == np.int32

    def test_an_answer_by_a_matrix(self):
        matrix = np.array([[0.0, 3, 0], [1, 3, 0], [0, 0, 1]])
        means, counts = ask_rows_of_matrix(matrix, CODES, CODES[[1]])
        np.testing.assert_array_equal(means, [[5], [(4 + 3 * 5) / 4], [np.nan]])
        assert counts.tolist() == [[1], [2], [0]]

    def test_nothing_is_asked(self):
        assert ask_rows(CODES[:0], CODES[:2])[0].shape == (0, 2)
        assert ask_rows(CODES, CODES[:0])[1].shape == (3, 0)

    @pytest.mark.parametrize("call", [ask_rows, ask_rows_of_matrix])
    def test_codes_that_do_not_exist_are_named(self, call):
        for code in (-1, 3, 2**31 - 1, -(2**31)):
            bad = np.array([0, code], dtype=np.int32)
            with pytest.raises(IndexError, match=rf"rows\[1\] is {code}, outside \[0, 3\)"):
                call(rows=bad)
            with pytest.raises(IndexError, match=r"cols\[1\] is .*, outside \[0, 2\)"):
                call(cols=bad)
        with pytest.raises(ValueError, match="cols has 2 dimensions"):
            call(cols=CODES[:1, None])

    @pytest.mark.parametrize("call", [ask_rows, ask_rows_of_matrix])
    @pytest.mark.parametrize("other", OTHER_ARRAYS)
    def test_other_codes_are_not_converted(self, call, other):
        with pytest.raises(TypeError):
            call(rows=other(CODES))
        with pytest.raises(TypeError):
            call(cols=other(CODES[:2]))

    @pytest.mark.parametrize(
        ("place", "name", "expected"),
        [(0, "row_centers", 3), (1, "col_centers", 2), (2, "row_scales", 3)],
    )
    def test_centers_that_do_not_fit_are_refused(self, place, name, expected):
        centers = [np.ones(9) if place == k else None for k in range(3)]
        with pytest.raises(ValueError, match=f"{name} has 9 entries, expected {expected}"):
            ask_rows(centers=centers)

    @pytest.mark.parametrize("call", [ask_rows, ask_rows_of_matrix])
    def test_threads_that_cannot_work_are_refused(self, call):
        with pytest.raises(ValueError, match="n_threads is 0"):
            call(n_threads=0)

    def test_a_matrix_that_does_not_fit_is_refused(self):
        with pytest.raises(ValueError, match="similarities has 2 entries, expected 3"):
            ask_rows_of_matrix(np.eye(2))
