"""Ticks of axes that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.ticker import MaxNLocator


def whole_ticks() -> MaxNLocator:
    """Return a locator of round whole numbers; one tick where there is only one."""
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1)
