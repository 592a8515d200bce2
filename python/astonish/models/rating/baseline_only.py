"""The baseline estimate as a model of its own; drives the kernels of baselines.hpp and sgd.hpp."""

from dataclasses import KW_ONLY
from typing import Any

from astonish.data.trainset import Trainset
from astonish.models.base.algo_base import AlgoBase
from astonish.models.base.fitted_arrays import FittedArrays
from astonish.models.factors.factor_model import FactorModel
from astonish.models.factors.ridge import Ridge
from astonish.models.ranking.factors import Factors
from astonish.models.training.parameters import N_THREADS
from astonish.support.arrays import as_float64
from astonish.support.checks import check_mapping
from astonish.support.parameters import checked, declare, param, truth
from astonish.support.public import public


@public
@declare
class BaselineOnly(FactorModel, AlgoBase):
    r"""The mean of all ratings and what the user and the item add to it.

    The estimate is :math:`\mu + b_u + b_i`; the bias of an unknown user or item is left out.

    Attributes
    ----------
    bu, bi : float64 arrays of shape (n_users,) and (n_items,)
        User and item biases, equal to scikit-surprise's to the last bit. A bias whose divisor,
        regularisation plus number of ratings, is zero is zero.

    Raises
    ------
    TypeError, ValueError
        By `fit`: for an option out of range or an unknown method.

    References
    ----------
    Koren: Factor in the neighbors: scalable and accurate collaborative filtering. ACM Transactions
    on Knowledge Discovery from Data 4(1), 2010, section 2.1. Interface and order of summation are
    scikit-surprise's.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.BaselineOnly({"reg_u": 5}).fit(trainset)
    Estimating biases using als...
    >>> model.bu.shape, model.bi.shape
    ((943,), (1682,))
    """

    bsl_options: dict[str, Any] = param(
        default_factory=dict,
        check=check_mapping,
        kind="dict",
        doc='How the biases are fitted: ``method`` "als" (the default; ``n_epochs`` 10, ``reg_u`` '
        '15, ``reg_i`` 10) or "sgd" (``n_epochs`` 20, ``reg`` 0.02, ``learning_rate`` 0.005).',
    )
    verbose: bool = param(default=True, check=truth, doc="Whether to say that biases are fitted.")
    _: KW_ONLY
    n_threads: int | None = N_THREADS

    abilities = frozenset({"rates", "ranks", "folds_in", "explains"})

    def _fit(self, trainset: Trainset) -> None:  # noqa: ARG002  the base has it
        checked(self)
        self.bu, self.bi = self.compute_baselines()

    def _fitted_arrays(self) -> FittedArrays:
        arrays = super()._fitted_arrays()
        return {name: arrays[name] for name in ("bu", "bi")}

    def _factors(self) -> Factors:
        bu, bi = as_float64(self.bu), as_float64(self.bi)
        return Factors.of_biases(bu, bi, self.trainset.global_mean)

    def _ridge(self, side: str) -> Ridge:
        options = self.bsl_options
        if options.get("method", "als") == "sgd":
            reg = float(options.get("reg", 0.02))
            return Ridge(reg, reg, by_count=True)
        reg = float(options.get("reg_u", 15) if side == "user" else options.get("reg_i", 10))
        return Ridge(reg, reg, by_count=False)
