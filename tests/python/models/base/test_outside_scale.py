"""Ratings beyond the rating scale are told of, once a call."""

import warnings

import pytest

from astonish import ALS, SVD, BaselineOnly, DotBias, ImplicitALS, SVDpp, make_ratings

TRAINSET = make_ratings(12, 9, 60, seed=1).build_full_trainset()
ITEMS = TRAINSET.item_ids
BEYOND = [("new", ITEMS[0], 3.0), ("new", ITEMS[1], 50.0), ("new", ITEMS[2], -1.0)]
WITHIN = [("new", ITEMS[0], 1.0), ("new", ITEMS[1], 5.0)]
MESSAGE = (
    "ratings from -1 to 50 go beyond rating_scale=(1, 5): 2 of 3, the first is 50; they are kept, "
    "but estimates are clipped to the scale"
)


def calls(model, ratings):
    """Return the calls that take ratings of someone new."""
    history = [(item, rating) for _, item, rating in ratings]
    found = [
        lambda: model.fold_in(ratings),
        lambda: model.recommend_for([history], n=2),
        lambda: model.partial_fit(ratings),
    ]
    return found if "partial_fit" in model.abilities else found[:2]


@pytest.mark.parametrize("cls", [SVD, SVDpp, ALS, BaselineOnly, DotBias])
def test_ratings_beyond_the_scale_are_kept_under_one_warning_a_call(cls):
    model = cls().fit(TRAINSET)
    for call in calls(model, BEYOND):
        with pytest.warns(UserWarning, match="go beyond") as seen:
            call()
        assert [str(warning.message) for warning in seen] == [MESSAGE]
        assert seen[0].filename == __file__


@pytest.mark.parametrize(("cls", "ratings"), [(SVD, WITHIN), (ImplicitALS, [*WITHIN, *BEYOND[:2]])])
def test_ratings_within_the_scale_and_interactions_are_not_told_of(cls, ratings):
    model = cls().fit(TRAINSET)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for call in calls(model, ratings):
            call()
        model.recommend_for([[], [ITEMS[0]]], n=2)
