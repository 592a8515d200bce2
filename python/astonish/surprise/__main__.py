"""``python -m astonish.surprise``: run a program, or the command of scikit-surprise."""

import sys

from astonish.compat.surprise_command import main
from astonish.compat.surprise_runner import run

__all__ = ["main"]

if __name__ == "__main__":
    run(sys.argv[1:])
