"""The README is short, and says how to set up in two commands, which CI runs."""

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
TWO_SCREENS = 8192  # bytes


def test_it_is_of_two_screens():
    assert README.stat().st_size <= TWO_SCREENS


def test_there_are_exactly_two_commands_to_set_up():
    section = README.read_text().split("## Set up")[1].split("\n## ")[0]
    commands = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    assert commands == ["pip install . && astonish evaluate", "pip install '.[test]' && pytest"]


def test_it_begins_with_a_program_and_its_output():
    before = README.read_text().split("## Set up")[0]
    assert before.index("```python") < before.index("```text")


def test_no_table_is_left_to_be_filled():
    assert "BENCH_" not in README.read_text()
