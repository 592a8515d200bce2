"""Labels beside their points, none over another; drives textalloc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection


def require_textalloc() -> None:
    """Raise an ImportError that names the extra unless labels can be placed."""
    try:
        import textalloc  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "labels that do not overlap need textalloc: pip install 'astonish[plot]'",
            name="textalloc",
        ) from error


def refuse_subfigure(ax: Axes) -> None:
    """Raise ValueError for Axes that textalloc cannot measure."""
    from matplotlib.figure import SubFigure

    if isinstance(ax.figure, SubFigure):
        raise ValueError("ax is in a SubFigure, where labels cannot be placed: use subplots")


def place_labels(
    ax: Axes, points: NDArray[np.float64], labels: list[str], dots: PathCollection, size: float
) -> None:
    """Write a label of `size` points beside each of `points`, the first at the best places.

    A label that finds no place near its point, inside of the Axes and over nothing else, is left
    out. The places are for the limits and the size that the Axes have now: the limits stay fixed.
    """
    import textalloc

    # The lines to labels would widen the limits.
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    color: Any = ax.xaxis.label.get_color()  # readable on this background, whatever the style
    textalloc.allocate(
        ax,
        points[:, 0],
        points[:, 1],
        labels,
        x_scatter=points[:, 0],
        y_scatter=points[:, 1],
        scatter_plot=dots,
        textsize=size,
        textcolor=[color] * len(labels),
        linecolor=[color] * len(labels),
        linewidth=0.5,
        min_distance=0.006,  # of the width, as is the margin
        margin=0.004,
        nbr_candidates=500,
        draw_all=False,
        plot_kwargs={"alpha": 0.5},
        va="bottom",  # the place is that of the box, not of the letters' baseline
        parse_math=False,  # a title with two dollars is no formula
    )
