"""Lists of the best items, and of similar ones."""

import copy

import numpy as np

from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.state import reseed


class RankingContract(ContractBase):
    """Lists of the best items, and of similar ones."""

    @needs("ranks")
    def test_recommended_scores_are_the_estimates_to_the_last_bit(self, fitted, trainset):
        item_ids, scores = fitted.recommend(trainset.user_ids[:40], n=20)
        for user, items, row in zip(trainset.user_ids, item_ids, scores, strict=False):
            listed = [item for item in items if item is not None]
            expected = [fitted.predict(user, item, clip=False).est for item in listed]
            if not fitted._draws_estimates:
                assert row[: len(listed)].tolist() == expected
            assert np.isnan(row[len(listed) :]).all()

    @needs("ranks")
    def test_lists_are_those_of_sorting_all_predictions(self, fitted, trainset):
        if fitted._draws_estimates:
            item_ids, _ = fitted.recommend(trainset.user_ids[:3], n=5)
            assert all(len(set(row)) == 5 for row in item_ids.tolist())
            return
        users = trainset.user_ids[:12]
        item_ids, scores = fitted.recommend(users, n=8)
        for user, row, of_row in zip(users, item_ids.tolist(), scores.tolist(), strict=True):
            seen = {trainset.item_ids[item] for item, _ in trainset.ur[trainset.to_inner_uid(user)]}
            predictions = [
                fitted.predict(user, item, clip=False)
                for item in trainset.item_ids
                if item not in seen
            ]
            possible = [made for made in predictions if not made.details["was_impossible"]]
            best = sorted(possible, key=lambda made: -made.est)[
                :8
            ]  # of equals the first stays first
            listed = len(best)
            assert row == [made.iid for made in best] + [None] * (8 - listed)
            assert of_row[:listed] == [made.est for made in best]

    @needs("ranks")
    def test_recommendations_are_the_same_with_any_number_of_threads(self, trainset, fitted):
        expected_ids, expected_scores = reseed(fitted).recommend(trainset.user_ids, n=20)
        for n_threads in (1, 2, 3, 7):
            model = copy.copy(fitted)
            model.n_threads = n_threads
            item_ids, scores = reseed(model).recommend(trainset.user_ids, n=20)
            np.testing.assert_array_equal(item_ids, expected_ids)
            np.testing.assert_array_equal(scores, expected_scores)
