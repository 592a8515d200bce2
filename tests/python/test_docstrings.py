"""The examples of the docstrings run and print what they say."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

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
    "astonish.collab.loaders.data": "pandas",
    "astonish.data.dataset": "pandas",
    "astonish.interpret.bias_bars": "matplotlib",
    "astonish.interpret.curves": "matplotlib",
    "astonish.interpret.item_map": "textalloc",
    "astonish.interpret.rating_plots": "matplotlib",
}


class Finder(doctest.DocTestFinder):
    """Finds the examples of a class where its source lies, whatever home it names."""

    def _from_module(self, module, object):  # noqa: A002  doctest's name
        if not inspect.isclass(object):
            return super()._from_module(module, object)
        tree = ast.parse(Path(module.__file__).read_text())
        return any(
            isinstance(node, ast.ClassDef) and node.name == object.__name__
            for node in ast.walk(tree)
        )


def run_examples(module):
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in Finder().find(module, module.__name__, module):
        runner.run(test)
    return runner.summarize()


@pytest.mark.parametrize("name", ["astonish", *MODULES])
def test_examples(name, monkeypatch):
    if name in NEEDED:
        pytest.importorskip(NEEDED[name], reason=f"an example needs {NEEDED[name]}")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    assert run_examples(importlib.import_module(name)).failed == 0


def test_the_examples_of_public_classes_are_run():
    """They name ``astonish`` as their home, which does not keep the runner from their methods."""
    module = importlib.import_module("astonish.models.base.model")
    assert run_examples(module).attempted > 10
    module = importlib.import_module("astonish.models.rating.svd")
    assert run_examples(module).attempted > 4


def test_the_classes_that_users_meet_have_examples():
    finder = doctest.DocTestFinder(recurse=False)
    others = (astonish.AlgoBase, astonish.Reader, astonish.Trainset)
    for cls in (*ALGORITHMS.values(), *others):
        assert any(test.examples for test in finder.find(cls)), cls
