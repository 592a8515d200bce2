"""The core's network of embeddings against a plain one in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import _core

from ..reference_embedding_network import Network, draw_network

N_USERS, N_ITEMS, N_BATCHES = 30, 40, 6


@st.composite
def networks(draw):
    """Arrays, the options of their training, and a generator for the rest."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layers = draw(st.lists(st.integers(1, 40), max_size=3))
    options = {
        "use_bn": draw(st.booleans()),
        "y_range": draw(st.sampled_from([None, (0.0, 5.5)])),
        "embed_p": draw(st.sampled_from([0.0, 0.25])),
        "ps": draw(st.sampled_from([[], [0.3] * len(layers)])),
        "seed": draw(st.integers(0, 2**64 - 1)),
        "wd": draw(st.sampled_from([0.0, 0.1])),
        "first_step": draw(st.integers(0, 10_000)),
    }
    widths = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    return draw_network(rng, (N_USERS, N_ITEMS), widths, layers, options["use_bn"]), options, rng


def core_options(options):
    result = _core.network.EmbeddingNetworkOptions()
    for name, value in options.items():
        setattr(result, name, value)
    return result


def batches_of(rng, batch_size):
    users = rng.integers(0, N_USERS, 100).astype(np.int32)
    items = rng.integers(0, N_ITEMS, 100).astype(np.int32)
    samples = rng.integers(0, 100, N_BATCHES * batch_size).astype(np.int32)
    rates = rng.uniform(1e-3, 1e-2, N_BATCHES), rng.uniform(0.8, 0.95, N_BATCHES)
    return users, items, rng.uniform(1, 5, 100), samples, rates


def train(arrays, options, batches, batch_size, dtype=np.float64, n_threads=1):
    """Train in the core; weights, averages, squares and buffers, and the losses."""
    users, items, ratings, samples, rates = batches
    arrays = [[array.astype(dtype) for array in group] for group in arrays]
    trainer = _core.network.embedding_network(*arrays, core_options(options))
    losses = np.empty(N_BATCHES)
    trainer.run(users, items, ratings.astype(dtype), samples, batch_size, *rates, losses, n_threads)
    out = [[np.empty_like(array) for array in group] for group in arrays]
    trainer.copy_to(*out)
    return out, losses


def train_reference(arrays, options, batches, batch_size):
    users, items, ratings, samples, rates = batches
    network = Network(*arrays, **options)
    losses = [
        network.train(users[batch], items[batch], ratings[batch], lr, mom)
        for batch, lr, mom in zip(samples.reshape(-1, batch_size), *rates, strict=True)
    ]
    return [network.weights, network.averages, network.squares, network.buffers], losses


def assert_close(groups, expected, atol, rtol=0.0):
    for group, expected_group in zip(groups, expected, strict=True):
        for array, expected_array in zip(group, expected_group, strict=True):
            np.testing.assert_allclose(array, expected_array, rtol=rtol, atol=atol)


@given(networks(), st.integers(2, 30))
def test_training_equals_the_reference(network, batch_size):
    arrays, options, rng = network
    batches = batches_of(rng, batch_size)
    expected, losses = train_reference(arrays, options, batches, batch_size)
    trained, its_losses = train(arrays, options, batches, batch_size)
    np.testing.assert_allclose(its_losses, losses, rtol=1e-9)
    assert_close(trained, expected, 1e-9, rtol=1e-11)  # squares of gradients reach hundreds


@pytest.mark.parametrize("use_bn", [True, False])
def test_float32_follows_the_reference(use_bn):
    rng = np.random.default_rng(3)
    arrays = draw_network(rng, (N_USERS, N_ITEMS), (13, 17), [25, 12], use_bn)
    options = {"use_bn": use_bn, "y_range": (0.0, 5.5), "ps": [0.1, 0.2], "wd": 0.1}
    batches = batches_of(rng, 25)
    expected, losses = train_reference(arrays, options, batches, 25)
    trained, its_losses = train(arrays, options, batches, 25, np.float32)
    np.testing.assert_allclose(its_losses, losses, rtol=1e-5)
    assert_close(trained, expected, 1e-4)


@given(networks())
def test_estimates_equal_the_reference(network):
    (weights, averages, squares, buffers), options, rng = network
    users = rng.integers(-1, N_USERS, 100).astype(np.int32)
    items = rng.integers(-1, N_ITEMS, 100).astype(np.int32)
    expected = Network(weights, averages, squares, buffers, **options).estimate(users, items)
    y_range = options["y_range"]
    estimates = _core.network.network_estimates(weights, buffers, y_range, users, items, 2)
    np.testing.assert_allclose(estimates, expected, rtol=1e-10, atol=1e-10)
    out = np.empty((N_USERS, N_ITEMS))
    _core.network.network_scores(weights, buffers, y_range, 2).score(weights[0], out, 2)
    known = (users >= 0) & (items >= 0)
    np.testing.assert_array_equal(out[users[known], items[known]], estimates[known])


def small_network():
    return draw_network(np.random.default_rng(0), (N_USERS, N_ITEMS), (3, 2), [4])


def test_refuses_lists_that_are_no_network():
    arrays = small_network()
    with pytest.raises(ValueError, match="weights has 6 arrays, expected 4 and 3 for each hidden"):
        _core.network.embedding_network(arrays[0][:-1], *arrays[1:], core_options({}))
    with pytest.raises(ValueError, match="buffers has 1 arrays, expected 2 for each hidden layer"):
        _core.network.embedding_network(*arrays[:3], arrays[3][:1], core_options({}))
    with pytest.raises(ValueError, match="averages has 1 dimensions, expected 2"):
        _core.network.embedding_network(arrays[0], arrays[1][::-1], *arrays[2:], core_options({}))


def test_refuses_arrays_of_two_types():
    weights, *rest = small_network()
    weights[0] = weights[0].astype(np.float32)
    with pytest.raises(TypeError, match="incompatible function arguments"):
        _core.network.embedding_network(weights, *rest, core_options({}))


def test_names_the_batch_that_diverges():
    users, items, ratings, samples, rates = batches_of(np.random.default_rng(0), 10)
    samples[:] = np.arange(len(samples))
    ratings[25] = np.inf
    with pytest.raises(ValueError, match="batch 2 diverged: its loss is not finite"):
        train(small_network(), {}, (users, items, ratings, samples, rates), 10)
