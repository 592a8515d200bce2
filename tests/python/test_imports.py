"""Modules import in the order that docs/architecture.md lists, and in no circle."""

import re
from pathlib import Path

import pytest

from . import import_graph

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
MODULES = import_graph.modules()
IMPORTS = import_graph.imports(MODULES)  # {importer: {imported: kinds of import}}
PROTOCOLS = {"astonish.models.base", "astonish.models.registry"}


def listed_under(heading):
    """The names in the first column of a table of the page, {name: rank}."""
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return {name: rank for rank, cell in enumerate(cells) for name in re.findall(r"`(\w+)`", cell)}


LAYERS = listed_under("Layers")
ROOMS = listed_under("Rooms of the models")


def layer_of(module):
    return module.split(".")[1] if "." in module else "__init__"


def room_of(module):
    """The room of a module of the models, None for other modules."""
    parts = module.split(".")
    return parts[2] if parts[:2] == ["astonish", "models"] and len(parts) > 2 else None


def rank_of_room(module):
    return ROOMS.get(room_of(module), len(ROOMS))


def is_within(module, packages):
    return any(module == name or module.startswith(f"{name}.") for name in packages)


MODELS = [module for module in MODULES if is_within(module, ["astonish.models"])]


# Layers


def test_every_module_has_a_layer():
    assert {layer_of(module) for module in MODULES} <= LAYERS.keys()


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_a_module(layer):
    assert layer in {layer_of(module) for module in MODULES}


@pytest.mark.parametrize("importer", MODULES)
def test_imports_look_left(importer):
    rank = LAYERS[layer_of(importer)]
    later = [name for name in IMPORTS[importer] if LAYERS[layer_of(name)] > rank]
    assert not later, f"{importer} imports {later}"


def test_evaluation_knows_no_concrete_model():
    concrete = [
        f"{importer} imports {imported}"
        for importer in MODULES
        for imported in IMPORTS[importer]
        if is_within(importer, ["astonish.evaluation"])
        and is_within(imported, ["astonish.models"])
        and not is_within(imported, PROTOCOLS)
    ]
    assert not concrete


# Rooms


def test_every_model_is_in_a_room():
    assert {room_of(module) for module in MODULES} - {None} <= ROOMS.keys()


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_module(room):
    assert room in {room_of(module) for module in MODULES}


@pytest.mark.parametrize("importer", MODELS)
def test_rooms_look_left(importer):
    inside = [name for name in IMPORTS[importer] if is_within(name, ["astonish.models"])]
    later = [name for name in inside if rank_of_room(name) > rank_of_room(importer)]
    assert not later, f"{importer} imports {later}"


# Circles

KINDS = {
    "at the top": {"top"},
    "in functions, too": {"top", "function"},
    "for type checkers, too": {"top", "function", "typing"},
}


def circles_of(kinds):
    graph = {
        importer: {name for name, found in names.items() if found & kinds}
        for importer, names in IMPORTS.items()
    }
    return import_graph.circles(graph)


CIRCLES_BY_KIND = {name: circles_of(kinds) for name, kinds in KINDS.items()}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_in_no_circle(module):
    for kind, circles in CIRCLES_BY_KIND.items():
        for circle in circles:
            assert module not in circle, f"imports {kind}: {' '.join(sorted(circle))}"


# The reading of imports


def test_kinds_of_imports_are_told_apart():
    source = (
        "from astonish import a\n"
        "if TYPE_CHECKING:\n    from astonish.b import B\n"
        "class C:\n    from astonish import c\n"
        "    def f(self):\n        import astonish.d.e\n"
    )
    names = ["a", "b", "c", "d"]
    modules = {"astonish": Path("p"), **{f"astonish.{name}": Path("p") for name in names}}
    assert dict(import_graph.imported(source, modules)) == {
        "astonish.a": {"top"},
        "astonish.b": {"typing"},
        "astonish.c": {"top"},
        "astonish.d": {"function"},
    }


def test_whole_names_are_matched():
    assert is_within("astonish.models.base.model", PROTOCOLS)
    assert not is_within("astonish.models.baselines", PROTOCOLS)


def test_circles_are_found():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert import_graph.circles(graph) == [{"b", "c"}]
