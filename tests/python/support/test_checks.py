import math

import pytest

from astonish.support.checks import check_number


@pytest.mark.parametrize("value", [10**400, -(10**400), math.nan, math.inf])
def test_a_number_must_be_one_of_the_floats(value):
    with pytest.raises(ValueError, match=r"^size must be a finite number, got"):
        check_number("size", value)
