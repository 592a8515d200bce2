"""The mirror holds names and no code of its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import astonish
import astonish.surprise

ROOT = Path(astonish.surprise.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def is_allowed(node):
    """A docstring, an import, a dunder, or the guard of a program."""
    if isinstance(node, ast.Assign):
        (target,) = node.targets
        return target.id in ("__all__", "__version__")
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    is_guard = isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
    return is_guard or isinstance(node, (ast.Import, ast.ImportFrom))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_only_imports(path):
    assert all(map(is_allowed, ast.parse(path.read_text()).body))


def test_the_classes_are_those_of_the_package():
    for name in set(astonish.surprise.__all__) & set(astonish.__all__) - {
        "dump",
        "model_selection",
    }:
        assert getattr(astonish.surprise, name) is getattr(astonish, name)


def test_a_star_import_brings_nothing_else():
    names = {}
    exec("from astonish.surprise import *", names)
    assert "patch" not in names
    assert "SVD" in names


def test_importing_it_creates_no_folder(tmp_path):
    code = "import astonish.surprise; astonish.surprise.patch(); import surprise.builtin_datasets"
    environment = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, timeout=60, check=True)
    assert list(tmp_path.iterdir()) == []
