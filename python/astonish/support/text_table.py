"""Tables as text, for a terminal or a file."""

import unicodedata
from collections.abc import Sequence


def text_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with a frame; cells are printed as they are, and lines are not wrapped.

    Parameters
    ----------
    heads : sequence of str
        Heads of the columns.
    rows : sequence of sequences of str
        One cell a column.

    Examples
    --------
    >>> print(text_table(["item", "estimate"], [["Brazil", "4.31"]]))
    ┌────────┬──────────┐
    │ item   │ estimate │
    ├────────┼──────────┤
    │ Brazil │ 4.31     │
    └────────┴──────────┘
    """
    widths = [max(map(_width, column)) for column in zip(heads, *rows, strict=True)]
    lines = ["─" * (width + 2) for width in widths]
    top, middle, bottom = (
        f"{left}{cross.join(lines)}{right}" for left, cross, right in ("┌┬┐", "├┼┤", "└┴┘")
    )
    head, *body = (_row(cells, widths) for cells in (heads, *rows))
    return "\n".join([top, head, middle, *body, bottom])


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
    )
    return f"│ {' │ '.join(padded)} │"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
