"""The picture of the items that are liked most and least."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from astonish.interpret.parameters import fitted, item_biases, often_rated
from astonish.interpret.titles import labels
from astonish.models.ranking.rules import raw_ids_at
from astonish.support import plotting
from astonish.support.checks import check_integer

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_biases(
    model: Any,
    n: int = 10,
    min_ratings: int = 0,
    titles: Mapping[Any, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the items of highest and of lowest bias as bars, the highest on top.

    Parameters
    ----------
    model : model with item biases
        As `most_liked` takes it.
    n : int, default 10
        Number of the most liked, and of the least liked, items; all where there are not so many.
    min_ratings : int, default 0
        Leave out items with fewer ratings in the training set.
    titles : dict of raw item id to str, optional
        What to write in place of ids, such as ``Dataset.item_titles``.
    ax : Axes, optional
        Where to draw; by default a new figure, as high as the bars need.

    Returns
    -------
    Axes
        With one bar an item.

    Raises
    ------
    ImportError
        Without the extra ``plot``.
    NotFittedError
        When the model is not fitted.
    TypeError
        For a model without item biases, `titles` that is not a mapping, `ax` that is not Axes.
    ValueError
        For n < 1, a negative `min_ratings`, or one that no item reaches.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import plot_biases
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.SVD(random_state=0).fit(data.build_full_trainset())
    >>> ax = plot_biases(model, n=5, min_ratings=50, titles=data.item_titles)
    >>> len(ax.patches)
    10
    """
    model = fitted(model)
    biases = item_biases(model)
    n = check_integer("n", n, minimum=1)
    items = often_rated(model.trainset, min_ratings)
    if not len(items):
        raise ValueError(f"no item has min_ratings={min_ratings} ratings")
    order = items[np.argsort(-biases[items], kind="stable")]
    is_cut = len(order) > 2 * n
    drawn = np.concatenate((order[:n], order[-n:])) if is_cut else order
    names = labels(raw_ids_at(model.trainset.item_ids, drawn), titles)
    places = np.arange(len(drawn)) + (np.arange(len(drawn)) >= n) * is_cut  # a gap for the rest
    ax = plotting.axes(ax, (8.0, 1.0 + 0.23 * (places[-1] + 1)))
    colors = np.where(biases[drawn] < 0, "C1", "C0")
    ax.barh(places, biases[drawn], color=colors.tolist())
    ax.set_yticks(places, names, parse_math=False)
    ax.set_ylim(places[-1] + 0.7, -0.7)  # also says that the first is on top
    ax.axvline(0, color=ax.xaxis.label.get_color(), linewidth=0.8)
    ax.set_xlabel("item bias")
    return ax
