"""The baseline estimate as a model of its own; drives the kernels of baselines.hpp and sgd.hpp."""

from typing import Any

from astonish import _core
from astonish._arrays import as_float64
from astonish.data.trainset import Trainset
from astonish.models.factors import Factors
from astonish.models.ridge_model import RidgeModel


class BaselineOnly(RidgeModel):
    r"""The mean of all ratings and what the user and the item add to it.

    The estimate is :math:`\mu + b_u + b_i`; the bias of an unknown user or item is left out.

    Parameters
    ----------
    bsl_options : dict, default {}
        How the biases are fitted: ``method`` "als" (the default; ``n_epochs`` 10, ``reg_u`` 15,
        ``reg_i`` 10) or "sgd" (``n_epochs`` 20, ``reg`` 0.02, ``learning_rate`` 0.005).
    verbose : bool, default True
        Whether to say that biases are fitted.
    n_threads : int, optional
        Threads for "als", `test`, `predict_many` and `recommend`; see `FactorModel`.

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

    n_threads: int | None = None

    def __init__(
        self,
        bsl_options: dict[str, Any] = {},  # noqa: B006  scikit-surprise's default; it is copied
        verbose: bool = True,
        *,
        n_threads: int | None = None,
    ) -> None:
        super().__init__(bsl_options=bsl_options)
        self.verbose = verbose
        self.n_threads = n_threads

    def fit(self, trainset: Trainset) -> "BaselineOnly":
        """Fit the biases to a training set; see the class for parameters and errors."""
        with self._all_or_nothing():
            super().fit(trainset)
            self.bu, self.bi = self.compute_baselines()
        return self

    def _factors(self) -> Factors:
        bu, bi = as_float64(self.bu), as_float64(self.bi)
        return Factors.of_biases(bu, bi, self.trainset.global_mean)

    def _ridge(self, side: str) -> _core.als.AlsOptions:
        options = self.bsl_options
        if options.get("method", "als") == "sgd":
            reg = options.get("reg", 0.02)
            return self._ridge_options(reg, reg, by_count=True)
        reg = options.get("reg_u", 15) if side == "user" else options.get("reg_i", 10)
        return self._ridge_options(reg, reg, by_count=False)
