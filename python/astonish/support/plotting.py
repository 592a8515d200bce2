"""Where pictures are drawn: the only module that knows how matplotlib is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def require_matplotlib(purpose: str) -> None:
    """Raise an ImportError that names the extra unless pictures can be drawn."""
    try:
        import matplotlib.pyplot  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"{purpose} needs matplotlib: pip install 'astonish[plot]'", name="matplotlib"
        ) from error


def axes(ax: Axes | None = None, size: tuple[float, float] = (7.0, 4.5)) -> Axes:
    """Return `ax`, else the Axes of a new figure of `size` inches.

    A new figure is one of pyplot's, so a notebook shows it; without a display pyplot draws in
    memory.

    Raises
    ------
    ImportError
        When matplotlib is missing; it names the extra that has it.
    TypeError
        When `ax` is something else.
    """
    require_matplotlib("a picture")
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    if isinstance(ax, Axes):
        return ax
    if ax is not None:
        raise TypeError(f"ax must be an Axes of matplotlib, got {ax!r}")
    return plt.subplots(figsize=size, layout="constrained")[1]
