"""Tables as text."""

import pytest

from astonish.support.text_table import text_table


def test_columns_are_as_wide_as_their_widest_cell():
    lines = text_table(["a", "long head"], [["x", "y"], ["wide cell", ""]]).splitlines()
    assert lines[1] == "│ a         │ long head │"
    assert lines[3] == "│ x         │ y         │"
    assert lines[4] == "│ wide cell │           │"
    assert len({len(line) for line in lines}) == 1


def test_wide_and_combining_letters_take_their_room():
    lines = text_table(["title"], [["東京物語"], ["Ame\u0301lie"], ["12345678"]]).splitlines()
    assert lines[3] == "│ 東京物語 │"
    assert lines[4] == "│ Ame\u0301lie   │"
    assert lines[5] == "│ 12345678 │"


def test_a_table_without_rows_has_its_head():
    assert text_table(["a"], []).splitlines()[1:2] == ["│ a │"]


def test_every_row_has_a_cell_a_column():
    with pytest.raises(ValueError, match="zip"):
        text_table(["a", "b"], [["1"]])
