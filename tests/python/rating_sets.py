"""Where the public rating sets lie, which are not part of the project."""

import os
from pathlib import Path

VARIABLE = "ASTONISH_TEST_DATA"


def repository():
    """The folder of the checkout."""
    parents = Path(__file__).resolve().parents
    return next(folder for folder in parents if (folder / "pyproject.toml").is_file())


def rating_sets():
    """The folder that ``ASTONISH_TEST_DATA`` names, else ``shared/data`` beside the checkout."""
    return Path(os.environ.get(VARIABLE) or repository().parent / "shared" / "data")
