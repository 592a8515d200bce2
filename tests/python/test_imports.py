"""The layers of the package only look to the left; see "How the tree is laid out" in README.md."""

import ast
from pathlib import Path

import pytest

import astonish

ROOT = Path(astonish.__file__).parent
# From left to right. A module may import its own layer and those before it.
LAYERS = (
    ("_cpu",),
    ("_core",),
    ("support",),
    ("data",),
    ("metrics",),
    ("models",),
    ("evaluation",),
    ("interpret",),
    ("compat",),
    ("accuracy", "dump", "model_selection"),
    ("surprise", "collab", "cli"),
    ("__init__",),
    ("__main__",),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


def imported_modules(path):
    """Names of the astonish modules that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            assert node.level == 0, f"{path}: relative import"
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "astonish")


def layer_of(module):
    parts = module.split(".")
    return RANK["__init__" if len(parts) < 2 or parts[1] not in RANK else parts[1]]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_look_left(path):
    module = ".".join(["astonish", *path.relative_to(ROOT).with_suffix("").parts])
    for imported in imported_modules(path):
        assert layer_of(imported) <= layer_of(module), f"{module} imports {imported}"


def test_evaluation_knows_no_concrete_model():
    for path in (ROOT / "evaluation").glob("*.py"):
        concrete = {
            name
            for name in imported_modules(path)
            if name.startswith("astonish.models.")
            and not name.startswith("astonish.models.base.algo_base")
        }
        assert not concrete, f"{path.name} imports {concrete}"
