"""What counts as a matrix of scipy, and as finite."""

import numpy as np
import pytest

from astonish.support.arrays import check_finite, is_sparse

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


@pytest.mark.parametrize(
    ("array", "message"),
    [
        ([[1.0, 2.0], [3.0, np.nan]], r"^qi\[1, 1\] must be finite, got nan$"),
        ([0.0, -np.inf, np.nan], r"^qi\[1\] must be finite, got -inf$"),
        (np.inf, "^qi must be finite, got inf$"),
    ],
)
def test_the_first_number_that_is_not_finite_is_named(array, message):
    with pytest.raises(ValueError, match=message):
        check_finite("qi", np.array(array))


@pytest.mark.parametrize("array", [[], [[1.0, -2.0]], [3, 4], 5.0])
def test_finite_numbers_pass(array):
    check_finite("qi", np.array(array))
