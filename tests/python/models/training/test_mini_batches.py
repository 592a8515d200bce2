"""Batches are trained in parts of some time, so that Ctrl-C is heeded."""

import numpy as np
import pytest

from astonish.models.training import mini_batches
from astonish.models.training.mini_batches import BatchTraining, InnerRatings


class Clock:
    """Time that passes only while batches are trained."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now


class SlowCore:
    """A trainer whose batches take some seconds each; it may fail at one of them."""

    def __init__(self, clock, seconds, fails_at=None):
        self.clock, self.seconds, self.fails_at = clock, seconds, fails_at
        self.parts, self.samples = [], []

    def run(self, users, _items, _values, samples, size, lrs, moms, losses, _n_threads):
        done = sum(self.parts)
        assert len(samples) == size * len(lrs) == size * len(moms)
        if self.fails_at is not None and done <= self.fails_at < done + len(lrs):
            raise ValueError(f"batch {self.fails_at - done} diverged")
        self.parts.append(len(lrs))
        self.samples += users[samples].tolist()
        losses[:] = lrs
        self.clock.now += self.seconds * len(lrs)


def train(monkeypatch, seconds, **options):
    clock = Clock()
    monkeypatch.setattr(mini_batches, "time", clock)
    core = SlowCore(clock, seconds, **options)
    codes = np.arange(4000, dtype=np.int32)
    ratings = InnerRatings(codes, codes, np.ones(4000))
    training = BatchTraining(core, 0, {}, None, ratings, 1)
    rates = np.linspace(1, 2, 1000)
    return core, rates, training.run(codes[::-1].copy(), 4, rates, rates)


@pytest.mark.parametrize(("seconds", "longest"), [(2.0, 8), (0.05, 10), (1e-6, 1000)])
def test_a_part_takes_half_a_second(monkeypatch, seconds, longest):
    core, rates, losses = train(monkeypatch, seconds)
    assert sum(core.parts) == 1000
    assert max(core.parts) <= longest
    assert all(seconds * n <= 0.5 or n == 1 for n in core.parts[1:-1])
    assert core.samples == list(range(4000))[::-1]
    np.testing.assert_array_equal(losses, rates)


def test_fast_batches_are_two_parts(monkeypatch):
    core, _, _ = train(monkeypatch, 1e-6)
    assert core.parts == [8, 992]


@pytest.mark.parametrize("batch", [3, 700])
def test_the_error_names_the_batch_among_all(monkeypatch, batch):
    with pytest.raises(ValueError, match=f"^batch {batch} diverged$"):
        train(monkeypatch, 0.05, fails_at=batch)
