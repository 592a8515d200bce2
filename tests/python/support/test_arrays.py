"""What counts as a matrix of scipy."""

import numpy as np
import pytest

from astonish.support.arrays import is_sparse

sparse = pytest.importorskip("scipy.sparse", reason="the matrices are scipy's")


@pytest.mark.parametrize("kind", ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"])
@pytest.mark.parametrize("suffix", ["matrix", "array"])
def test_every_kind_of_scipy_is_one(kind, suffix):
    assert is_sparse(getattr(sparse, f"{kind}_{suffix}")(np.eye(3)))


@pytest.mark.parametrize("value", [None, 3, "csr", [[1]], np.eye(3), (1, 2), {"format": 1}])
def test_other_values_are_not(value):
    assert not is_sparse(value)


def test_a_frame_is_not():
    pandas = pytest.importorskip("pandas", reason="the frame is one of pandas")
    assert not is_sparse(pandas.DataFrame({"format": [1], "tocoo": [2]}))
