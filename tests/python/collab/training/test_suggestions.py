"""Suggestions of a learning rate, beside those of fastai for the same curves."""

import json
from pathlib import Path

import numpy as np
import pytest

from astonish.collab import minimum, slide, steep, valley

RECORDED = json.loads(Path(__file__).with_name("fastai_lr_find.json").read_text())
FUNCTIONS = {"valley": valley, "slide": slide, "minimum": minimum, "steep": steep}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("place", range(len(RECORDED["curves"])))
def test_fastai_suggests_the_same(name, place):
    curve = RECORDED["curves"][place]
    num_it = curve["arguments"].get("num_it", 100)
    shown = slice_of(num_it)
    lr, point = FUNCTIONS[name](curve["lrs"][shown], curve["losses"][shown], num_it)
    np.testing.assert_allclose([lr, *point], curve["suggestions"][name], rtol=1e-6)


def slice_of(num_it):
    return slice(num_it // 10, -5)


def lrs_of(n):
    return np.logspace(-5, 0, n)


def test_the_valley_is_the_longest_chain_of_lower_losses():
    losses = [5, 9, 8, 7, 6, 5, 4, 3, 2, 1, 9]
    lr, point = valley(lrs_of(11), losses, 11)  # nine losses, to the place 9: from 0, 3 + 1 on
    assert lr == point[0] == lrs_of(11)[4]
    assert point[1] == 6


@pytest.mark.parametrize("losses", [[1.0], [1.0, 2.0, 3.0], [2.0, 1.0]])
def test_a_curve_without_a_valley_suggests_its_first_rate(losses):
    assert valley(lrs_of(len(losses)), losses, 3)[0] == pytest.approx(1e-5)


def test_a_steady_slope_slides_nowhere():
    assert slide(lrs_of(40), np.linspace(3, 1, 40), 40)[0] == lrs_of(40)[24]


def test_a_slope_that_never_settles_slides_to_the_start():
    assert slide(lrs_of(40), np.linspace(0, 3, 40) ** 3, 40)[0] == lrs_of(40)[0]


def test_slide_needs_a_curve_longer_than_its_interval():
    with pytest.raises(ValueError, match="slide needs more than lr_diff=15 losses, got 15"):
        slide(lrs_of(15), np.ones(15), 15)


@pytest.mark.parametrize("function", FUNCTIONS.values())
def test_an_empty_curve_is_refused(function):
    with pytest.raises(ValueError, match="a curve needs a loss a rate, got 0 and 0"):
        function([], [], 100)


def test_steep_of_one_loss_is_its_rate():
    assert steep([0.1], [2.0], 6) == (0.1, (0.1, 2.0))
