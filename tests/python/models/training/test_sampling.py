"""Samples of an epoch: whole batches of a permutation, or drawn with replacement."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish.models.training.sampling import SAMPLINGS, EpochSampler


def sampler_of(n, batch_size, sampling="permutation", seed=0):
    return EpochSampler(n, batch_size, sampling, np.random.RandomState(seed))


sizes = st.tuples(st.integers(1, 200), st.integers(1, 70))


@given(sizes, st.sampled_from(SAMPLINGS))
def test_an_epoch_is_of_whole_batches(size, sampling):
    n, batch_size = size
    sampler = sampler_of(n, batch_size, sampling)
    samples = sampler.next()
    assert samples.dtype == np.int32
    assert len(samples) == sampler.n_batches * sampler.batch_size
    assert n - batch_size < len(samples) <= n
    assert samples.min() >= 0
    assert samples.max() < n


@given(sizes)
def test_a_permutation_has_nothing_twice(size):
    samples = sampler_of(*size).next()
    assert len(np.unique(samples)) == len(samples)


def test_each_epoch_has_an_order_of_its_own():
    sampler = sampler_of(100, 10)
    first, second = sampler.next(), sampler.next()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first), np.sort(second))


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_the_seed_decides(sampling):
    first, again = (sampler_of(50, 7, sampling, seed=3).next() for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, sampler_of(50, 7, sampling, seed=4).next())


def test_with_replacement_an_epoch_meets_63_percent():
    share = len(np.unique(sampler_of(100_000, 100, "replacement").next())) / 100_000
    assert share == pytest.approx(1 - np.exp(-1), abs=0.005)


def test_fewer_ratings_than_a_batch_are_one_batch():
    sampler = sampler_of(5, 64)
    assert (sampler.batch_size, sampler.n_batches) == (5, 1)
    assert sorted(sampler.next().tolist()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 4, "permutation"), ValueError, "n must be at least 1, got 0"),
        ((4, 0, "permutation"), ValueError, "batch_size must be at least 1, got 0"),
        ((4, 2.0, "permutation"), TypeError, "batch_size must be an integer, got 2.0"),
        ((4, 2, "bootstrap"), ValueError, "sampling must be one of .*, got 'bootstrap'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        sampler_of(*arguments)
