"""The exact search of the core against a full sort."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from astonish import _core

from .. import reference

FLOATS = [np.float32, np.float64]
OFFSETS = [np.int32, np.int64]
NO_INDICES = np.empty(0, dtype=np.int32)
NOTHING = (np.empty(0, dtype=np.int64), NO_INDICES)


def csr_of(rows, offset_type=np.int64):
    """Offsets and indices of lists of item places."""
    offsets = np.cumsum([0, *map(len, rows)]).astype(offset_type)
    return offsets, np.concatenate([NO_INDICES, *rows]).astype(np.int32)


def topk(queries, items, n, bias=None, excluded=NOTHING, n_threads=1):
    return _core.topk.topk(queries, items, n, bias, *excluded, n_threads)


def expected(scores, n, excluded=None):
    rows = excluded or [()] * len(scores)
    return [reference.ranking(row, n, out) for row, out in zip(scores, rows, strict=True)]


@st.composite
def problems(draw, elements):
    """Queries, items and perhaps biases whose elements are drawn from `elements`."""
    dtype = draw(st.sampled_from(FLOATS))
    n_queries, n_items = draw(st.integers(1, 12)), draw(st.integers(1, 80))
    n_factors = draw(st.integers(0, 6))
    seed = draw(st.integers(0, 10**6))
    pick = np.random.RandomState(seed).choice
    queries = pick(elements, (n_queries, n_factors)).astype(dtype)
    items = pick(elements, (n_items, n_factors)).astype(dtype)
    bias = pick(elements, n_items).astype(dtype) if draw(st.booleans()) else None
    return queries, items, bias


def float64_scores(queries, items, bias):
    scores = queries.astype(np.float64) @ items.T.astype(np.float64)
    return scores if bias is None else scores + bias


@given(problems(np.arange(-2, 3)), st.integers(1, 90))
def test_small_integers_with_many_ties(problem, n):
    queries, items, bias = problem
    indices, scores = topk(queries, items, n, bias)
    exact = float64_scores(*problem)
    assert indices.tolist() == expected(exact, n)
    assert scores.dtype == queries.dtype
    for row, places, found in zip(exact, indices, scores, strict=True):
        assert found[places >= 0].tolist() == row[places[places >= 0]].tolist()
        assert np.isnan(found[places < 0]).all()


@given(problems(np.arange(-2, 3)), st.integers(1, 90), st.sampled_from(OFFSETS), st.data())
def test_excluded_items_are_not_listed(problem, n, offset_type, data):
    queries, items, bias = problem
    places = st.lists(st.integers(0, len(items) - 1), max_size=100)
    excluded = [data.draw(places) for _ in queries]
    indices, _ = topk(queries, items, n, bias, csr_of(excluded, offset_type))
    assert indices.tolist() == expected(float64_scores(*problem), n, excluded)


WILD = [0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf]


@given(problems(WILD), st.integers(1, 90))
def test_nan_and_infinity(problem, n):
    queries, items, bias = problem
    with np.errstate(invalid="ignore"):
        exact = float64_scores(queries, items, bias)
    indices, scores = topk(queries, items, n, bias)
    assert indices.tolist() == expected(exact, n)
    assert not np.isnan(scores[indices >= 0]).any()


MAGNITUDES = [1e-170, -1e-170, 1e-40, 1.0, -1.0, 1e30, 1e39, -1e39, 1e150]


@given(
    arrays(np.float64, (3, 1), elements=st.sampled_from(MAGNITUDES)),
    arrays(np.float64, (60, 1), elements=st.sampled_from(MAGNITUDES)),
    st.integers(1, 60),
)
def test_float64_beyond_what_float32_can_hold(queries, items, n):
    indices, scores = topk(queries, items, n)
    exact = queries * items.T
    assert indices.tolist() == expected(exact, n)
    np.testing.assert_array_equal(scores, np.take_along_axis(exact, indices, axis=1))


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 40), st.sampled_from([1.0, 1e-9]))
def test_float64_decides_what_float32_cannot(seed, n, spread):
    """Scores around 1 that differ by far less than float32 can tell."""
    rng = np.random.RandomState(seed)
    items = 1 + spread * rng.standard_normal((700, 1))
    queries = np.array([[1.0], [-1.0]])
    indices, scores = topk(queries, items, n)
    exact = queries * items.T
    assert indices.tolist() == expected(exact, n)
    np.testing.assert_array_equal(scores, np.take_along_axis(exact, indices, axis=1))


@pytest.mark.parametrize("dtype", FLOATS)
def test_more_items_and_queries_than_one_block(dtype):
    rng = np.random.RandomState(0)
    queries = rng.randint(-9, 10, (300, 20)).astype(dtype)
    items = rng.randint(-9, 10, (1300, 20)).astype(dtype)
    excluded = [rng.randint(0, 1300, 50) for _ in queries]
    indices, scores = topk(queries, items, 33, excluded=csr_of(excluded))
    exact = float64_scores(queries, items, None)
    assert indices.tolist() == expected(exact, 33, excluded)
    np.testing.assert_array_equal(scores, np.take_along_axis(exact, indices, axis=1))


@pytest.mark.parametrize("dtype", FLOATS)
def test_all_scores_equal(dtype):
    queries, items = np.zeros((5, 3), dtype), np.ones((2000, 3), dtype)
    indices, scores = topk(queries, items, 1500)
    assert (indices == np.arange(1500)).all()
    assert not scores.any()


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_number_of_threads_changes_nothing(dtype):
    rng = np.random.RandomState(0)
    queries = rng.standard_normal((200, 50)).astype(dtype)
    items = rng.standard_normal((1500, 50)).astype(dtype)
    bias = rng.standard_normal(1500).astype(dtype)
    one_thread = topk(queries, items, 25, bias)
    for n_threads in (2, 3, 7):
        for ours, theirs in zip(
            topk(queries, items, 25, bias, n_threads=n_threads), one_thread, strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_no_queries_and_no_items():
    empty, some = np.empty((0, 2)), np.ones((3, 2))
    assert [each.shape for each in topk(empty, some, 4)] == [(0, 4), (0, 4)]
    indices, scores = topk(some, empty, 4)
    assert (indices == -1).all()
    assert np.isnan(scores).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones((2, 3)), np.ones((2, 4)), 1), "number of factors"),
        ((np.ones((2, 3)), np.ones((2, 3)), 1, np.ones(3)), "item_bias"),
        ((np.ones((2, 3)), np.ones((2, 3)), 1, None, csr_of([[0]])), "one row a query"),
        ((np.ones(3), np.ones((2, 3)), 1), "queries has 1 dimensions"),
    ],
)
def test_shapes_that_do_not_match_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        topk(*arguments)


@pytest.mark.parametrize("index", [-1, 2, 2**31 - 1])
def test_an_excluded_item_that_does_not_exist_is_refused(index):
    with pytest.raises(IndexError, match=rf"indices\[0\] is {index}, outside \[0, 2\)"):
        topk(np.ones((1, 3)), np.ones((2, 3)), 1, excluded=csr_of([[index]]))
