"""Ratings by user and by item are the same ratings."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish.data.sides import Sides

SHAPE = 4, 3
triplets = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(-2, 2).map(float)), max_size=30
)


def columns(rows):
    users, items, values = zip(*rows, strict=True) if rows else ((), (), ())
    return np.array(users, np.int32), np.array(items, np.int32), np.array(values, np.float64)


def make_sides(rows, shape=SHAPE):
    return Sides.from_triplets(*columns(rows), shape)


def listed(csr):
    """(row, column, value) of every rating, row by row."""
    columns = csr.row_of_each().tolist(), csr.indices.tolist(), csr.values.tolist()
    return list(zip(*columns, strict=True))


def grouped(rows, key):
    return [row for group in range(max(SHAPE)) for row in rows if row[key] == group]


@given(triplets)
def test_rows_keep_the_order_of_the_triplets(rows):
    by_user, by_item = make_sides(rows)
    assert (by_user.n_rows, by_user.n_cols, by_item.n_rows, by_item.n_cols) == (4, 3, 3, 4)
    assert listed(by_user) == grouped(rows, 0)
    assert [(user, item, value) for item, user, value in listed(by_item)] == grouped(rows, 1)


@given(triplets, triplets)
def test_further_ratings_come_last(rows, more):
    extended = make_sides(rows).extended(*columns(more), SHAPE)
    assert list(map(listed, extended)) == list(map(listed, make_sides(rows + more)))


def test_further_ratings_may_widen_the_matrix():
    wide = make_sides([(0, 0, 1.0)], (1, 1)).extended(*columns([(1, 2, 5.0)]), (2, 3))
    assert listed(wide.by_user) == [(0, 0, 1.0), (1, 2, 5.0)]
    assert (wide.by_item.n_rows, wide.by_item.n_cols) == (3, 2)


@given(triplets, st.randoms(use_true_random=False))
def test_some_are_kept(rows, random):
    sides = make_sides(rows)
    is_kept = np.array([random.random() < 0.5 for _ in rows], dtype=bool)
    kept = sides.kept(is_kept)
    expected = [row for row, is_in in zip(listed(sides.by_user), is_kept, strict=True) if is_in]
    assert listed(kept.by_user) == expected
    assert sorted(listed(kept.by_item)) == sorted((i, u, value) for u, i, value in expected)


def test_where_all_are_kept_nothing_is_built():
    sides = make_sides([(0, 0, 1.0), (3, 2, 2.0)])
    assert sides.kept(np.ones(2, dtype=bool)) is sides


@given(triplets)
def test_repeated_pairs_are_summed_and_zeros_left_out(rows):
    sums = defaultdict(float)
    for user, item, value in rows:
        sums[user, item] += value
    expected = sorted((*pair, value) for pair, value in sums.items() if value)
    by_user, by_item = make_sides(rows).merged()
    assert sorted(listed(by_user)) == expected
    assert sorted((user, item, value) for item, user, value in listed(by_item)) == expected


@pytest.mark.parametrize("rows", [[(1, 2, 1.0), (1, 0, 3.0)], []])
def test_what_has_no_repeats_is_returned_as_it_is(rows):
    sides = make_sides(rows)
    assert sides.merged() is sides
