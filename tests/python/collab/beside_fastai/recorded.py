"""What fastai was given when bench/python/record_fastai.py recorded it, and what it answered.

Only NumPy is imported: the recording runs in an interpreter of its own, and both sides make the
same ratings, split, initial weights and order of samples here.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

FILE = Path(__file__).with_name("recorded_batches.json")
BATCH_SIZE = 64
N_EPOCHS = 5
LR_MAX = 5e-3
Y_RANGE = 0.0, 5.5
DTYPES = "float32", "float64"

DOT = {"n_factors": 50}
NETWORK = {"layers": [100, 50], "emb_szs": [24, 17]}
WITH_RANGE = {"y_range": Y_RANGE}


class Variant(NamedTuple):
    """A model by fastai_side.learner's options, and how it is trained."""

    model: dict
    wd: float = 0.1
    schedule: str = "one_cycle"


VARIANTS = {
    "dot with biases, y_range": Variant(DOT | WITH_RANGE),
    "dot with biases": Variant(DOT, wd=0.01),
    "dot, y_range": Variant(DOT | WITH_RANGE | {"biased": False}),
    "dot": Variant(DOT | {"biased": False}, wd=0.01),
    "network, y_range": Variant(NETWORK | WITH_RANGE),
    "network without batch norm, y_range": Variant(NETWORK | WITH_RANGE | {"use_bn": False}),
    "network": Variant(NETWORK, wd=0.01),
    "dot with biases, y_range, flat_cos": Variant(DOT | WITH_RANGE, schedule="flat_cos"),
}
LR_FIND = "dot with biases, y_range", "network, y_range"  # with the default weight decay, .01


class Samples(NamedTuple):
    """Raw ids and ratings, and which are kept for validation."""

    users: np.ndarray
    items: np.ndarray
    ratings: np.ndarray
    is_valid: np.ndarray

    def codes(self):
        """Return the codes as fastai's: 1... in the order of the ids of training, 0 for others."""
        return [codes_of(ids, ids[~self.is_valid]) for ids in (self.users, self.items)]

    @property
    def n_users(self):
        return len(np.unique(self.users[~self.is_valid]))

    @property
    def n_items(self):
        return len(np.unique(self.items[~self.is_valid]))


def codes_of(ids, trained_ids):
    known = np.unique(trained_ids)
    codes = np.searchsorted(known, ids) + 1
    return np.where(np.isin(ids, known), codes, 0).astype(np.int32)


def make_samples(n_users=200, n_items=150, n=6000):
    """Return ratings of tastes in three dimensions; one user and one item only to validate."""
    rng = np.random.RandomState(0)
    users, items = rng.randint(n_users, size=n), rng.randint(n_items, size=n)
    tastes, traits = rng.standard_normal((n_users, 3)), rng.standard_normal((n_items, 3))
    wishes = 3.5 + 0.6 * (tastes[users] * traits[items]).sum(1) + rng.normal(0, 0.5, n)
    is_valid = rng.uniform(size=n) < 0.2
    is_valid |= (users == 7) | (items == 5)
    ratings = np.clip(np.rint(wishes), 1, 5)
    return Samples(10 * users + 3, 7 * items + 1, ratings, is_valid)


def order_of_epoch(epoch, n):
    return np.random.RandomState(epoch + 1).permutation(n)


def initial_weights(samples, variant):
    """Return the arrays of training, in the order of `_core`'s trainers, without '#na#'."""
    rng = np.random.RandomState(0)
    model = variant.model
    tables = samples.n_users, samples.n_items
    if "layers" in model:
        sizes = model["emb_szs"]
        weights = [embedding(rng, n, k) for n, k in zip(tables, sizes, strict=True)]
        return weights + network_weights(
            rng, sum(sizes), model["layers"], model.get("use_bn", True)
        )
    weights = [embedding(rng, n, model["n_factors"]) for n in tables]
    biases = [embedding(rng, n, 1)[:, 0] for n in tables]
    return weights + (biases if model.get("biased", True) else [array * 0 for array in biases])


def embedding(rng, n, k):
    return (np.fmod(rng.standard_normal((n, k)), 2) * 0.01).astype(np.float32)


def network_weights(rng, n_in, layers, use_bn):
    weights = []
    for n_out in layers:
        weight, bias = linear(rng, n_in, n_out)
        batch_norm = [np.full(n_out, value, np.float32) for value in (1, 1e-3)]
        weights += [weight, *batch_norm] if use_bn else [weight, bias]
        n_in = n_out
    return weights + linear(rng, n_in, 1)


def linear(rng, n_in, n_out):
    bound = n_in**-0.5
    shapes = (n_out, n_in), (n_out,)
    return [rng.uniform(-bound, bound, shape).astype(np.float32) for shape in shapes]


def checksums(arrays):
    """Return the norm, the sum and the first numbers of each array."""
    arrays = [np.asarray(array, np.float64) for array in arrays]
    return [
        [float(np.linalg.norm(array)), float(array.sum()), *array.ravel()[:3].tolist()]
        for array in arrays
    ]


def recording():
    return json.loads(FILE.read_text())
