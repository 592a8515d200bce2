import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish.collab.loaders.random_split import split_rows


def test_the_order_is_that_of_torch(recorded):
    for case in recorded["orders"]:
        order, nothing = split_rows(case["n"], 0, case["seed"])
        assert len(nothing) == 0
        assert order[:20].tolist() == case["first"]
        assert hashlib.sha256(order.astype("<i8").tobytes()).hexdigest() == case["sha256"]


@given(n=st.integers(1, 300), share=st.floats(0, 0.99), seed=st.integers(-(2**63), 2**64 - 1))
def test_every_row_is_in_one_part(n, share, seed):
    train, valid = split_rows(n, share, seed)
    assert len(valid) == int(share * n)
    assert sorted([*train, *valid]) == list(range(n))
    again = split_rows(n, share, seed)
    assert [part.tolist() for part in again] == [train.tolist(), valid.tolist()]


def test_without_a_seed_numpys_global_generator_decides():
    np.random.seed(42)
    first = split_rows(50, 0.2, None)
    second = split_rows(50, 0.2, None)
    seeded = split_rows(50, 0.2, 42)
    assert first[0].tolist() == seeded[0].tolist()
    assert first[0].tolist() != second[0].tolist()


@pytest.mark.parametrize("share", [1, 1.0, 1.5])
def test_something_must_be_left_for_training(share):
    with pytest.raises(ValueError, match=rf"valid_pct={share} of 10 ratings leaves none"):
        split_rows(10, share, 0)


@pytest.mark.parametrize("n", [1, 2, 3, 1000])
def test_every_share_below_one_leaves_a_row(n):
    train, valid = split_rows(n, 1 - 2**-53, 0)
    assert (len(train), len(valid)) == (1, n - 1)


@pytest.mark.parametrize("share", [-0.1, float("nan"), float("inf")])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match="valid_pct must be a finite number of at least 0"):
        split_rows(10, share, 0)


@pytest.mark.parametrize("share", ["0.2", None, True])
def test_a_share_that_is_no_number_is_refused(share):
    with pytest.raises(TypeError, match="valid_pct must be a number"):
        split_rows(10, share, 0)
