"""Where random numbers come from."""

import numbers
import reprlib
from typing import Any

import numpy as np

from astonish.support.checks import check_integer

_LARGEST_SEED = 2**32 - 1


def get_rng(random_state: Any) -> np.random.RandomState:
    """Return the generator that `random_state` stands for, by scikit-surprise's rules.

    Parameters
    ----------
    random_state : int, numpy.random.RandomState or None
        An int seeds a new generator, a RandomState is used (and advances), None is NumPy's global
        generator.

    Raises
    ------
    ValueError
        For an int that NumPy takes as no seed, and for anything else,
        ``numpy.random.Generator`` included: its streams differ.
    """
    if random_state is None:
        global_rng: np.random.RandomState = np.random.mtrand._rand
        return global_rng
    if isinstance(random_state, numbers.Integral):
        seed = check_integer("random_state", int(random_state), 0, _LARGEST_SEED)
        return np.random.RandomState(seed)
    if isinstance(random_state, np.random.RandomState):
        return random_state
    raise ValueError(
        "Wrong random state. Expecting None, an int or a numpy RandomState instance, "
        f"got a {type(random_state)}: random_state={reprlib.repr(random_state)}"
    )
