"""Ratings that come after training."""

import numpy as np
import pytest

from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.data import all_pairs
from astonish.testing.state import assert_same_state, estimates, state_of

LATER = [("1", "2", 5.0), ("newcomer", "2", 4.0), ("newcomer", "novelty", 2.0)]


def similar(model, trainset):
    """Lists of similar items and users."""
    return (
        *model.similar_items(trainset.item_ids, n=7),
        *model.similar_users(trainset.user_ids, n=7),
    )


class LearningContract(ContractBase):
    """Ratings that come after training."""

    @needs("partial_fit")
    def test_new_users_and_items_are_learned(self, case, trainset):
        model = case.make().fit(trainset)
        assert model.partial_fit(LATER) is model
        assert model.trainset.user_ids == [*trainset.user_ids, "newcomer"]
        assert model.trainset.item_ids == [*trainset.item_ids, "novelty"]
        predictions = model.test(LATER)
        assert predictions == [model.predict(*rating) for rating in LATER]
        assert not any(prediction.details["was_impossible"] for prediction in predictions)
        pairs = all_pairs(trainset)
        assert estimates(case.make().fit(trainset).partial_fit(LATER), pairs) == estimates(
            model, pairs
        )

    @needs("partial_fit")
    def test_later_ratings_are_learned_alike_with_any_number_of_threads(self, case, trainset):
        pairs = all_pairs(trainset)
        models = (case.make(n_threads=n_threads).fit(trainset) for n_threads in (1, 2, 3, 7))
        results = [estimates(model.partial_fit(LATER), pairs) for model in models]
        assert all(result == results[0] for result in results)

    @needs("partial_fit")
    def test_an_error_in_partial_fit_leaves_the_model_as_it_was(self, case, trainset):
        model = case.make().fit(trainset)
        before = state_of(model)
        for ratings in ([], [("u", "i", float("nan"))], "ratings"):
            with pytest.raises((TypeError, ValueError)):
                model.partial_fit(ratings)
            assert_same_state(model, before)

    @needs("partial_fit")
    def test_a_model_that_is_not_fitted_learns_nothing(self, case):
        with pytest.raises(ValueError, match=rf"this {case.cls.__name__} is not fitted: call fit"):
            case.make().partial_fit(LATER)

    @needs("has_factors")
    def test_similar_rows_are_saved_and_the_same_with_any_number_of_threads(
        self, trainset, fitted, tmp_path
    ):
        expected = similar(fitted, trainset)
        fitted.save(tmp_path / "model.npz")
        model = type(fitted).load(tmp_path / "model.npz")
        for model.n_threads in (1, 2, 3, 7):
            for ours, theirs in zip(similar(model, trainset), expected, strict=True):
                np.testing.assert_array_equal(ours, theirs)
