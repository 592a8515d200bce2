"""Everything shows a model as it was fitted, whatever its parameters are for the next fit."""

import numpy as np
import pytest

from astonish import SVD
from astonish.interpret import (
    least_liked,
    most_liked,
    nearest_items,
    plot_biases,
    plot_items,
    principal_components,
)

FUNCTIONS = {
    "most_liked": most_liked,
    "least_liked": least_liked,
    "nearest_items": lambda model: nearest_items(model, "1", n=5),
    "principal_components": principal_components,
    "principal_components of users": lambda model: principal_components(model, side="user"),
    "plot_biases": lambda model: [[bar.get_width() for bar in plot_biases(model).patches]],
    "plot_items": lambda model: [plot_items(model, n=5).collections[0].get_offsets()],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_changed_parameters_wait_for_the_next_fit(trainset, request, name):
    for fixture in ("plt", "textalloc") if name.startswith("plot") else ():
        request.getfixturevalue(fixture)
    model = SVD(n_factors=7, n_epochs=2, random_state=0).fit(trainset)
    expected = FUNCTIONS[name](model)
    shown = FUNCTIONS[name](model.set_params(biased=False, n_factors=3))
    for part, expected_part in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)
