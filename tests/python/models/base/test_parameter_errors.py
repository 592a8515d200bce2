"""The error for a wrong parameter names it and the value, whatever the model."""

import numpy as np
import pytest

from astonish import make_ratings
from astonish.models.registry import MODELS
from astonish.support.parameters import parameters_of

TRAINSET = make_ratings(12, 9, 60, seed=1).build_full_trainset()
OF_ANY_KIND = {"verbose"}  # whose truth counts


class Odd:
    """What no parameter takes."""

    def __repr__(self):
        return "<something odd>"


DECLARED = [
    (name, parameter)
    for name, cls in MODELS.items()
    for parameter in parameters_of(cls)
    if parameter not in OF_ANY_KIND
]
NUMBERS = [
    (name, parameter)
    for name, parameter in DECLARED
    if isinstance(parameters_of(MODELS[name])[parameter].default, (int, float))
]


def refuses(name, parameter, value):
    try:
        parameters_of(MODELS[name])[parameter].checked(value)
    except (TypeError, ValueError):
        return True
    return False


BOUNDED = [(name, parameter) for name, parameter in NUMBERS if refuses(name, parameter, -3)]


def check_error(name, parameter, value):
    """Construct and fit a model with a wrong value."""
    with pytest.raises((TypeError, ValueError)) as caught:
        MODELS[name](**{parameter: value}).fit(TRAINSET)
    assert parameter in str(caught.value)
    assert repr(value) in str(caught.value)


def test_every_model_declares_parameters_but_the_one_without_any():
    assert {name for name, _ in DECLARED} == MODELS.keys() - {"NormalPredictor"}
    assert {name for name, _ in BOUNDED} >= {"SVD", "KNNBasic", "CoClustering", "ALS"}


@pytest.mark.parametrize(("name", "parameter"), DECLARED)
def test_a_value_of_another_kind_is_named_with_its_parameter(name, parameter):
    check_error(name, parameter, Odd())


@pytest.mark.parametrize("value", ["1", np.nan, np.inf, [1]], ids=str)
@pytest.mark.parametrize(("name", "parameter"), NUMBERS)
def test_what_is_no_finite_number_is_named_with_its_parameter(name, parameter, value):
    check_error(name, parameter, value)


@pytest.mark.parametrize(("name", "parameter"), BOUNDED)
def test_a_number_below_its_range_is_named_with_its_parameter(name, parameter):
    check_error(name, parameter, -3)
