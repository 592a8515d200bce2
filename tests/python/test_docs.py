"""What README.md and the pages of docs/ show is true: programs run, links and files exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from . import markdown_page
from .markdown_page import LEFT_OUT, read_blocks

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
LANGUAGES = {"python", "text", "sh", "cpp", "cmake"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def run(page, folder):
    command = [sys.executable, markdown_page.__file__, str(page)]
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )


@pytest.fixture
def write_page(tmp_path):
    def write(text):
        page = tmp_path / "page.md"
        page.write_text(text)
        return page

    return write


@every_page
def test_the_programs_of_a_page_run(page, tmp_path):
    done = run(page, tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    if LEFT_OUT in done.stdout:
        pytest.skip(f"{page.name}: {done.stdout.strip()}")


@every_page
def test_each_block_says_its_language(page):
    blocks = read_blocks(page)
    assert {block.language for block in blocks} <= LANGUAGES
    fences = re.findall(r"^\s*(?:```|~~~)", page.read_text(), re.MULTILINE)
    assert len(fences) == 2 * len(blocks)


@every_page
def test_each_needed_library_is_declared_right_before_a_block(page):
    declared = [block for block in read_blocks(page) if block.needs]
    assert len(re.findall(r"^\s*<!-- needs:", page.read_text(), re.MULTILINE)) == len(declared)
    assert all(block.language == "python" for block in declared)


# The program that runs them


def test_a_wrong_output_fails(write_page, tmp_path):
    page = write_page("```python\nprint(1)\n```\n\n```text\n2\n```\n")
    done = run(page, tmp_path)
    assert done.returncode == 1
    assert f"{page}:2 prints\n1" in done.stderr


def test_an_output_may_leave_out_what_differs(write_page, tmp_path):
    page = write_page("```python\nprint('took 0.2 s')\n```\n\n```text\ntook ... s\n```\n")
    assert run(page, tmp_path).returncode == 0


def test_an_error_names_the_line_of_the_page(write_page, tmp_path):
    page = write_page("# Title\n\n```python\na = 1\n```\n\n```python\nb = a\nc = b / 0\n```\n")
    assert f'File "{page}", line 9, in <module>' in run(page, tmp_path).stderr


def test_a_warning_fails(write_page, tmp_path):
    page = write_page("```python\nimport warnings\n\nwarnings.warn('old')\n```\n")
    assert "UserWarning: old" in run(page, tmp_path).stderr


def test_a_block_without_its_library_is_left_out(write_page, tmp_path):
    page = write_page("<!-- needs: no_such_library -->\n```python\nimport no_such_library\n```\n")
    done = run(page, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "left out: line 3 needs no_such_library\n"


# What else the pages name

LINKS = [
    pytest.param(
        page,
        target,
        id=f"{page.name}-{target}",
    )
    for page in PAGES
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    if "://" not in target
]


def anchors_of(path):
    """The names that links give to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_a_link_leads_somewhere(page, target):
    file, _, anchor = target.partition("#")
    path = (page.parent / file) if file else page
    assert path.exists()
    assert not anchor or anchor in anchors_of(path)


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text()
    for page in DOCS.glob("*.md"):
        assert page.name == "index.md" or f"]({page.name})" in index, page.name


def test_every_benchmark_that_is_named_exists():
    named = {name for page in PAGES for name in re.findall(r"bench/\w+/\w+\.py", page.read_text())}
    assert len(named) > 8
    assert all((ROOT / name).is_file() for name in named)


def test_the_program_in_cpp_is_the_one_that_is_built():
    """Each paragraph of a C++ block stands in a program of tests/consumer, line by line."""
    programs = [lines_of(path.read_text()) for path in ROOT.glob("tests/consumer/*.cpp")]
    blocks = [block for page in PAGES for block in read_blocks(page) if block.language == "cpp"]
    assert blocks
    for block in blocks:
        for paragraph in block.code.split("\n\n"):
            assert any(lines_of(paragraph) in program for program in programs), paragraph


def lines_of(code):
    """The code without indentation."""
    return "\n".join(["", *(line.strip() for line in code.strip().splitlines()), ""])
