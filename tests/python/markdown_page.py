"""The code blocks of a page in Markdown, and a program that runs those in Python.

``python markdown_page.py PAGE`` runs them in order in one namespace, as a reader would who types
them, with warnings as errors. A ``text`` block right after a ``python`` block is what that prints,
with ``...`` for what differs from run to run. ``<!-- needs: pandas -->`` before a block names
optional libraries: where one is missing, the block is left out and the program says so.
"""

import contextlib
import doctest
import importlib.util
import io
import re
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = "left out: "
FENCE = re.compile(
    r"^(?:<!-- needs: (?P<needs>[^>]*?) -->\n)?```(?P<language>[^\n]*)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Block:
    """A fenced block, and the line of the page where its code begins."""

    language: str
    code: str
    line: int
    needs: tuple[str, ...] = ()
    output: str | None = None

    @property
    def missing(self):
        """Libraries that the block needs and that are not installed."""
        return [name for name in self.needs if importlib.util.find_spec(name) is None]


def read_blocks(path):
    """Return the fenced blocks of a page, with their outputs."""
    text = path.read_text(encoding="utf-8")
    blocks, end = [], None
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("code")) + 1
        follows = end is not None and not text[end : match.start()].strip()
        if match["language"] == "text" and follows and blocks[-1].language == "python":
            blocks[-1].output = match["code"]
        needs = tuple((match["needs"] or "").replace(",", " ").split())
        blocks.append(Block(match["language"], match["code"], line, needs))
        end = match.end()
    return blocks


def run_block(block, path, namespace):
    """Run a block; its lines have the numbers of the page in a traceback."""
    code = compile("\n" * (block.line - 1) + block.code, str(path), "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, namespace)
    flags = doctest.ELLIPSIS
    expected, actual = block.output, printed.getvalue()
    if expected is not None and not doctest.OutputChecker().check_output(expected, actual, flags):
        sys.exit(f"{path}:{block.line} prints\n{actual}\nand not\n{expected}")


def run_page(path):
    """Run the blocks in Python that have what they need, in order, in one namespace."""
    warnings.simplefilter("error")
    namespace = {"__name__": "__main__"}
    for block in read_blocks(path):
        if block.language != "python":
            continue
        if block.missing:
            print(f"{LEFT_OUT}line {block.line} needs {', '.join(block.missing)}")
        else:
            run_block(block, path, namespace)


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file: its folders have names of packages
    run_page(Path(sys.argv[1]))
