"""The first example of the README prints what the README says."""

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_first_example_prints_what_it_says(capsys):
    text = README.read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[:1]
    (output,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)[:1]
    exec(compile(code, str(README), "exec"), {})
    assert capsys.readouterr().out == output


def test_there_are_exactly_two_commands_to_set_up():
    section = README.read_text().split("## Set up")[1].split("\n## ")[0]
    commands = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    assert commands == ["pip install . && astonish evaluate", "pip install '.[test]' && pytest"]


def test_no_table_is_left_to_be_filled():
    assert "BENCH_" not in README.read_text()
