"""C++ files include in one direction: public headers, the core, the bindings, and in no circle."""

import re
from pathlib import Path

from . import import_graph

CPP = Path(__file__).parents[2] / "cpp"
INCLUDE, SRC, BINDINGS = CPP / "include", CPP / "src", CPP / "bindings"
FILES = {path for pattern in ("*.hpp", "*.cpp") for path in CPP.rglob(pattern)}


def included(path, files, roots):
    """The files of the project that a file includes."""
    names = re.findall(r'^#include ["<]([^">]+)[">]', path.read_text(), re.MULTILINE)
    candidates = {folder / name for name in names for folder in (path.parent, *roots)}
    return {other.resolve() for other in candidates} & files


def graph_of_files():
    return {path: included(path, FILES, (INCLUDE, SRC, BINDINGS)) for path in FILES}


def graph_of_folders(files):
    graph = {path.parent: set() for path in files}
    for path, others in files.items():
        graph[path.parent] |= {other.parent for other in others} - {path.parent}
    return graph


def relative(circles):
    return [sorted(str(path.relative_to(CPP)) for path in circle) for circle in circles]


def test_files_include_each_other_in_no_circle():
    files = graph_of_files()
    assert sum(map(len, files.values())) > len(files)
    assert relative(import_graph.circles(files)) == []


def test_folders_include_each_other_in_no_circle():
    assert relative(import_graph.circles(graph_of_folders(graph_of_files()))) == []


def test_public_headers_include_public_headers_only():
    for path, others in graph_of_files().items():
        if path.is_relative_to(INCLUDE):
            assert all(other.is_relative_to(INCLUDE) for other in others), path


def test_the_core_includes_no_binding_and_the_bindings_nothing_of_its_inside():
    for path, others in graph_of_files().items():
        other_side = BINDINGS if path.is_relative_to(SRC) else SRC
        if not path.is_relative_to(INCLUDE):
            assert not any(other.is_relative_to(other_side) for other in others), path


def test_only_the_core_includes_eigen():
    for path in FILES:
        if "<Eigen/" in path.read_text():
            assert path.is_relative_to(SRC), path


def test_a_circle_of_folders_is_found(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    files = {a / "x.hpp": {b / "x.hpp"}, b / "x.hpp": set(), b / "y.hpp": {a / "x.hpp"}}
    assert import_graph.circles(files) == []
    assert import_graph.circles(graph_of_folders(files)) == [{a, b}]
