"""For authors of models of their own: the contract that every model keeps, and data to test with.

>>> import astonish
>>> from astonish.testing import ModelContract
>>> class TestMine(ModelContract):
...     def make_model(self):
...         return astonish.SVD(n_factors=7, n_epochs=3, random_state=0)
"""

try:
    import pytest  # noqa: F401
except ImportError as error:
    raise ImportError(
        "astonish.testing needs pytest: pip install 'astonish[test]'", name="pytest"
    ) from error

from astonish.testing.contract import ModelContract
from astonish.testing.data import all_pairs, checkerboard, trainset_of
from astonish.testing.state import assert_same_state, state_of

__all__ = [
    "ModelContract",
    "all_pairs",
    "assert_same_state",
    "checkerboard",
    "state_of",
    "trainset_of",
]
