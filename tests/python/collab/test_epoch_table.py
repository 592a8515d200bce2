"""The table of epochs in a file, a terminal and a notebook."""

import re
import sys
from types import SimpleNamespace

import pytest

from astonish.collab import epoch_table
from astonish.collab.epoch_table import open_table, row_of

NAMES = ["epoch", "train_loss", "valid_loss", "time"]
ROWS = [row_of(0, [1.0, 0.5], 0.123), row_of(1, [0.25, 0.125], 61.0)]


def fill(**options):
    with open_table(NAMES, **options) as table:
        for row in ROWS:
            table.begin(f"epoch {row[0]} of 2")
            table.add(row)


def use_console(monkeypatch, **options):
    class Console(epoch_table.Console):
        def __init__(self):
            super().__init__(**options)

    monkeypatch.setattr(epoch_table, "Console", Console)


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


def test_a_terminal_gets_rows_above_a_line_that_vanishes(monkeypatch, capsys):
    use_console(monkeypatch, force_terminal=True, force_jupyter=False, width=80)
    fill()
    out = capsys.readouterr().out
    for text in (" 0     1.000000", "epoch 0 of 2", " 1     0.250000", "epoch 1 of 2"):
        assert text in out
    shown = re.split(r"\x1b\[2K", out)[-1]  # behind what wipes out the line
    assert "of 2" not in shown


def test_a_table_may_be_higher_than_the_terminal(monkeypatch, capsys):
    use_console(monkeypatch, force_terminal=True, force_jupyter=False, width=80, height=5)
    with open_table(NAMES) as table:
        for epoch in range(20):
            table.begin("")
            table.add(row_of(epoch, [1.0, 0.5], 0.1))
    out = capsys.readouterr().out
    assert [out.count(f" {epoch}     1.000000") for epoch in range(20)] == [1] * 20


@pytest.mark.parametrize("options", [{"force_terminal": True}, {"force_jupyter": True}])
def test_without_live_rows_are_plain_everywhere(monkeypatch, capsys, options):
    use_console(monkeypatch, **options)
    fill(live=False)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 3


def test_what_is_not_shown_is_silent(capsys):
    fill(shown=False)
    assert capsys.readouterr() == ("", "")


def test_a_notebook_draws_one_table_anew(monkeypatch, capsys):
    drawn = []

    def display(table, display_id):
        assert display_id is True
        drawn.append(table._repr_html_())
        return SimpleNamespace(update=lambda again: drawn.append(again._repr_html_()))

    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    use_console(monkeypatch, force_jupyter=True)
    fill()
    assert [html.count("<tr>") for html in drawn] == [1, 1, 2, 2, 3, 3]
    assert ["epoch 1 of 2" in html for html in drawn] == [False, False, False, True, True, False]
    assert drawn[0].startswith("<table><thead><tr><th>epoch</th><th>train_loss</th>")
    assert "<tr><td>1</td><td>0.250000</td>" in drawn[-1]
    assert capsys.readouterr().out == ""


def test_names_of_metrics_are_no_markup(monkeypatch, capsys):
    use_console(monkeypatch, force_terminal=True, force_jupyter=False, width=80)
    with open_table(["epoch", "<lambda>"]) as table:
        table.add(["0", "1.0"])
    assert "<lambda>" in capsys.readouterr().out
