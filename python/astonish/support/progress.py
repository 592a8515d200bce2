"""Bars and lines that show how far a loop is."""

import sys
from typing import Any


class NoBar:
    """Takes what a bar takes and shows nothing, so that nothing is imported for it."""

    def __enter__(self) -> "NoBar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: int = 1) -> None:
        """Count `n` steps."""

    def set_postfix(self, values: Any, refresh: bool = True) -> None:
        """Show values beside the bar."""


def progress_bar(total: int, unit: str, shown: bool) -> Any:
    """Return a bar of tqdm for `total` steps, or one that shows nothing."""
    if not shown:
        return NoBar()
    from tqdm import tqdm  # imported with the first bar

    return tqdm(total=total, unit=unit)


def status_line() -> Any:
    """Return a line of tqdm below what its `write` prints; it vanishes at the end."""
    from tqdm import tqdm

    return tqdm(total=0, bar_format="{desc}", leave=False, file=sys.stdout, dynamic_ncols=True)
