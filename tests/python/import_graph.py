"""Which file imports or includes which, and the circles among them."""

import ast
from collections import defaultdict
from pathlib import Path

import astonish

ROOT = Path(astonish.__file__).parent
SHIM = ROOT / "compat" / "surprise_path"  # scikit-surprise's name, for programs that are run


def modules():
    """Return {name: file} of the package; a compiled module has its stub."""
    found = {}
    for pattern in ("*.pyi", "*.py"):
        for path in sorted(ROOT.rglob(pattern)):
            if not path.is_relative_to(SHIM):
                found[_name_of(path)] = path
    return found


def _name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(["astonish", *(parts[:-1] if parts[-1] == "__init__" else parts)])


def imports(modules):
    """Return {module: {imported module: {"top", "function", "typing"}}}."""
    return {
        name: {
            other: kinds for other, kinds in imported(path.read_text(), modules) if other != name
        }
        for name, path in modules.items()
    }


def imported(source, modules):
    """Return the modules of the package that a source imports, with the kinds of import."""
    found = defaultdict(set)
    for name, kind in _walk(ast.parse(source), "top"):
        if name.split(".")[0] == "astonish":
            while name not in modules:
                name = name.rpartition(".")[0]
            found[name].add(kind)
    return found.items()


def _walk(node, kind):
    """Yield (name, kind) of the imports in a node; of ``from a import b`` that is ``a.b``."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, kind) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "a relative import"
        yield from ((f"{node.module}.{alias.name}", kind) for alias in node.names)
    elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for child in node.body:
            yield from _walk(child, "typing")
    else:
        inner = "function" if isinstance(node, ast.FunctionDef) and kind == "top" else kind
        for child in ast.iter_child_nodes(node):
            yield from _walk(child, inner)


def circles(graph):
    """Return the sets of nodes that reach each other."""
    reached = {node: _reached_from(node, graph) for node in graph}
    found = {frozenset(b for b in reached[a] if a in reached[b]) for a in graph if a in reached[a]}
    return sorted(map(set, found), key=sorted)


def _reached_from(node, graph):
    seen, waiting = set(), list(graph[node])
    while waiting:
        other = waiting.pop()
        if other not in seen:
            seen.add(other)
            waiting.extend(graph[other])
    return seen
