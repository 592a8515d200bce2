"""Adam between two trainings: memory, weight decay and momentum."""

from __future__ import annotations

from typing import NamedTuple

from astonish.models.training.mini_batches import AdamState
from astonish.models.training.schedules import MOM

_WD = 0.01


class Optimizer(NamedTuple):
    """Adam between two trainings.

    Attributes
    ----------
    state : AdamState or None
        What Adam remembers; None before the first training.
    wd : float
        Weight decay.
    mom : float
        Momentum of the last batch.
    """

    state: AdamState | None = None
    wd: float = _WD
    mom: float = MOM

    def with_wd(self, wd: float | None) -> Optimizer:
        """Return the same with another weight decay; with this one where `wd` is None."""
        return self if wd is None else self._replace(wd=wd)
