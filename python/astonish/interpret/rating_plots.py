"""Pictures of a data set: how its ratings are distributed over values and over items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astonish.data.any_ratings import as_ratings
from astonish.interpret.ticks import whole_ticks
from astonish.support import plotting
from astonish.support.checks import check_ids, check_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_BARS = 20
_MOST_LABELLED = 12


def plot_ratings(ratings: Any, ax: Axes | None = None) -> Axes:
    """Draw how often each rating was given.

    Parameters
    ----------
    ratings : Dataset, Trainset, frame, or list of (user id, item id, rating)
        A frame has these three columns.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        With a bar for each value and, where these are few, its share of the ratings; with a
        histogram where there are too many values for bars, as for plays or purchases.

    Raises
    ------
    ImportError
        Without the extra ``plot``.
    TypeError
        For anything but ratings, or `ax` that is not Axes.
    ValueError
        For no ratings, or one that is not finite.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import plot_ratings
    >>> ax = plot_ratings(astonish.Dataset.load_builtin("demo"))
    >>> len(ax.patches), int(sum(bar.get_height() for bar in ax.patches))
    (5, 100000)
    """
    given = as_ratings(ratings).values
    ax = plotting.axes(ax)
    values, counts = np.unique(given, return_counts=True)
    step = np.diff(values).min(initial=np.inf)
    if len(values) <= _MOST_BARS and step * 2 * _MOST_BARS >= np.ptp(values):
        _draw_bars(ax, values, counts, 0.8 * (step if len(values) > 1 else 1))
    else:
        ax.hist(given, bins=50)
    ax.set(xlabel="rating", ylabel="number of ratings")
    _show_counts(ax.yaxis)
    return ax


def _draw_bars(
    ax: Axes, values: NDArray[np.float64], counts: NDArray[np.intp], width: float
) -> None:
    bars = ax.bar(values, counts, width)
    ax.set_xticks(values, [f"{value:g}" for value in values])
    if len(values) <= _MOST_LABELLED:
        ax.bar_label(bars, [f"{share:.0%}" for share in counts / counts.sum()], padding=2)
        ax.margins(y=0.1)  # for the labels


def plot_long_tail(
    ratings: Any, shares: Iterable[float] = (0.5, 0.8), ax: Axes | None = None
) -> Axes:
    """Draw the number of ratings of each item, from the most rated to the least.

    Parameters
    ----------
    ratings : Dataset, Trainset, frame, or list of (user id, item id, rating)
        A frame has these three columns.
    shares : sequence of float, default (0.5, 0.8)
        Shares of all ratings, above 0 and up to 1, to mark: how many of the most rated items have
        so many of them.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        For very many items ``ax.set_xscale("log")`` or ``ax.set_yscale("log")`` may show more.

    Raises
    ------
    ImportError
        Without the extra ``plot``.
    TypeError
        For anything but ratings, shares that are not numbers, or `ax` that is not Axes.
    ValueError
        For no ratings, or a share out of range.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import plot_long_tail
    >>> ax = plot_long_tail(astonish.Dataset.load_builtin("demo"))
    >>> print(ax.texts[0].get_text())
    50% of the ratings:
    199 of 1,682 items (12%)
    """
    columns = as_ratings(ratings)
    marked = sorted({_check_share(share) for share in check_ids("shares", shares)})
    counts = np.bincount(columns.items)
    counts = np.sort(counts[counts > 0])[::-1]
    reached = np.cumsum(counts) / counts.sum()
    ax = plotting.axes(ax)
    ranks = np.arange(1, len(counts) + 1)
    ax.fill_between(ranks, counts, alpha=0.4, linewidth=0)
    ax.plot(ranks, counts)
    for k, share in enumerate(marked):
        n_items = int(np.searchsorted(reached, share * (1 - 1e-12))) + 1
        _mark(ax, share, n_items, len(counts), height=0.94 - 0.17 * k)
    ax.set(xlabel="items, most rated first", ylabel="number of ratings")
    ax.set(xlim=(0, len(counts) + 1), ylim=(0, None))
    _show_counts(ax.xaxis)
    _show_counts(ax.yaxis)
    return ax


def _mark(ax: Axes, share: float, n_items: int, n_all: int, height: float) -> None:
    """Draw a line at the item where a share is reached, and the share in words beside its top."""
    color: Any = ax.xaxis.label.get_color()
    ax.axvline(n_items, ymax=height, color=color, linestyle=":", linewidth=1)
    is_left = n_items < 0.6 * n_all
    ax.annotate(
        f"{share:.0%} of the ratings:\n{n_items:,} of {n_all:,} items ({n_items / n_all:.0%})",
        (n_items, height),
        xycoords=ax.get_xaxis_transform(),
        xytext=(4 if is_left else -4, 0),
        textcoords="offset points",
        ha="left" if is_left else "right",
        va="top",
    )


def _check_share(share: Any) -> float:
    if not 0 < check_number("shares", share) <= 1:
        raise ValueError(f"shares must be above 0 and up to 1, got {share!r}")
    return float(share)


def _show_counts(axis: Any) -> None:
    axis.set_major_locator(whole_ticks())
    axis.set_major_formatter("{x:,.0f}")
