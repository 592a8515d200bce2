"""Errors as metrics."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish.collab import mae, mse, rmse

pairs = st.lists(
    st.tuples(st.floats(-10, 10, width=32), st.floats(-10, 10, width=32)), min_size=1, max_size=20
)


@given(pairs)
def test_errors_are_those_of_their_formulas(rows):
    preds, targs = np.array(rows).T
    assert mse(preds, targs) == pytest.approx(np.mean((preds - targs) ** 2))
    assert rmse(preds, targs) == pytest.approx(np.sqrt(np.mean((preds - targs) ** 2)))
    assert mae(preds, targs) == pytest.approx(np.mean(np.abs(preds - targs)))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match=r"one shape, got \(2,\) and \(2, 1\)"):
        mse([1.0, 2.0], [[1.0], [2.0]])
