"""Ratings beyond the scale that estimates are clipped to."""

from typing import Any

from numpy.typing import NDArray

from astonish.support.warning import warn_user


def warn_outside_scale(values: NDArray[Any], scale: tuple[float, float]) -> None:
    """Warn, once, when there are ratings beyond their scale."""
    if not len(values):
        return
    lowest, highest = values.min(), values.max()
    if lowest < scale[0] or highest > scale[1]:
        beyond = values[(values < scale[0]) | (values > scale[1])]
        warn_user(
            f"ratings from {lowest:g} to {highest:g} go beyond rating_scale={scale}: {len(beyond)} "
            f"of {len(values)}, the first is {beyond[0]:g}; they are kept, but estimates are "
            "clipped to the scale"
        )
