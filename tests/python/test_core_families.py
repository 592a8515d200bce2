"""The folders of the C++ core, its bindings and its tests: one a family, and no circles."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2] / "cpp" / "src"
FAMILIES = sorted(path.name for path in SOURCES.iterdir() if path.is_dir())


def files_of(family):
    return [path for path in (SOURCES / family).iterdir() if path.suffix in (".cpp", ".hpp")]


def included_families(family):
    includes = (
        name
        for path in files_of(family)
        for name in re.findall(r'^#include "(\w+)/', path.read_text(), re.MULTILINE)
    )
    return set(includes) & set(FAMILIES) - {family}


def test_families_include_each_other_in_no_circle():
    order = list(
        TopologicalSorter({name: included_families(name) for name in FAMILIES}).static_order()
    )
    assert order.index("support") < order.index("parallel") < order.index("als")


def test_no_family_is_a_drawer():
    assert 10 <= len(FAMILIES) <= 18
    assert not [path.name for path in SOURCES.iterdir() if path.is_file()]
    assert max(len(files_of(family)) for family in FAMILIES) <= 18


@pytest.mark.parametrize("family", FAMILIES)
def test_a_header_is_in_the_namespace_of_its_family(family):
    for path in files_of(family):
        text = path.read_text()
        if path.suffix == ".hpp" and "namespace" in text:
            assert f"namespace astonish::internal::{family}" in text, path.name
        assert not re.search(r"\bEigen::internal\b", text), path.name


@pytest.mark.parametrize("folder", ["cpp/bindings", "tests/cpp"])
def test_bindings_and_tests_have_the_folders_of_the_sources(folder):
    mirror = SOURCES.parents[1] / folder
    names = {path.name for path in mirror.iterdir() if path.is_dir()}
    assert names <= set(FAMILIES)
    assert len(names) >= 10
