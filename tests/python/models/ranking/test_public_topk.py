"""astonish.topk: what it accepts, refuses and answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csr_array, csr_matrix

import astonish

from .. import reference


def expected(queries, items, n, excluded=None, bias=0):
    scores = queries.astype(np.float64) @ items.T.astype(np.float64) + bias
    excluded = excluded or [()] * len(queries)
    return [reference.ranking(row, n, out) for row, out in zip(scores, excluded, strict=True)]


@pytest.fixture(scope="module")
def problem():
    rng = np.random.RandomState(0)
    return rng.randint(-5, 6, (30, 8)).astype(float), rng.randint(-5, 6, (200, 8)).astype(float)


@given(
    st.integers(0, 10**6),
    st.integers(0, 9),
    st.integers(0, 60),
    st.integers(0, 5),
    st.integers(1, 70),
    st.sampled_from([np.int32, np.int64]),
    st.sampled_from([np.float32, np.float64]),
)
def test_a_full_sort(seed, n_queries, n_items, n_factors, n, offset_type, dtype):
    rng = np.random.RandomState(seed)
    queries = rng.randint(-2, 3, (n_queries, n_factors)).astype(dtype)
    items = rng.randint(-2, 3, (n_items, n_factors)).astype(dtype)
    bias = rng.randint(-2, 3, n_items).astype(dtype)
    counts = rng.randint(0, 20 if n_items else 1, n_queries)
    offsets = np.cumsum([0, *counts]).astype(offset_type)
    excluded = [rng.randint(0, n_items, count) for count in counts]
    indices = np.concatenate([np.empty(0, np.int64), *excluded]).astype(np.int64)
    found, scores = astonish.topk(queries, items, n, (offsets, indices), bias)
    assert found.tolist() == expected(queries, items, n, excluded, bias)
    assert scores.dtype == dtype
    assert (np.isnan(scores) == (found < 0)).all()


@pytest.mark.parametrize("kind", [csr_matrix, csr_array])
def test_exclusions_of_scipy_unsorted_and_repeated(problem, kind):
    queries, items = problem
    rows = [np.array([7, 3, 3, 150])] * len(queries)
    offsets = np.arange(0, 4 * len(rows) + 1, 4)
    exclude = kind((np.ones(4 * len(rows)), np.concatenate(rows), offsets), (30, 200))
    before = exclude.indices.copy()
    found, _ = astonish.topk(queries, items, 9, exclude)
    assert found.tolist() == expected(queries, items, 9, rows)
    np.testing.assert_array_equal(exclude.indices, before)


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_exclusions_need_not_be_aligned(problem, dtype):
    queries, items = problem
    exclude = []
    for values in (np.arange(31), np.arange(30) + 100):  # row k excludes item 100 + k
        packed = np.zeros(len(values), [("byte", np.int8), ("value", dtype)])
        packed["value"] = values
        exclude.append(packed["value"])
    assert not exclude[0].flags.aligned
    found, _ = astonish.topk(queries, items, 5, tuple(exclude))
    assert found.tolist() == expected(queries, items, 5, [[100 + k] for k in range(30)])


def test_other_dtypes_and_orders_are_converted(problem):
    queries, items = problem
    found = expected(queries, items, 5)
    for a, b, dtype in (
        (queries.astype(np.float32), items, np.float64),
        (queries.astype(np.int64), items.astype(np.float32), np.float64),
        (np.asfortranarray(queries), items[::-1][::-1], np.float64),
        (np.asfortranarray(queries.astype(np.float32)), items.astype(np.float32), np.float32),
        (queries.tolist(), items.tolist(), np.float64),
    ):
        indices, scores = astonish.topk(a, b, 5)
        assert indices.tolist() == found
        assert scores.dtype == dtype


def test_the_number_of_threads_changes_nothing(problem):
    queries, _ = problem
    items = np.random.RandomState(1).standard_normal((40_000, 8))
    one, scores = astonish.topk(queries, items, 9, n_threads=1)
    for n_threads in (2, 3, 7):
        indices, others = astonish.topk(queries, items, 9, n_threads=n_threads)
        np.testing.assert_array_equal(indices, one)
        np.testing.assert_array_equal(others, scores)


def test_a_bias_of_minus_infinity_keeps_an_item_out(problem):
    queries, items = problem
    bias = np.zeros(200)
    bias[:195] = -np.inf
    found, scores = astonish.topk(queries, items, 7, bias=bias)
    assert (found[:, :5] >= 195).all()
    assert (found[:, 5:] == -1).all()
    assert np.isnan(scores[:, 5:]).all()


TWO, THREE = np.ones((2, 4)), np.ones((3, 4))
HOLE = np.array([[1, 1], [1, np.nan]])
HUGE = (np.array([0, 1, 1]), np.array([2**32]))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((TWO, np.ones((3, 5)), 1), ValueError, r"same number of factors.*\(2, 4\) and \(3, 5\)"),
        ((TWO[0], THREE, 1), ValueError, "queries must have 2 dimensions"),
        ((TWO, THREE[0], 1), ValueError, "items must have 2 dimensions"),
        ((TWO.astype(str), THREE, 1), TypeError, "queries must hold real numbers"),
        ((HOLE, HOLE, 1), ValueError, r"queries\[1, 1\] is nan"),
        ((np.ones((1, 2)), HOLE, 1), ValueError, r"items\[1, 1\] is nan"),
        ((TWO, THREE, 0), ValueError, "n must be at least 1"),
        ((TWO, THREE, 1.5), TypeError, "n must be an integer"),
        ((TWO, THREE, 2**64), ValueError, "n must be at most 2147483647"),
        ((TWO, THREE, 1, None, np.ones(2)), ValueError, "bias .* got 2 for 3 items"),
        ((TWO, THREE, 1, None, [0, np.nan, 0]), ValueError, r"bias\[1\] is nan"),
        ((TWO, THREE, 1, [[0], [1]]), TypeError, "exclude must be a scipy CSR .* got list"),
        ((TWO, THREE, 1, coo_array((2, 3))), TypeError, "CSR format, got coo"),
        ((TWO, THREE, 1, csr_array((2, 4))), ValueError, r"shape \(2, 3\), got \(2, 4\)"),
        ((TWO, THREE, 1, ([0, 1], [0])), ValueError, "3 offsets for 2 queries, got 2"),
        ((TWO, THREE, 1, ([0, 1, 1], [0.5])), TypeError, "indices of exclude must be whole"),
        ((TWO, THREE, 1, ([0, 1, 1], [3])), IndexError, r"indices\[0\] is 3, outside \[0, 3\)"),
        ((TWO, THREE, 1, HUGE), IndexError, r"indices\[0\] of exclude is 4294967296"),
        ((TWO, THREE, 1, ([0, 1, 1], [-1])), IndexError, r"indices\[0\] of exclude is -1"),
        ((TWO, THREE, 1, ([0, 2, 1], [0])), ValueError, "offsets"),
        ((TWO, THREE, 1, None, None, 0), ValueError, "n_threads"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        astonish.topk(*arguments)
