"""Dump files: predictions and a model as one pickle; see `astonish.compat.dump`."""

from astonish.compat.dump import dump, load

__all__ = ["dump", "load"]
