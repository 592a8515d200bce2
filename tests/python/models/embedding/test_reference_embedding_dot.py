"""The reference of the dot product's training, checked by finite differences and by hand."""

import numpy as np
import pytest

from ..reference_embedding_dot import adam_step, loss_and_gradient, train

SIZES = {"pu": (4, 3), "qi": (5, 3), "bu": (4,), "bi": (5,)}


def parameters_of(names, seed=0):
    rng = np.random.RandomState(seed)
    return {name: rng.normal(0, 0.5, SIZES[name]) for name in names}


def batch_of(n, seed=1):
    rng = np.random.RandomState(seed)
    return rng.randint(4, size=n), rng.randint(5, size=n), rng.uniform(1, 5, n)


@pytest.mark.parametrize("names", [("pu", "qi"), ("pu", "qi", "bu", "bi")], ids="/".join)
@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
def test_gradient_is_that_of_finite_differences(names, y_range):
    parameters, batch = parameters_of(names), batch_of(30)
    _, gradient = loss_and_gradient(parameters, *batch, y_range)
    for name, array in parameters.items():
        for place in np.ndindex(array.shape):
            ends = []
            for move in (1e-6, -1e-6):
                moved = {**parameters, name: array.copy()}
                moved[name][place] += move
                ends.append(loss_and_gradient(moved, *batch, y_range)[0])
            assert gradient[name][place] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_the_first_step_of_adam_by_hand():
    weights, average, square = np.array([2.0]), np.zeros(1), np.zeros(1)
    adam_step(weights, average, square, np.array([0.5]), step=1, lr=0.1, mom=0.9, wd=0.01)
    assert average == pytest.approx(0.05)
    assert square == pytest.approx(0.0025)
    assert weights == pytest.approx(2 * (1 - 0.001) - 0.1 * 0.5 / (0.5 + 1e-5))


def test_rows_without_samples_move_on_and_decay():
    parameters = {"pu": np.ones((2, 1)), "qi": np.ones((1, 1))}
    means = [{name: np.zeros_like(each) for name, each in parameters.items()} for _ in range(2)]
    batches = [([1], [0], [4.0]), ([0], [0], [4.0])]
    train(parameters, *means, batches, [0.1, 0.1], [0.9, 0.9], wd=0.5)
    after_one = 0.95 + 0.1 * 6 / (6 + 1e-5)  # the gradient is 2 * (1 - 4)
    moved = 0.1 / 0.19 * 0.54 / (np.sqrt(0.3564 / 0.0199) + 1e-5)
    assert parameters["pu"][1] == pytest.approx(0.95 * after_one + moved)
