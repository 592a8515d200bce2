"""The directions in which factors differ most."""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.interpret.parameters import factors_of, fitted, known_inner, known_rows
from astonish.models.ranking.rules import known_ids, raw_ids_at
from astonish.support.checks import check_choice, check_integer


class Components(NamedTuple):
    """Items, or users, on the principal components of their factors.

    Attributes
    ----------
    ids : object array of shape (n,)
        Raw ids.
    coordinates : float64 array of shape (n, n_components)
        Where each is on each component; the mean on each is 0.
    shares : float64 array of shape (n_components,)
        The share of the variance of all factors that each component has, largest first.
    """

    ids: NDArray[np.object_]
    coordinates: NDArray[np.float64]
    shares: NDArray[np.float64]


def principal_components(
    model: Any,
    n_components: int = 3,
    ids: Iterable[Any] | None = None,
    *,
    side: str = "item",
) -> Components:
    """Return items on the few axes along which their factors differ most.

    Single factors mean nothing: a model is the same when its factors are rotated. The principal
    components do not depend on that rotation. They are the directions of largest variance, from
    the singular value decomposition of the factors less their mean; it takes O(n n_factors^2).
    A component may point either way: here the item farthest out on it, of several the first, is on
    its positive side.

    Parameters
    ----------
    model : model with factors
        Any that is fitted, such as `SVD`, `ALS` or `ImplicitALS`.
    n_components : int, default 3
        Number of components: at most that of the factors, and fewer than there are items.
    ids : sequence of raw ids, optional
        The items, in the order of the rows of the result. By default all that have a rating.
        The components are those of these items alone.
    side : {"item", "user"}, default "item"
        With "user" all of this is about users.

    Returns
    -------
    Components
        A tuple: raw ids, coordinates of shape (n, n_components), share of the variance of each
        component.

    Raises
    ------
    NotFittedError
        When the model is not fitted.
    TypeError
        For a model without such factors, or `ids` that is not a sequence of ids.
    ValueError
        For an id that is not part of the training set, `n_components` out of range, and factors
        that are all equal or not finite.

    References
    ----------
    Pearson: On lines and planes of closest fit to systems of points in space. Philosophical
    Magazine 2(11), 1901.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import principal_components
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.ALS(n_factors=20, random_state=0).fit(trainset)
    >>> item_ids, coordinates, shares = principal_components(model)
    >>> coordinates.shape, bool(shares[0] > shares[1] > shares[2] > 0)
    ((1682, 3), True)
    """
    model = fitted(model)
    trainset = model.trainset
    check_choice("side", side, ("item", "user"))
    factors = factors_of(model, side)
    rows = known_rows(trainset, side)
    if ids is not None:
        rows = known_ids("ids", ids, partial(known_inner, trainset, side))
    n_components = _check_n_components(n_components, len(rows), factors.shape[1], side)
    coordinates, shares = _decompose(factors[rows], n_components, side)
    raw_ids = trainset.item_ids if side == "item" else trainset.user_ids
    return Components(raw_ids_at(raw_ids, rows), coordinates, shares)


def _check_n_components(value: Any, n_rows: int, n_factors: int, side: str) -> int:
    n_components = check_integer("n_components", value, minimum=1)
    if n_components > min(n_factors, n_rows - 1):
        raise ValueError(
            f"n_components is {n_components}, too many for {n_rows} {side}s of {n_factors} factors"
        )
    return n_components


def _decompose(
    factors: NDArray[np.float64], n_components: int, side: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not np.isfinite(factors).all():
        raise ValueError(f"the {side} factors of the model are not finite")
    if (factors == factors[0]).all():
        raise ValueError(f"the {side} factors are all equal: they have no components")
    left, sizes, _ = np.linalg.svd(factors - factors.mean(axis=0), full_matrices=False)
    shares = (sizes / sizes[0]) ** 2
    shares /= shares.sum()
    coordinates = left[:, :n_components] * sizes[:n_components]
    return coordinates * _signs(coordinates), shares[:n_components]


def _signs(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return -1 for the columns whose entry of largest size is negative, else 1."""
    sizes = np.abs(coordinates)
    # Sizes that rounding alone tells apart are equal: the first of them decides.
    farthest = np.argmax(sizes >= sizes.max(axis=0) * (1 - 1e-9), axis=0)
    return np.where(coordinates[farthest, np.arange(len(farthest))] < 0, -1.0, 1.0)
