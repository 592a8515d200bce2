"""Ratings in every form that a program may have them in."""

import pytest

from astonish import Dataset, Reader, Trainset
from astonish.data.any_ratings import as_ratings
from astonish.data.ratings import Ratings

TRIPLES = [("u", "i", 4.0), ("v", "i", 2.0), ("u", "j", 1.0)]


def columns():
    users, items, values = map(list, zip(*TRIPLES, strict=True))
    return Ratings.from_columns(users, items, values)


@pytest.mark.parametrize("form", [list, tuple, iter, lambda rows: [list(row) for row in rows]])
def test_triples(form):
    assert as_ratings(form(TRIPLES)).to_triples() == TRIPLES


def test_columns_data_sets_and_training_sets():
    ratings = columns()
    assert as_ratings(ratings) is ratings
    trainset = Trainset.from_ratings(ratings, (1, 5))
    assert as_ratings(trainset).to_triples() == [TRIPLES[0], TRIPLES[2], TRIPLES[1]]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(library):
    module = pytest.importorskip(library)
    users, items, values = zip(*TRIPLES, strict=True)
    frame = module.DataFrame({"user": users, "item": items, "rating": values})
    assert as_ratings(frame).to_triples() == TRIPLES
    data = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5)))
    assert as_ratings(data).to_triples() == TRIPLES


@pytest.mark.parametrize("nothing", [[], (), iter([])])
def test_no_ratings_are_refused(nothing):
    with pytest.raises(ValueError, match="ratings is empty: it needs at least one rating"):
        as_ratings(nothing)


@pytest.mark.parametrize("other", ["u.data", b"u.data", None, 3.0])
def test_other_things_are_refused(other):
    with pytest.raises(TypeError, match=f"ratings must be .*, got {type(other).__name__}"):
        as_ratings(other)


@pytest.mark.parametrize("row", [("u", "i"), ("u", "i", 3.0, None), "uir", 3])
def test_rows_of_another_form_are_refused(row):
    with pytest.raises(TypeError, match=r"ratings\[1\] must be \(user id, item id, rating\), got"):
        as_ratings([TRIPLES[0], row])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_rating_that_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="a rating must be a finite number"):
        as_ratings([*TRIPLES, ("u", "i", value)])
