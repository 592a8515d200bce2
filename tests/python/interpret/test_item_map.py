"""The map of items: its dots, and labels that keep out of each other's way."""

import sys
from itertools import combinations

import numpy as np
import pytest

from astonish import SVD, BaselineOnly
from astonish.interpret import plot_items, principal_components
from astonish.models.base.hooks import NotFittedError

pytestmark = pytest.mark.usefixtures("plt", "textalloc")


def boxes_of(ax):
    ax.figure.draw_without_rendering()
    return {text.get_text(): text.get_window_extent() for text in ax.texts}


def overlap(one, other):
    return min(one.x1, other.x1) > max(one.x0, other.x0) and min(one.y1, other.y1) > max(
        one.y0, other.y0
    )


def assert_readable(ax):
    """No label over another or over a dot, and none outside."""
    boxes, frame = boxes_of(ax), ax.get_window_extent()
    over = [names for names in combinations(boxes, 2) if overlap(*map(boxes.get, names))]
    assert not over
    dots = ax.transData.transform(ax.collections[0].get_offsets())
    for box in boxes.values():
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1
        assert not any(box.contains(*dot) for dot in dots)


def test_dots_are_the_most_rated_items(model, trainset):
    ax = plot_items(model, n=20, components=(2, 0))
    most_rated = np.argsort(-np.diff(trainset.by_item.offsets), kind="stable")[:20]
    coordinates = principal_components(model, 3).coordinates
    np.testing.assert_array_equal(
        ax.collections[0].get_offsets(), coordinates[most_rated][:, [2, 0]]
    )
    assert {text.get_text() for text in ax.texts} == {trainset.item_ids[i] for i in most_rated}


def test_the_axes_say_what_they_are(svd):
    ax = plot_items(svd, n=5, components=(1, 0))
    shares = principal_components(svd, 2).shares
    assert ax.get_xlabel() == f"component 1 ({shares[1]:.1%} of the variance)"
    assert ax.get_ylabel() == f"component 0 ({shares[0]:.1%} of the variance)"


@pytest.mark.parametrize(("n", "n_labels"), [(1, 1), (50, 50), (100, 97)])
def test_labels_are_readable_and_hardly_any_is_missing(model, data, n, n_labels):
    ax = plot_items(model, n=n, titles=data.item_titles)
    assert len(ax.texts) >= n_labels
    assert_readable(ax)


@pytest.mark.parametrize("seed", range(5))
def test_what_finds_no_place_is_left_out(plt, trainset, seed):
    rng = np.random.RandomState(seed)
    model = SVD(n_factors=2, n_epochs=0).fit(trainset)
    model.qi = rng.standard_cauchy((150, 2))  # most of them in a heap
    titles = {item: "gm" * rng.randint(1, 20) for item in trainset.item_ids}
    ax = plot_items(model, n=150, titles=titles, ax=plt.subplots(figsize=(5, 4))[1])
    assert 10 < len(ax.texts) < 150
    assert len(ax.collections[0].get_offsets()) == 150
    assert_readable(ax)


def test_places_are_the_same_every_time(svd, data):
    first, second = (plot_items(svd, n=60, titles=data.item_titles) for _ in range(2))
    for one, other in zip(first.texts, second.texts, strict=True):
        assert (one.get_text(), one.get_position()) == (other.get_text(), other.get_position())


def test_a_label_is_near_its_dot(svd, trainset):
    ax = plot_items(svd, n=30)
    items = {item: place for place, item in enumerate(trainset.item_ids)}
    coordinates = principal_components(svd, 2).coordinates
    diagonal = np.hypot(*ax.get_window_extent().size)
    for item, box in boxes_of(ax).items():
        dot = ax.transData.transform(coordinates[items[item]])
        assert np.hypot(*(dot - (box.p0 + box.p1) / 2)) < 0.2 * diagonal


def test_chosen_items(svd, trainset):
    ax = plot_items(svd, item_ids=["3", "140", "7"], titles={"140": "Costs $1 or $2"})
    assert {text.get_text() for text in ax.texts} == {"3", "Costs $1 or $2", "7"}
    assert not any(text.get_parse_math() for text in ax.texts)
    inner = [trainset.to_inner_iid(item) for item in ("3", "140", "7")]
    expected = principal_components(svd, 2).coordinates[inner]
    offsets = np.asarray(ax.collections[0].get_offsets())
    np.testing.assert_array_equal(np.sort(offsets, axis=0), np.sort(expected, axis=0))


def test_long_titles_are_cut(svd):
    ax = plot_items(svd, item_ids=["3", "7"], titles={"3": "x" * 45, "7": "y" * 43 + " y" * 9})
    assert {text.get_text() for text in ax.texts} == {"x" * 45, "y" * 43 + "…"}


def test_it_draws_into_the_given_axes_in_their_colours(plt, svd):
    with plt.style.context("dark_background"):
        figure, (left, right) = plt.subplots(1, 2)
    assert plot_items(svd, n=5, ax=right) is right
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]
    assert {text.get_color() for text in right.texts} == {"white"}


def test_it_saves_without_a_display(svd, tmp_path):
    plot_items(svd, n=5).figure.savefig(tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_library_is_named_with_its_extra(svd, monkeypatch, plt):
    monkeypatch.setitem(sys.modules, "textalloc", None)
    with pytest.raises(ImportError, match=r"textalloc: pip install 'astonish\[plot\]'"):
        plot_items(svd)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("components", [3, (1,), (1, 2, 3), None])
def test_components_must_be_two(svd, components):
    with pytest.raises(ValueError, match="components must be two numbers, got"):
        plot_items(svd, components=components)


def test_bad_input_is_named(svd, trainset, plt):
    with pytest.raises(NotFittedError, match="this SVD is not fitted"):
        plot_items(SVD())
    with pytest.raises(TypeError, match="this BaselineOnly has no item factors"):
        plot_items(BaselineOnly(verbose=False).fit(trainset))
    with pytest.raises(ValueError, match="n must be at least 1"):
        plot_items(svd, 0)
    with pytest.raises(ValueError, match=r"components must be two different ones, got \(1, 1\)"):
        plot_items(svd, components=(1, 1))
    with pytest.raises(ValueError, match="components must be at least 0, got -1"):
        plot_items(svd, components=(0, -1))
    with pytest.raises(ValueError, match="n_components is 8, too many for 150 items of 7 factors"):
        plot_items(svd, components=(0, 7))
    with pytest.raises(ValueError, match=r"item_ids\[0\] is 'zz'"):
        plot_items(svd, item_ids=["zz"])
    with pytest.raises(ValueError, match="item_ids is empty"):
        plot_items(svd, item_ids=[])
    with pytest.raises(TypeError, match="titles must be a dict"):
        plot_items(svd, titles=["a"])
    assert plt.get_fignums() == []


def test_what_cannot_be_drawn_into_is_named(svd, plt):
    with pytest.raises(TypeError, match="ax must be an Axes of matplotlib, got array"):
        plot_items(svd, ax=plt.subplots(1, 2)[1])
    ax = plt.figure().subfigures(1, 2)[0].subplots()
    with pytest.raises(ValueError, match="ax is in a SubFigure"):
        plot_items(svd, ax=ax)
    assert not ax.has_data()
