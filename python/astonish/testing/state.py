"""What a model is made of, to see whether it changed."""

from typing import Any

import numpy as np


def state_of(model: Any) -> dict[str, Any]:
    """Return the attributes of a model, arrays copied."""
    return {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in vars(model).items()
    }


def assert_same_state(model: Any, expected: dict[str, Any]) -> None:
    """Assert that a model has the attributes that `state_of` returned."""
    assert list(vars(model)) == list(expected)
    for name, value in vars(model).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(value, expected[name], err_msg=name)
        else:
            assert value is expected[name], name


def reseed(model: Any) -> Any:
    """Let a model that draws its estimates begin again; nothing happens for the others."""
    if model._draws_estimates:
        np.random.seed(0)
    return model


def is_within_scale(estimate: float, model: Any) -> bool:
    """Return whether an estimate is a number that ratings of 1 to 5 allow."""
    rates = "rates" in model.abilities
    return bool(np.isfinite(estimate)) and (1 <= estimate <= 5 or not rates)


def estimates(model: Any, pairs: Any) -> list[float]:
    """Return the estimates of `test`, to be compared to the last bit."""
    return [prediction.est for prediction in reseed(model).test(pairs)]
