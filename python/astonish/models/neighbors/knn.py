"""Nearest neighbours: estimates from what similar users, or items, say."""

from dataclasses import field

import numpy as np

from astonish.models.base.fitted_arrays import ArrayOf, FittedArrays
from astonish.models.neighbors.neighbor_model import Floats, Ints, NeighborModel
from astonish.support.arrays import as_float64
from astonish.support.parameters import declare
from astonish.support.public import public


@public
@declare(ignores_others=True)
class KNNBasic(NeighborModel):
    r"""The mean rating of the most similar raters, weighted by similarity.

    .. math:: \hat r_{xy} = \frac{\sum_{x'} s(x, x') r_{x'y}}{\sum_{x'} s(x, x')}

    The sums run over the `k` most similar raters of y whose similarity is positive; x is a user and
    y an item, or the other way round (``sim_options["user_based"]``). An unknown user or item, or
    fewer neighbours than `min_k`, make an estimate impossible.

    Similarities are computed row by row while estimates are asked for, so memory is
    O(ratings + threads * n_x); the matrix ``sim`` is made only when it is looked at.

    Attributes
    ----------
    sim : float64 array of shape (n_x, n_x)
        Similarities; assign another matrix to have it used.
    n_x, n_y, xr, yr
        See `SymmetricAlgo`.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.KNNBasic(sim_options={"user_based": False}, verbose=False).fit(trainset)
    >>> model.predict("1", "1").details
    {'actual_k': 40, 'was_impossible': False}
    """

    _alone = np.nan

    def _combine(self, x: Ints, y: Ints, said: Floats) -> Floats:  # noqa: ARG002
        return said

    def _why_impossible(self, user: int, item: int) -> str:
        return self._impossible if min(user, item) < 0 else "Not enough neighbors."


@public
@declare(ignores_others=True)
class KNNWithMeans(NeighborModel):
    r"""The mean rating of x, and how far above their own means similar raters are.

    .. math:: \hat r_{xy} = \mu_x +
              \frac{\sum_{x'} s(x, x') (r_{x'y} - \mu_{x'})}{\sum_{x'} s(x, x')}

    Fewer neighbours than `min_k` leave :math:`\mu_x`. An unknown user or item makes an estimate
    impossible.

    Attributes
    ----------
    means : float64 array of shape (n_x,)
        Mean rating of each x.
    sim, n_x, n_y, xr, yr
        See `KNNBasic`.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.KNNWithMeans(verbose=False).fit(trainset)
    >>> model.means.shape
    (943,)
    """

    means: Floats = field(init=False)

    def _fitted_arrays(self) -> FittedArrays:
        return {**super()._fitted_arrays(), "means": ArrayOf((self.n_x,))}

    def _fit_centers(self) -> None:
        self.means = self._by_x.reduce_rows(np.mean)

    def _centers(self) -> tuple[Floats | None, Floats | None, Floats | None]:
        return as_float64(self.means), None, None

    def _combine(self, x: Ints, y: Ints, said: Floats) -> Floats:  # noqa: ARG002
        return as_float64(self.means)[x] + said


@public
@declare(ignores_others=True)
class KNNWithZScore(NeighborModel):
    r"""Like `KNNWithMeans`, with deviations in units of the standard deviation of each x.

    .. math:: \hat r_{xy} = \mu_x + \sigma_x
              \frac{\sum_{x'} s(x, x') (r_{x'y} - \mu_{x'}) / \sigma_{x'}}{\sum_{x'} s(x, x')}


    Attributes
    ----------
    means, sigmas : float64 arrays of shape (n_x,)
        Mean and standard deviation of the ratings of each x; where they do not vary, the standard
        deviation of all ratings.
    overall_sigma : float
        The standard deviation of all ratings.
    sim, n_x, n_y, xr, yr
        See `KNNBasic`.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.KNNWithZScore(verbose=False).fit(trainset)
    >>> model.sigmas.shape
    (943,)
    """

    means: Floats = field(init=False)
    sigmas: Floats = field(init=False)

    def _fitted_arrays(self) -> FittedArrays:
        of_x = ArrayOf((self.n_x,))
        return {**super()._fitted_arrays(), "means": of_x, "sigmas": of_x}

    def _fit_centers(self) -> None:
        self.means = self._by_x.reduce_rows(np.mean)
        self.overall_sigma = np.std(self.trainset.by_user.values)
        sigmas = self._by_x.reduce_rows(np.std)
        self.sigmas = np.where(sigmas == 0.0, self.overall_sigma, sigmas)

    def _centers(self) -> tuple[Floats | None, Floats | None, Floats | None]:
        return as_float64(self.means), None, as_float64(self.sigmas)

    def _combine(self, x: Ints, y: Ints, said: Floats) -> Floats:  # noqa: ARG002
        return as_float64(self.means)[x] + said * as_float64(self.sigmas)[x]


@public
@declare(ignores_others=True, positional=("k", "min_k", "sim_options", "bsl_options", "verbose"))
class KNNBaseline(NeighborModel):
    r"""The baseline estimate, and how far above theirs similar raters are.

    .. math:: \hat r_{xy} = b_{xy} +
              \frac{\sum_{x'} s(x, x') (r_{x'y} - b_{x'y})}{\sum_{x'} s(x, x')},
              \quad b_{xy} = \mu + b_x + b_y

    Fewer neighbours than `min_k` leave the baseline, and so does an unknown user or item, whose
    bias is left out. The similarity "pearson_baseline" suits this model best.

    Attributes
    ----------
    bu, bi, bx, by : float64 arrays
        The biases of users and items, and the same as those of x and y.
    sim, n_x, n_y, xr, yr
        See `KNNBasic`.

    References
    ----------
    Koren: Factor in the neighbors: scalable and accurate collaborative filtering. ACM TKDD 4(1),
    2010, formula 3.

    Examples
    --------
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.KNNBaseline(sim_options={"name": "pearson_baseline"}, verbose=False)
    >>> model.fit(trainset).bx.shape
    (943,)
    """

    bx: Floats = field(init=False)
    by: Floats = field(init=False)

    def _fitted_arrays(self) -> FittedArrays:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        biases = {"bu": n_users, "bi": n_items, "bx": self.n_x, "by": self.n_y}
        return {
            **super()._fitted_arrays(),
            **{name: ArrayOf((length,)) for name, length in biases.items()},
        }

    def _fit_centers(self) -> None:
        self.bu, self.bi = self.compute_baselines()
        self.bx, self.by = self.switch(self.bu, self.bi)

    def _centers(self) -> tuple[Floats | None, Floats | None, Floats | None]:
        return self.trainset.global_mean + as_float64(self.bx), as_float64(self.by), None

    def _estimate_unknown(self, users: Ints, items: Ints) -> Floats:
        known_bu = np.where(users >= 0, as_float64(self.bu)[users], 0.0)
        known_bi = np.where(items >= 0, as_float64(self.bi)[items], 0.0)
        return np.asarray(self.trainset.global_mean + known_bu + known_bi)

    def _combine(self, x: Ints, y: Ints, said: Floats) -> Floats:
        return self._estimate_unknown(*self.switch(x, y)) + said
