"""What a learner consists of, to compare."""

import numpy as np


def parameters_of(learn):
    """Copies of the parameters of the learner's model."""
    return {name: getattr(learn.model, name).copy() for name in ("pu", "qi", "bu", "bi")}


def assert_same_parameters(first, second):
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)
