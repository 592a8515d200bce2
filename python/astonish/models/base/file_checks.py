"""Whether the parts of a model file fit each other."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.models.base.fitted_arrays import FLOATS, ArrayOf, check_arrays
from astonish.models.base.hooks import Hooks
from astonish.models.ranking.factors import Factors
from astonish.models.training.epochs import WATCHERS
from astonish.models.training.publishing import snapshot
from astonish.support.checks import check_number
from astonish.support.files.json_values import unpack
from astonish.support.parameters import checked, parameters_of
from astonish.support.public import full_name, public_class

_OF_TRAINING = {"tol", "random_state", "verbose", *WATCHERS}  # which the next `fit` checks
_KINDS = ("factors", "attributes")


def check_parts(
    model: Hooks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Raise an error where a model that was read contradicts its file or its class.

    Its arrays get the types that `save` gives them: other programs, and `save` before it did so,
    write others.
    """
    if header["version"] > 1 and header.get("defaults") is not True:
        _check_names(type(model), header["attributes"])
    fitted = snapshot(model)
    names = parameters_of(type(model)).keys() - _OF_TRAINING
    if names:
        checked(fitted, *names)
    fitted._check_fitted()
    _check_factors(fitted, header, arrays)
    vars(model).update(fitted._stored_arrays(may_round=True))


def _check_names(cls: type[Any], attributes: Mapping[str, Any]) -> None:
    """Raise a ValueError for a parameter that is not there: the file is that of another class.

    Those that are off by default may be younger than the file, and so may those that others fall
    back to. So may all of a user's class.
    """
    if public_class(full_name(cls)) is not cls:
        return
    declared = parameters_of(cls)
    fallbacks = {parameter.like for parameter in declared.values()}
    for name, parameter in declared.items():
        is_needed = parameter.default is not None and name not in fallbacks
        if is_needed and name not in attributes:
            raise ValueError(f"it lacks the parameter {name!r} of {cls.__name__}")


def _check_factors(
    model: Hooks, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Raise a ValueError where the factors, which other programs read, are not the model's."""
    packed = header.get("factors")
    kind = header.get("kind", "attributes" if packed is None else "factors")  # version 1 has none
    if kind not in _KINDS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, _KINDS))}, got {kind!r}")
    if kind != ("factors" if isinstance(packed, dict) else "attributes"):
        raise ValueError(f"kind is {kind!r}, but factors are {packed!r:.60}")
    if isinstance(packed, dict) and model._scores_by_factors():
        _compare({name: unpack(part, arrays) for name, part in packed.items()}, model)


def _compare(stored: Mapping[str, Any], model: Hooks) -> None:
    factors: Factors = model._factors()
    if stored.keys() != set(Factors._fields):
        raise ValueError(f"factors must have {', '.join(Factors._fields)}")
    if stored["biased"] is not factors.biased:
        raise ValueError(f"factors.biased is {stored['biased']!r}, the model's is {factors.biased}")
    mean = check_number("factors.global_mean", stored["global_mean"])
    if not math.isclose(mean, factors.global_mean, rel_tol=1e-6, abs_tol=1e-6):  # of another order
        raise ValueError(f"factors.global_mean is {mean}, the model's is {factors.global_mean}")
    is_made = type(model)._factors_of is not Hooks._factors_of  # of more than the attribute
    for name in ("pu", "qi", "bu", "bi"):
        expected, full = getattr(factors, name), f"factors.{name}"
        check_arrays({full: stored[name]}, {full: ArrayOf(expected.shape, dtypes=FLOATS)})
        differ = stored[name] is not expected and not np.array_equal(stored[name], expected)
        if differ and not (name == "pu" and is_made):
            raise ValueError(f"{full} is not what the attribute {name} says")
