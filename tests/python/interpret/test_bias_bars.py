"""Bars of the items liked most and least."""

from itertools import pairwise

import numpy as np
import pytest

from astonish import SVD, ImplicitALS
from astonish.interpret import least_liked, most_liked, plot_biases
from astonish.models.base.hooks import NotFittedError

pytestmark = pytest.mark.usefixtures("plt")


def bars_of(ax):
    """Labels and lengths from top to bottom."""
    ax.figure.draw_without_rendering()
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert [bar.get_y() + bar.get_height() / 2 for bar in ax.patches] == pytest.approx(
        ax.get_yticks().tolist()
    )
    bars = zip(ax.get_yticks().tolist(), labels, ax.patches, strict=True)
    return [(label, bar.get_width()) for _, label, bar in sorted(bars, key=lambda entry: entry[0])]


def test_the_rankings_from_top_to_bottom(svd):
    ax = plot_biases(svd, n=4, min_ratings=10)
    high_ids, high = most_liked(svd, 4, 10)
    low_ids, low = least_liked(svd, 4, 10)
    ids, biases = [*high_ids, *low_ids[::-1]], [*high, *low[::-1]]
    assert bars_of(ax) == list(zip(ids, biases, strict=True))
    assert ax.yaxis_inverted()


def test_all_items_once_where_there_are_not_so_many(svd, trainset):
    ax = plot_biases(svd, n=75)
    assert [label for label, _ in bars_of(ax)] == most_liked(svd, 150)[0].tolist()
    assert np.diff(ax.get_yticks()).tolist() == [1] * 149
    assert len(ax.patches) == trainset.n_items


def test_a_gap_stands_for_the_items_between(svd):
    assert plot_biases(svd, n=2).get_yticks().tolist() == [0, 1, 3, 4]


def test_colour_tells_the_sign(svd):
    ax = plot_biases(svd, n=75)
    colors = {bar.get_facecolor(): np.sign(bar.get_width()) for bar in ax.patches}
    assert sorted(colors.values()) == [-1, 1]


def test_titles(svd):
    best = most_liked(svd, 1)[0][0]
    ax = plot_biases(svd, n=1, titles={best: "$a$ & $b$"})
    assert bars_of(ax)[0][0] == "$a$ & $b$"
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())


def test_labels_do_not_overlap(svd, data):
    ax = plot_biases(svd, n=20, titles=data.item_titles)
    ax.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]  # from the top
    assert all(upper.y0 >= lower.y1 for upper, lower in pairwise(boxes))
    assert min(box.x0 for box in boxes) >= 0


def test_it_draws_into_the_given_axes(plt, svd):
    ax = plt.subplots()[1]
    assert plot_biases(svd, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


def test_bad_input_is_named(svd, trainset, plt):
    with pytest.raises(NotFittedError, match="this SVD is not fitted"):
        plot_biases(SVD())
    with pytest.raises(TypeError, match="this ImplicitALS has no item biases"):
        plot_biases(ImplicitALS(n_factors=2).fit(trainset))
    with pytest.raises(ValueError, match="n must be at least 1"):
        plot_biases(svd, 0)
    with pytest.raises(ValueError, match="no item has min_ratings=9999 ratings"):
        plot_biases(svd, min_ratings=9999)
    with pytest.raises(TypeError, match="titles must be a dict"):
        plot_biases(svd, titles=3)
    assert plt.get_fignums() == []
    with pytest.raises(TypeError, match="ax must be an Axes of matplotlib, got 'here'"):
        plot_biases(svd, ax="here")
