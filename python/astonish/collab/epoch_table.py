"""The table of epochs that grows during a training: in a terminal, a notebook or a file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

_WIDTH = 11


class EpochTable(Protocol):
    """Takes a row an epoch."""

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
        Whether a terminal or a notebook gets a table; else there are plain rows, as in a file.
    """
    console = Console()
    if not shown:
        yield _NoTable()
    elif live and console.is_jupyter:
        yield _NotebookTable(names)
    elif live and console.is_terminal:
        table = _TerminalTable(names)
        with Live(table.table, console=console, auto_refresh=False) as table.live:
            yield table
    else:
        yield _PlainRows(names)


def row_of(epoch: int, values: Sequence[float], seconds: float) -> list[str]:
    """Return an epoch as text: its number, its figures, and its time in minutes and seconds."""
    minutes, rest = divmod(round(seconds, 2), 60)
    return [str(epoch), *(f"{value:.6f}" for value in values), f"{minutes:02.0f}:{rest:05.2f}"]


class _NoTable:
    def add(self, row: list[str]) -> None:
        pass


class _PlainRows:
    def __init__(self, names: Sequence[str]) -> None:
        self._widths = [len("epoch"), *(max(_WIDTH, len(name)) for name in names[1:])]
        self.add(list(names))

    def add(self, row: list[str]) -> None:
        cells = zip(row, self._widths, strict=True)
        print("  ".join(cell.rjust(width) for cell, width in cells), flush=True)


class _TerminalTable:
    live: Live

    def __init__(self, names: Sequence[str]) -> None:
        self.table = Table(*names, box=None)
        for column in self.table.columns:
            column.justify = "right"

    def add(self, row: list[str]) -> None:
        self.table.add_row(*row)
        self.live.refresh()


class _NotebookTable:
    """A table that a notebook draws anew in one place."""

    def __init__(self, names: Sequence[str]) -> None:
        self._rows = [list(names)]
        display = import_module("IPython.display").display  # there is one where a notebook runs
        self._handle: Any = display(self, display_id=True)

    def add(self, row: list[str]) -> None:
        self._rows.append(row)
        self._handle.update(self)

    def __repr__(self) -> str:
        return "\n".join("  ".join(cell.rjust(_WIDTH) for cell in row) for row in self._rows)

    def _repr_html_(self) -> str:
        head, *rows = (
            "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row)
            for tag, row in zip(["th"] + ["td"] * len(self._rows), self._rows, strict=False)
        )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
