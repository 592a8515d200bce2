"""Pictures of a data set: every rating is counted once."""

from itertools import pairwise

import numpy as np
import pytest

from astonish.interpret import plot_long_tail, plot_ratings

pytestmark = pytest.mark.usefixtures("plt")


def triples(values):
    return [(place, "item", value) for place, value in enumerate(values)]


def bars_of(ax):
    return {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in ax.patches}


@pytest.mark.parametrize("form", ["data", "trainset", "triples"])
def test_a_bar_for_each_value(data, trainset, form):
    ratings = {"data": data, "trainset": trainset, "triples": trainset.build_testset()}[form]
    values, counts = np.unique(data.ratings.values, return_counts=True)
    ax = plot_ratings(ratings)
    assert bars_of(ax) == pytest.approx(dict(zip(values, counts, strict=True)))
    assert [text.get_text() for text in ax.texts] == [f"{n / 4000:.0%}" for n in counts]


def test_a_frame():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": [1, 1, 2], "item": [1, 2, 2], "stars": [0.5, 4, 4]})
    assert bars_of(plot_ratings(frame)) == pytest.approx({0.5: 1, 4: 2})
    assert plot_long_tail(frame).get_lines()[0].get_ydata().tolist() == [2, 1]


def test_one_value_and_values_far_apart():
    assert bars_of(plot_ratings(triples([3, 3]))) == {3: 2}
    assert bars_of(plot_ratings(triples([-10, 10, 10]))) == {-10: 1, 10: 2}


def test_bars_do_not_overlap():
    ax = plot_ratings(triples(np.arange(1, 11) / 2))
    edges = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches)
    assert all(end < begin for (_, end), (begin, _) in pairwise(edges))


@pytest.mark.parametrize("values", [np.arange(1.0, 500), [0, 0.001, 1000]])
def test_a_histogram_where_there_are_too_many_values_for_bars(values):
    ax = plot_ratings(triples(values))
    assert len(ax.patches) == 50
    assert sum(bar.get_height() for bar in ax.patches) == len(values)
    assert not ax.texts


def test_counts_by_rank(data, trainset):
    ax = plot_long_tail(data)
    (line, *_) = ax.get_lines()
    counts = sorted((len(rated) for rated in trainset.ir.values()), reverse=True)
    assert line.get_xdata().tolist() == list(range(1, 151))
    assert line.get_ydata().tolist() == counts


def test_shares_are_marked_where_they_are_reached():
    ratings = [(user, item, 1.0) for item, n in enumerate((1, 4, 3, 2)) for user in range(n)]
    ax = plot_long_tail(ratings, [1, 0.4, 0.7, 0.71])
    assert [line.get_xdata()[0] for line in ax.get_lines()[1:]] == [1, 2, 3, 4]
    assert [text.get_text() for text in ax.texts] == [
        "40% of the ratings:\n1 of 4 items (25%)",
        "70% of the ratings:\n2 of 4 items (50%)",
        "71% of the ratings:\n3 of 4 items (75%)",
        "100% of the ratings:\n4 of 4 items (100%)",
    ]


def test_items_without_a_rating_do_not_count(data):
    some = data.ratings.take(np.arange(5))
    counts = plot_long_tail(some).get_lines()[0].get_ydata()
    assert (counts.sum(), counts.min()) == (5, 1)


def test_marks_do_not_overlap_and_stay_inside(data):
    ax = plot_long_tail(data, (0.2, 0.5, 0.8))
    ax.figure.draw_without_rendering()
    boxes, frame = [text.get_window_extent() for text in ax.texts], ax.get_window_extent()
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))
    assert all(frame.x0 <= box.x0 <= box.x1 <= frame.x1 for box in boxes)


@pytest.mark.parametrize("plot", [plot_ratings, plot_long_tail])
def test_both_draw_into_the_given_axes(plt, data, plot):
    ax = plt.subplots()[1]
    assert plot(data, ax=ax) is ax
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("plot", [plot_ratings, plot_long_tail])
def test_bad_ratings_are_named(plt, plot):
    with pytest.raises(TypeError, match="ratings must be a Dataset"):
        plot(7)
    with pytest.raises(ValueError, match="ratings is empty"):
        plot([])
    with pytest.raises(ValueError, match="a rating must be a finite number"):
        plot([("u", "i", float("nan"))])
    assert plt.get_fignums() == []
    with pytest.raises(TypeError, match="ax must be an Axes"):
        plot([("u", "i", 1.0)], ax=1)


def test_bad_shares_are_named(data):
    for share in (0, -0.1, 1.5):
        with pytest.raises(ValueError, match=f"shares must be above 0 and up to 1, got {share}"):
            plot_long_tail(data, [share])
    with pytest.raises(TypeError, match="shares must be a number, got 'half'"):
        plot_long_tail(data, ["half"])
    with pytest.raises(TypeError, match="shares must be a sequence"):
        plot_long_tail(data, "0.5")
