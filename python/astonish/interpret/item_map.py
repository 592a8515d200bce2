"""The picture of items on two components of their factors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astonish.interpret.components import principal_components
from astonish.interpret.parameters import fitted, known_inner, known_rows, n_ratings_of
from astonish.interpret.placement import place_labels, refuse_subfigure, require_textalloc
from astonish.interpret.titles import labels
from astonish.models.ranking.rules import known_ids, raw_ids_at
from astonish.support import plotting
from astonish.support.checks import check_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FONT_SIZE = 8.0  # points
_INCHES_OF_50 = 10.0


def plot_items(
    model: Any,
    n: int = 50,
    components: tuple[int, int] = (0, 1),
    titles: Mapping[Any, str] | None = None,
    item_ids: Iterable[Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the most rated items on two principal components of the item factors.

    Items close to each other are liked by the same users. The components are those of all items,
    as `principal_components` has them, whichever are drawn.

    Parameters
    ----------
    model : model with item factors
        Any that is fitted, such as `SVD`, `ALS` or `ImplicitALS`.
    n : int, default 50
        Number of items: those with the most ratings in the training set.
    components : (int, int), default (0, 1)
        Columns of the coordinates, to the right and upwards; 0 has the largest variance.
    titles : dict of raw item id to str, optional
        What to write in place of ids, such as ``Dataset.item_titles``.
    item_ids : sequence of raw ids, optional
        The items to draw in place of the `n` most rated ones.
    ax : Axes, optional
        Where to draw; by default a new figure, the larger the more items there are.

    Returns
    -------
    Axes
        Labels do not overlap. One that finds no place inside of the Axes near its dot is left out,
        first those of the items with the fewest ratings. The places are for the size and the limits
        of the Axes at the call: set those before, and of several pictures in a figure draw this one
        last.

    Raises
    ------
    ImportError
        Without the extra ``plot``.
    NotFittedError
        When the model is not fitted.
    TypeError
        For a model without item factors, `titles` that is not a mapping, `ax` that is not Axes.
    ValueError
        For n < 1, an item that is not part of the training set, no items at all, components that
        are not two different ones of the factors, `ax` in a SubFigure, and what
        `principal_components` refuses.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import plot_items
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.ALS(random_state=0).fit(data.build_full_trainset())
    >>> ax = plot_items(model, n=30, titles=data.item_titles)
    >>> ax.figure.savefig("items.png")  # doctest: +SKIP
    """
    model = fitted(model)
    n = check_integer("n", n, minimum=1)
    across, up = _check_components(components)
    all_items = principal_components(model, max(across, up) + 1)
    items = _drawn(model, n, item_ids)
    names = labels(raw_ids_at(model.trainset.item_ids, items), titles)
    rows = np.searchsorted(known_rows(model.trainset, "item"), items)
    points = all_items.coordinates[rows][:, [across, up]]
    plotting.require_matplotlib("a picture")
    require_textalloc()
    side = _INCHES_OF_50 * np.sqrt(np.clip(len(items) / 50, 0.5, 10))
    ax = plotting.axes(ax, (side, side))
    refuse_subfigure(ax)
    _draw(ax, points, names, [_axis_label(k, all_items.shares) for k in (across, up)])
    return ax


def _draw(ax: Axes, points: NDArray[np.float64], names: list[str], axis_labels: list[str]) -> None:
    dots = ax.scatter(points[:, 0], points[:, 1], s=14)
    ax.margins(0.08)
    ax.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    place_labels(ax, points, names, dots, _FONT_SIZE)


def _axis_label(component: int, shares: NDArray[np.float64]) -> str:
    return f"component {component} ({shares[component]:.1%} of the variance)"


def _check_components(components: Any) -> tuple[int, int]:
    try:
        across, up = components
    except (TypeError, ValueError):
        raise ValueError(f"components must be two numbers, got {components!r}") from None
    across, up = (check_integer("components", k, minimum=0) for k in (across, up))
    if across == up:
        raise ValueError(f"components must be two different ones, got {components!r}")
    return across, up


def _drawn(model: Any, n: int, item_ids: Iterable[Any] | None) -> NDArray[np.int32]:
    """Return the inner ids of the items to draw, most rated first."""
    trainset = model.trainset
    if item_ids is None:
        items = known_rows(trainset, "item")
    else:
        items = known_ids("item_ids", item_ids, partial(known_inner, trainset, "item"))
        n = len(items)
        if not n:
            raise ValueError("item_ids is empty: there is no item to draw")
    return items[np.argsort(-n_ratings_of(trainset)[items], kind="stable")[:n]]
