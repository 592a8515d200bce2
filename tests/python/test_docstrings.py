"""The examples of the docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import astonish
from astonish.models import ALGORITHMS

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(astonish.__path__, "astonish.")
    if not name.rpartition(".")[2].startswith("_")
]
NEEDED = {  # optional packages that examples use
    "astonish.collab.data": "pandas",
    "astonish.data.dataset": "pandas",
    "astonish.interpret.bias_bars": "matplotlib",
    "astonish.interpret.curves": "matplotlib",
    "astonish.interpret.item_map": "textalloc",
    "astonish.interpret.rating_plots": "matplotlib",
}


@pytest.mark.parametrize("name", ["astonish", *MODULES])
def test_examples(name, monkeypatch):
    if name in NEEDED:
        pytest.importorskip(NEEDED[name], reason=f"an example needs {NEEDED[name]}")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    result = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert result.failed == 0


def test_the_classes_that_users_meet_have_examples():
    finder = doctest.DocTestFinder(recurse=False)
    others = (astonish.AlgoBase, astonish.Reader, astonish.Trainset)
    for each in (*ALGORITHMS.values(), *others):
        assert any(test.examples for test in finder.find(each)), each
