"""Inside ``astonish.data``: columns, then sources, then training sets, then data sets."""

import ast
from pathlib import Path

import astonish.data

ROOT = Path(astonish.data.__file__).parent
MODULES = {
    ".".join(["astonish.data", *path.relative_to(ROOT).with_suffix("").parts]): path
    for path in ROOT.rglob("*.py")
    if path.name != "__init__.py"
}


def imports(path):
    """Modules of ``astonish.data`` that a file imports, inside functions too."""
    nodes = ast.walk(ast.parse(path.read_text()))
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return named & set(MODULES)


IMPORTS = {name: imports(path) for name, path in MODULES.items()}


def reached(name):
    """All modules that importing a module imports, directly or not."""
    found, open_ = set(), [name]
    while open_:
        new = IMPORTS[open_.pop()] - found
        found |= new
        open_ += new
    return found


def test_nothing_imports_itself_in_the_end():
    assert [name for name in MODULES if name in reached(name)] == []


def test_sources_know_no_data_set_and_no_training_set():
    above = {"astonish.data.dataset", "astonish.data.trainset", "astonish.data.loaders"}
    for name in MODULES:
        if name.startswith(("astonish.data.sources.", "astonish.data.synthetic.")):
            assert not reached(name) & above, name


def test_columns_know_no_source():
    for name in ("csr", "ratings", "trainset"):
        below = reached(f"astonish.data.{name}")
        assert not [found for found in below if ".sources." in found or ".synthetic." in found]
        assert "astonish.data.dataset" not in below


def test_the_imports_were_found():
    assert "astonish.data.trainset" in reached("astonish.data.dataset")
    assert len(MODULES) > 15
