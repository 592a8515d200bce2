"""The kernels beside fastai itself: the same initial weights, split, batches and dtype.

bench/python/record_fastai.py made the recording.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from astonish import _core
from astonish.models.training.schedules import flat_cos, one_cycle

from ...models import reference_embedding_dot, reference_embedding_network
from . import recorded

SAMPLES = recorded.make_samples()
RECORDING = recorded.recording()
SCHEDULES = {"one_cycle": one_cycle, "flat_cos": flat_cos}
# how far sums of 50 numbers, and 375 updates, of that precision may be from fastai's
TOLERANCES = {"float32": 1e-5, "float64": 1e-12}
STATE_TOLERANCES = {"float32": 1e-4, "float64": 1e-10}


class Training(NamedTuple):
    losses: np.ndarray  # one of each batch
    valid: list  # one of each epoch
    arrays: list  # as they are in the end


class Dot:
    """The dot product in training; `arrays` are pu, qi, bu, bi."""

    def __init__(self, variant, arrays):
        options = _core.embedding.EmbeddingDotOptions()
        options.wd, options.y_range = variant.wd, variant.model.get("y_range")
        options.biased = variant.model.get("biased", True)
        self.arrays, self._options = tuple(arrays), options
        self._trainer = _core.embedding.embedding_dot(self.arrays, *fresh_state(arrays), options)

    def run(self, *arguments):
        self._trainer.run(*arguments)
        self._trainer.copy_to(self.arrays, *fresh_state(self.arrays))

    def state(self):
        return self.arrays if self._options.biased else self.arrays[:2]

    def estimates(self, users, items):
        padded = [np.concatenate([np.zeros_like(array[:1]), array]) for array in self.arrays]
        tables = dict(zip(("pu", "qi", "bu", "bi"), padded, strict=True))
        return reference_embedding_dot.estimates(tables, users, items, self._options.y_range)


class Network:
    """The network in training; `arrays` are followed by the statistics of batch norms."""

    def __init__(self, variant, arrays):
        options = _core.network.EmbeddingNetworkOptions()
        options.wd, options.y_range = variant.wd, variant.model.get("y_range")
        options.use_bn = variant.model.get("use_bn", True)
        self.arrays, self._options = arrays, options
        widths = np.repeat(variant.model["layers"], 2 if options.use_bn else 0)
        self._buffers = [
            np.full(n, k % 2, arrays[0].dtype)
            for k, n in enumerate(widths)  # means, variances
        ]
        state = fresh_state(arrays)
        self._trainer = _core.network.embedding_network(
            list(arrays), *state, self._buffers, options
        )

    def run(self, *arguments):
        self._trainer.run(*arguments)
        self._trainer.copy_to(self.arrays, *fresh_state(self.arrays), self._buffers)

    def state(self):
        return self.arrays + self._buffers

    def estimates(self, users, items):
        network = reference_embedding_network.Network(
            self.arrays,
            *fresh_state(self.arrays),
            self._buffers,
            use_bn=self._options.use_bn,
            y_range=self._options.y_range,
        )
        return network.estimate(users - 1, items - 1)


def fresh_state(arrays):
    """Return what Adam knows before the first batch: averages and squares."""
    return [type(arrays)(np.zeros_like(array) for array in arrays) for _ in range(2)]


@cache
def trained(name, dtype):
    """Train a recorded variant as fastai did."""
    variant = recorded.VARIANTS[name]
    arrays = [array.astype(dtype) for array in recorded.initial_weights(SAMPLES, variant)]
    model = (Network if "layers" in variant.model else Dot)(variant, arrays)
    users, items = SAMPLES.codes()
    valid = SAMPLES.is_valid
    columns = users[~valid] - 1, items[~valid] - 1, SAMPLES.ratings[~valid].astype(dtype)
    n_batches = len(columns[0]) // recorded.BATCH_SIZE
    schedule = SCHEDULES[variant.schedule](recorded.N_EPOCHS, n_batches, recorded.LR_MAX)
    losses, valid_losses = [], []
    rates = [np.split(rate, recorded.N_EPOCHS) for rate in schedule]
    for epoch, (lrs, moms) in enumerate(zip(*rates, strict=True)):
        order = recorded.order_of_epoch(epoch, len(columns[0])).astype(np.int32)
        samples = order[: n_batches * recorded.BATCH_SIZE]
        losses.append(np.empty(n_batches))
        model.run(*columns, samples, recorded.BATCH_SIZE, lrs, moms, losses[-1], 2)
        errors = model.estimates(users[valid], items[valid]) - SAMPLES.ratings[valid]
        valid_losses.append(np.mean(errors**2))
    return Training(np.concatenate(losses), valid_losses, model.state())


@pytest.fixture(params=recorded.VARIANTS)
def name(request):
    return request.param


@pytest.fixture(params=recorded.DTYPES)
def dtype(request):
    return request.param


def test_each_loss_of_the_first_epoch_is_fastais(name, dtype):
    theirs = RECORDING[dtype][name]["losses"]
    ours = trained(name, dtype).losses[: len(theirs)]
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCES[dtype])


def test_the_last_losses_are_fastais(name, dtype):
    theirs = RECORDING[dtype][name]["last losses"]
    ours = trained(name, dtype).losses[-len(theirs) :]
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCES[dtype])


def test_validation_losses_are_fastais(name, dtype):
    theirs = RECORDING[dtype][name]["valid"]
    np.testing.assert_allclose(trained(name, dtype).valid, theirs, rtol=TOLERANCES[dtype])


def test_the_weights_in_the_end_are_fastais(name, dtype):
    theirs = RECORDING[dtype][name]["state"]
    ours = recorded.checksums(trained(name, dtype).arrays)
    for our_numbers, their_numbers in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            our_numbers, their_numbers, rtol=STATE_TOLERANCES[dtype], atol=STATE_TOLERANCES[dtype]
        )


def test_the_recording_has_unknown_users_and_items():
    users, items = SAMPLES.codes()
    for codes in (users, items):
        assert np.any(codes[SAMPLES.is_valid] == 0)
        assert np.all(codes[~SAMPLES.is_valid] > 0)
