"""The jobs that scikit-surprise's documentation shows, as programs that import only ``surprise``.

Each runs unchanged under this package. Where scikit-surprise is installed, Python runs it with
that, too, and the two must print the same. ``ASTONISH_SURPRISE_STRICT`` asks for its numbers where
this package takes the liberty of others.
"""

import functools
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from astonish import make_ratings
from astonish.model_selection import KFold

PROGRAMS = sorted(Path(__file__).with_name("programs").rglob("*.py"), key=lambda path: path.name)
PYTHON = (sys.executable,)
OURS = (sys.executable, "-m", "astonish.surprise")

pytestmark = pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Ratings in the form of ml-100k, the same in five folds, and the names of the items."""
    folder = tmp_path_factory.mktemp("ratings")
    data = make_ratings(50, 40, 900, seed=11)
    write_ratings(folder / "ratings", [rating[:3] for rating in data.raw_ratings])
    for fold, (trainset, testset) in enumerate(KFold(5, random_state=0).split(data), start=1):
        write_ratings(folder / f"u{fold}.base", trainset.build_testset())
        write_ratings(folder / f"u{fold}.test", testset)
    names = (f"{item}|Film {item}|1995\n" for item in data.ratings.item_ids)
    (folder / "items").write_text("".join(names))
    return folder


def write_ratings(path, ratings):
    lines = (f"{user}\t{item}\t{rating:g}\t{881250949}\n" for user, item, rating in ratings)
    path.write_text("".join(lines))


@functools.cache
def output_of(python, program, folder):
    done = subprocess.run(
        [*python, program, folder],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env={
            **os.environ,
            "SURPRISE_DATA_FOLDER": str(folder / "sets"),
            "ASTONISH_SURPRISE_STRICT": "1",
        },
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def without_seconds(text):
    return re.sub(r"(?m)^((?:Fit|Test) time).*$", r"\1", text)


@pytest.fixture(autouse=True)
def _pandas(program):
    if "import pandas" in program.read_text():
        pytest.importorskip("pandas", reason="the program makes a frame of pandas")


def test_a_program_runs(program, folder):
    assert output_of(OURS, program, folder)


@pytest.mark.skipif(
    importlib.util.find_spec("surprise") is None, reason="scikit-surprise is not installed"
)
def test_a_program_prints_the_same_with_scikit_surprise(program, folder):
    ours, theirs = (without_seconds(output_of(each, program, folder)) for each in (OURS, PYTHON))
    assert ours == theirs
