"""The table of epochs in a file, a terminal and a notebook."""

import re
import sys
from types import SimpleNamespace

import pytest

from astonish.collab.training.epoch_table import open_table, row_of

NAMES = ["epoch", "train_loss", "valid_loss", "time"]
ROWS = [row_of(0, [1.0, 0.5], 0.123), row_of(1, [0.25, 0.125], 61.0)]


def fill(**options):
    with open_table(NAMES, **options) as table:
        for row in ROWS:
            table.begin(f"epoch {row[0]} of 2")
            table.add(row)


@pytest.fixture
def terminal(monkeypatch, capsys):
    """What a terminal shows."""
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    monkeypatch.setenv("TERM", "xterm")
    return capsys


@pytest.fixture
def drawn(monkeypatch):
    """What a notebook draws, in order."""
    pages = []

    def display(table, display_id):
        assert display_id is True
        pages.append(table._repr_html_())
        return SimpleNamespace(update=lambda again: pages.append(again._repr_html_()))

    shell = SimpleNamespace(kernel=None)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    return pages


def test_a_row_has_the_digits_of_fastai():
    assert ROWS[0] == ["0", "1.000000", "0.500000", "00:00.12"]
    assert ROWS[1][-1] == "01:01.00"
    assert row_of(7, [], 59.999) == ["7", "01:00.00"]


def test_a_file_gets_plain_rows(capsys):
    fill()
    assert capsys.readouterr().out.splitlines() == [
        "epoch   train_loss   valid_loss         time",
        "    0     1.000000     0.500000     00:00.12",
        "    1     0.250000     0.125000     01:01.00",
    ]


def shown_on(text):
    """What a terminal shows in the end: a carriage return goes back to the start of a line."""
    lines = []
    for line in re.sub(r"\x1b\[\d*m", "", text).split("\n"):
        cells = ""
        for part in line.split("\r"):
            cells = part + cells[len(part) :]
        lines.append(cells.rstrip())
    return lines


def test_a_terminal_gets_rows_above_a_line_that_vanishes(terminal):
    fill()
    out = terminal.readouterr().out
    statuses = [re.escape(f"epoch {epoch} of 2") for epoch in range(2)]
    assert re.search(f"{statuses[0]}.* 0     1.000000.*{statuses[1]}.* 1     0.2", out, re.DOTALL)
    assert shown_on(out) == [
        "epoch   train_loss   valid_loss         time",
        "    0     1.000000     0.500000     00:00.12",
        "    1     0.250000     0.125000     01:01.00",
        "",
    ]


def test_the_heads_are_bold(terminal):
    fill()
    lines = terminal.readouterr().out.split("\n")
    assert "\x1b[1mepoch" in lines[0]
    assert "\x1b[1m" not in "".join(lines[1:])


def test_a_table_may_be_higher_than_the_terminal(monkeypatch, terminal):
    monkeypatch.setenv("LINES", "5")
    with open_table(NAMES) as table:
        for epoch in range(20):
            table.begin("")
            table.add(row_of(epoch, [1.0, 0.5], 0.1))
    out = terminal.readouterr().out
    assert [out.count(f" {epoch}     1.000000") for epoch in range(20)] == [1] * 20


@pytest.mark.parametrize("place", ["terminal", "drawn"])
def test_without_live_rows_are_plain_everywhere(request, capsys, place):
    request.getfixturevalue(place)
    fill(live=False)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 3


def test_what_is_not_shown_is_silent(capsys):
    fill(shown=False)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_without_a_cursor_gets_plain_rows(monkeypatch, terminal):
    monkeypatch.setenv("TERM", "dumb")
    fill()
    assert not set("\x1b\r") & set(terminal.readouterr().out)


def test_a_shell_of_ipython_is_no_notebook(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=SimpleNamespace))
    fill()
    assert capsys.readouterr().out.count("\n") == 3


def test_a_notebook_draws_one_table_anew(drawn, capsys):
    fill()
    assert [html.count("<tr>") for html in drawn] == [1, 1, 2, 2, 3, 3]
    assert ["epoch 1 of 2" in html for html in drawn] == [False, False, False, True, True, False]
    assert drawn[0].startswith("<table><thead><tr><th>epoch</th><th>train_loss</th>")
    assert "<tr><td>1</td><td>0.250000</td>" in drawn[-1]
    assert capsys.readouterr().out == ""


def test_names_of_metrics_are_no_markup(terminal):
    with open_table(["epoch", "<lambda>"]) as table:
        table.add(["0", "1.0"])
    assert "<lambda>" in terminal.readouterr().out
