"""The command line prints what scikit-surprise's prints."""

import os
import re
import subprocess
import sys

import pytest

from astonish import make_ratings

surprise = pytest.importorskip("surprise", reason="scikit-surprise (extra 'peers') is the judge")

FILES = ("-load-custom", "ratings", "-reader", "Reader(sep=';', rating_scale=(1, 5))")
CASES = [
    ("-algo", "SVD", "-params", "{'n_epochs': 3, 'verbose': True}", "-seed", "3"),
    ("-algo", "SVD", "-params", "dict(n_factors=5, biased=False)", "-n-folds", "2", "-seed", "1"),
    ("-algo", "KNNBasic", "-params", "{'sim_options': {'name': 'cosine'}}", "-seed", "3"),
    ("-algo", "BaselineOnly", "-seed", "3"),
    ("-algo", "NormalPredictor", "-seed", "3"),
    ("-algo", "CoClustering", "-n-folds", "3", "-seed", "0"),
    ("-algo", "SlopeOne", "-n-folds", "3", "-seed", "0"),
]
ERRORS = [
    (),
    ("-algo", "SVD", "-n-folds", "x"),
    ("-algo", "SVD", "-load-custom", "ratings"),
    ("-algo", "SVD", "-folds-files", "a b"),
    ("-seed",),
    ("--nosuch",),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command")
    raw = make_ratings(30, 25, 300, seed=3).raw_ratings
    lines = (f"{user};{item};{rating}\n" for user, item, rating, _ in raw)
    (folder / "ratings").write_text("".join(lines))
    return folder


def run(library, folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", library, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={**os.environ, "SURPRISE_DATA_FOLDER": str(folder), "ASTONISH_SURPRISE_STRICT": "1"},
    )


def both(folder, *arguments):
    return [run(library, folder, *arguments) for library in ("astonish.surprise", "surprise")]


def without_seconds(text):
    return re.sub(r"(?m)^((?:Fit|Test) time).*$", r"\1", text)


@pytest.mark.parametrize("arguments", CASES, ids=" ".join)
def test_the_table_is_the_same(folder, arguments):
    ours, theirs = both(folder, *FILES, *arguments)
    assert (ours.stderr, ours.returncode) == ("", 0)
    assert without_seconds(ours.stdout) == without_seconds(theirs.stdout)


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
def test_errors_are_the_same(folder, arguments):
    ours, theirs = both(folder, *arguments)
    assert (ours.stderr, ours.returncode) == (theirs.stderr, theirs.returncode)
    assert ours.stdout.startswith("usage: ")


def test_the_options_are_the_same(folder):
    ours, theirs = (
        set(re.findall(r"(?m)^  (-.*?)(?:  |$)", each.stdout)) for each in both(folder, "-h")
    )
    assert ours == theirs


def test_the_algorithms_are_the_same_and_one_that_was_forgotten(folder):
    ours, theirs = (
        set(re.findall(r"\b(?:[A-Z]\w+|SVDpp|NMF|SVD)\b", each.stdout)) & set(surprise.__all__)
        for each in both(folder, "-h")
    )
    assert ours == theirs | {"KNNWithZScore"}
