"""Ridge regressions on fixed factors: newcomers, and why a user gets an item; drives als.hpp.

Given the items, the factors and the bias of a user are the solution of a ridge regression on the
user's ratings, and the other way round. A model that is trained towards that solution says which
regression it is (`Ridge`); the rest is the same for all.
"""

import copy
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from astonish import _core
from astonish.data.csr import Csr
from astonish.data.trainset import Trainset
from astonish.models.base.explanations import Terms
from astonish.models.ranking.factors import Factors
from astonish.support.settings import resolve_n_threads

Model = TypeVar("Model")

#: The names of factors and biases, by side.
SIDES = {"user": ("pu", "bu"), "item": ("qi", "bi")}


class Ridge(NamedTuple):
    """What is added to the squared errors of a user's, or an item's, ratings.

    Attributes
    ----------
    reg, reg_bias : float
        Times the squared length of the factors, and the squared bias.
    by_count : bool
        Whether both are multiplied by the number of ratings.
    """

    reg: float
    reg_bias: float
    by_count: bool

    def options(self, global_mean: float, biased: bool) -> _core.als.AlsOptions:
        """Return what the core takes."""
        options = _core.als.AlsOptions()
        options.reg, options.reg_bias = float(self.reg), float(self.reg_bias)
        options.reg_by_count, options.biased = self.by_count, bool(biased)
        options.global_mean = float(global_mean)
        return options


def solve_newcomers(
    factors: Factors, rows: Csr, side: str, options: _core.als.AlsOptions, n_threads: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return factors and biases of new users, or items; `rows` are their ratings."""
    fixed = (factors.qi, factors.bi) if side == "user" else (factors.pu, factors.bu)
    return solve_rows(rows, fixed, options, n_threads)


def solve_rows(
    rows: Csr,
    fixed: tuple[NDArray[Any], NDArray[Any]],
    options: _core.als.AlsOptions,
    n_threads: Any,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the factors and biases of rows whose columns are those of `fixed`."""
    solved = np.zeros((rows.n_rows, fixed[0].shape[1]), fixed[0].dtype)
    biases = np.zeros(rows.n_rows, fixed[0].dtype)
    _core.als.solve_side(
        rows.view, None, *fixed, solved, biases, options, resolve_n_threads(n_threads)
    )
    return solved, biases


def with_newcomers(
    model: Model, trainset: Trainset, side: str, solve: Callable[[], tuple[Any, Any]]
) -> Model:
    """Return a copy of a model that knows one side of `trainset` and all of its own other side.

    `solve` returns factors and biases of the newcomers, None for what the model has none of.
    """
    folded = copy.copy(model)
    attributes = vars(folded)
    attributes["trainset"] = trainset
    for name, array in zip(SIDES[side], solve(), strict=True):
        if hasattr(folded, name) and array is not None:  # a model of biases has no factors
            attributes[name] = array
    return folded


def terms_of_ratings(
    rated_ids: list[Any], factors: Factors, rated: Csr, item: int, options: _core.als.AlsOptions
) -> Terms:
    """Return what each rating of a user adds to the estimate of an item, and what else does.

    The user's ratings are the only row of `rated`, under the raw ids `rated_ids`.
    """
    columns = rated.indices, rated.values
    added = _core.als.explain_row(*columns, factors.qi, factors.bi, options, item)
    if not options.biased:
        return Terms(rated_ids, added, {})
    others = {"(mean)": options.global_mean, "(item bias)": float(factors.bi[item])}
    return Terms(rated_ids, added, others)


def terms_of_components(factors: Factors, row: int, item: int) -> Terms:
    """Return what each factor adds to an estimate, and what biases do."""
    products = factors.pu[row].astype(np.float64) * factors.qi[item]
    names = [f"factor {k}" for k in range(len(products))]
    if not factors.biased:
        return Terms(names, products, {})
    others = {
        "(mean)": factors.global_mean,
        "(user bias)": float(factors.bu[row]),
        "(item bias)": float(factors.bi[item]),
    }
    return Terms(names, products, others)
