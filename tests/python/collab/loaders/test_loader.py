import numpy as np
import pytest

from astonish.collab import RatingsLoader


def make_loader(n, bs, **options):
    codes = np.arange(n, dtype=np.int32)
    return RatingsLoader(codes, codes + 100, codes / 2, bs, **options)


def rows_of(loader):
    """The users of each batch."""
    return [x[:, 0].tolist() for x, _ in loader]


ONE, TWO = np.ones(1, np.int32), np.ones(2, np.int32)


def test_batches_hold_codes_and_ratings():
    (x, y), (last_x, last_y) = make_loader(3, 2)
    assert (x.dtype, y.dtype) == (np.int64, np.float64)
    assert x.tolist() == [[0, 100], [1, 101]]
    assert y.tolist() == [[0.0], [0.5]]
    assert (last_x.tolist(), last_y.tolist()) == ([[2, 102]], [[1.0]])


@pytest.mark.parametrize(
    ("n", "drop_last", "sizes"),
    [
        (6, False, [3, 3]),
        (7, False, [3, 3, 1]),
        (7, True, [3, 3]),
        (2, False, [2]),
        (2, True, [2]),  # it is all there is
        (0, False, []),
        (0, True, []),
    ],
)
def test_number_of_batches(n, drop_last, sizes):
    loader = make_loader(n, 3, drop_last=drop_last)
    assert [len(rows) for rows in rows_of(loader)] == sizes
    assert (len(loader), loader.n) == (len(sizes), n)


def test_rows_keep_their_order():
    assert rows_of(make_loader(5, 2)) == [[0, 1], [2, 3], [4]]


def test_a_generator_draws_a_new_order_for_every_pass():
    loader = make_loader(40, 10, rng=np.random.RandomState(3))
    first, second = np.concatenate(rows_of(loader)), np.concatenate(rows_of(loader))
    assert sorted(first) == sorted(second) == list(range(40))
    assert first.tolist() != second.tolist()
    again = make_loader(40, 10, rng=np.random.RandomState(3))
    assert np.concatenate(rows_of(again)).tolist() == first.tolist()


def test_rows_without_ratings():
    codes = np.arange(3, dtype=np.int32)
    (batch,) = RatingsLoader(codes, codes, None, 4)
    (x,) = batch
    assert x.tolist() == [[0, 0], [1, 1], [2, 2]]


def test_one_batch():
    assert make_loader(5, 2).one_batch()[0].tolist() == [[0, 100], [1, 101]]
    with pytest.raises(ValueError, match="there is no batch"):
        make_loader(0, 2).one_batch()


@pytest.mark.parametrize(("bs", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError)])
def test_batch_size(bs, error):
    with pytest.raises(error, match="bs must be"):
        make_loader(3, bs)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([1], [1], [3.0]), "users must be an array of int32 and one dimension"),
        ((np.int32(1), ONE, None), "users must be an array of int32 and one dimension"),
        ((ONE, np.array([1]), None), "items must be an array of int32 and one dimension"),
        ((ONE[np.newaxis], ONE, None), "users must be an array of int32 and one dimension"),
        ((ONE, ONE, np.array([3], np.float32)), "ratings must be an array of float64"),
    ],
)
def test_columns_of_other_types(columns, message):
    with pytest.raises(TypeError, match=message):
        RatingsLoader(*columns)


@pytest.mark.parametrize("columns", [(ONE, TWO, np.ones(1)), (TWO, TWO, np.ones(1))])
def test_columns_of_different_lengths(columns):
    with pytest.raises(ValueError, match=r"(items|ratings) must have \d entries, as users, got \d"):
        RatingsLoader(*columns)


def test_repr():
    assert repr(make_loader(5, 2)) == "<RatingsLoader: 5 rows in 3 batches of 2>"
