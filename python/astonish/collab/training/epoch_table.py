"""The table of epochs that grows during a training: in a terminal, a notebook or a file."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Any, Protocol

from astonish.support.progress import status_line

_WIDTH = 11
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


class EpochTable(Protocol):
    """Takes a row an epoch."""

    def begin(self, status: str) -> None:
        """Show a status that the next one replaces; only where that is possible."""
        ...

    def add(self, row: list[str]) -> None:
        """Show a row."""
        ...


@contextmanager
def open_table(names: Sequence[str], shown: bool = True, live: bool = True) -> Iterator[EpochTable]:
    """Yield a table with the columns `names`.

    Parameters
    ----------
    names : sequence of str
        Heads of the columns.
    shown : bool, default True
        Whether anything is printed.
    live : bool, default True
        Whether a terminal or a notebook shows a status below the rows; else there are rows alone,
        as in a file.
    """
    if not shown:
        yield _NoTable()
    elif live and _is_notebook():
        table = _NotebookTable(names)
        try:
            yield table
        finally:
            table.begin("")
    elif live and _is_terminal():
        with status_line() as line:
            yield _TerminalTable(names, line)
    else:
        yield _PlainRows(names)


def row_of(epoch: int, values: Sequence[float], seconds: float) -> list[str]:
    """Return an epoch as text: number, losses and metrics, time in minutes and seconds."""
    minutes, rest = divmod(round(seconds, 2), 60)
    return [str(epoch), *(f"{value:.6f}" for value in values), f"{minutes:02.0f}:{rest:05.2f}"]


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def _is_terminal() -> bool:
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


class _NoTable:
    def begin(self, status: str) -> None:
        pass

    def add(self, row: list[str]) -> None:
        pass


class _PlainRows:
    def __init__(self, names: Sequence[str]) -> None:
        self._widths = [len("epoch"), *(max(_WIDTH, len(name)) for name in names[1:])]
        self.add(list(names))

    def begin(self, status: str) -> None:
        pass

    def add(self, row: list[str]) -> None:
        print(self._line(row), flush=True)

    def _line(self, row: list[str]) -> str:
        cells = zip(row, self._widths, strict=True)
        return "  ".join(cell.rjust(width) for cell, width in cells)


class _TerminalTable(_PlainRows):
    """Rows that stay, above a line that says what goes on; so a table may be of any height."""

    def __init__(self, names: Sequence[str], line: Any) -> None:
        self._below = line
        self._style = _BOLD  # of the heads
        super().__init__(names)
        self._style = ""

    def begin(self, status: str) -> None:
        self._below.set_description_str(f"{_DIM}{status}{_PLAIN}")

    def add(self, row: list[str]) -> None:
        line = self._line(row)
        self._below.write(f"{self._style}{line}{_PLAIN}" if self._style else line)


class _NotebookTable:
    """A table that a notebook draws anew in one place."""

    def __init__(self, names: Sequence[str]) -> None:
        self._rows, self._status = [list(names)], ""
        display = import_module("IPython.display").display  # there is one where a notebook runs
        self._handle: Any = display(self, display_id=True)

    def begin(self, status: str) -> None:
        self._status = status
        self._handle.update(self)

    def add(self, row: list[str]) -> None:
        self._rows.append(row)
        self._handle.update(self)

    def __repr__(self) -> str:
        return "\n".join("  ".join(cell.rjust(_WIDTH) for cell in row) for row in self._rows)

    def _repr_html_(self) -> str:
        head, *rows = self._rows
        body = "".join(_html_row("td", row) for row in rows)
        table = f"<table><thead>{_html_row('th', head)}</thead><tbody>{body}</tbody></table>"
        return f"{table}<p>{escape(self._status)}</p>" if self._status else table


def _html_row(tag: str, row: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
