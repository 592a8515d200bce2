"""ImplicitALS: folding in, explaining, partial fits."""

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csr_matrix

from astonish import ImplicitALS

from .. import reference_implicit as reference
from ..helpers import assert_same_state, split_terms, state_of
from .helpers import OBJECTIVE, SOLVERS, double, random_plays


def interactions_of(model, user, as_user):
    """What a user of the training set did, as (user, item, weight)."""
    items, values = model.trainset.by_user.row(user)
    return [(as_user, int(item), weight) for item, weight in zip(items, values, strict=True)]


def test_who_did_what_a_user_did_is_folded_in_as_that_user_is():
    model = double(n_factors=7).fit(random_plays())
    repeated = [*interactions_of(model, 3, "he"), *interactions_of(model, 5, "she"), ("he", 1, 0)]
    folded = model.fold_in(repeated)
    assert type(folded) is ImplicitALS
    assert folded.qi is model.qi
    assert folded.trainset.user_ids == ["he", "she"]
    np.testing.assert_allclose(folded.pu, model.pu[[3, 5]], rtol=0, atol=1e-12)
    item_ids, scores = folded.recommend(["he"], n=4)
    expected_ids, expected_scores = model.recommend([3], n=4)
    np.testing.assert_array_equal(item_ids, expected_ids)
    np.testing.assert_allclose(scores, expected_scores, rtol=0, atol=1e-12)


def test_interactions_of_every_form_are_folded_in():
    plays = random_plays()
    model = double(n_factors=7).fit(plays)
    folded = model.fold_in(plays)
    assert folded.trainset.user_ids == [user for user in range(60) if plays[user].nnz]
    np.testing.assert_allclose(folded.pu, model.pu[folded.trainset.user_ids], rtol=0, atol=1e-12)
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": ["a", "a", "b"], "item": [1, 2, 2]})
    expected = model.fold_in([("a", 1, 1.0), ("a", 2, 1.0), ("b", 2, 1.0)])
    np.testing.assert_array_equal(model.fold_in(frame).pu, expected.pu)
    for nothing in (csr_matrix((3, 45)), frame[:0], []):
        with pytest.raises(ValueError, match="interactions is empty"):
            model.fold_in(nothing)


@pytest.mark.parametrize("solver", SOLVERS)
def test_new_items_are_solved_exactly(solver):
    model = double(n_factors=6, solver=solver).fit(random_plays())
    plays = [(1, "new", 2.0), (2, "new", 1.0), (4, "other", 1.0)]
    folded = model.fold_in(plays, side="item")
    dense = np.zeros((2, model.trainset.n_users))
    dense[[0, 0, 1], [1, 2, 4]] = [2.0, 1.0, 1.0]
    expected = reference.cholesky(dense, model.pu, np.zeros((2, 6)), **OBJECTIVE)
    np.testing.assert_allclose(folded.qi, expected, rtol=0, atol=1e-9)


def test_folding_in_refuses_negative_weights():
    model = double(n_factors=2).fit(random_plays())
    with pytest.raises(ValueError, match=r"user 'me', item 1\) has the weight -2"):
        model.fold_in([("me", 1, -2.0)])


def test_the_estimate_is_the_sum_of_what_explains_it():
    model = double(n_factors=6).fit(random_plays())
    for user, item in ((1, 2), (9, 30), (40, 11)):
        item_ids, contributions, others = split_terms(model.explain(user, item, n=None))
        assert not others
        estimate = model.predict(user, item).est
        assert contributions.sum() == pytest.approx(estimate, abs=1e-9)
        assert sorted(item_ids) == sorted(model.trainset.by_user.row(user)[0])
        assert contributions.tolist() == sorted(contributions, reverse=True)


def test_a_contribution_is_what_the_estimate_loses_with_its_interaction():
    """Up to the confidence, which stays: only the preference of the pair becomes zero."""
    model = double(n_factors=4).fit(random_plays())
    dense = reference.weights(model.trainset)
    (matrix, right), item = list(reference.systems(dense, model.qi, **OBJECTIVE))[1], 2
    item_ids, contributions = model.explain(1, item, n=1)
    confidence = OBJECTIVE["alpha0"] + OBJECTIVE["alpha"] * dense[1, item_ids[0]]
    without = right - confidence * model.qi[item_ids[0]]
    loss = model.qi[item] @ np.linalg.solve(matrix, right - without)
    assert contributions[0] == pytest.approx(loss, abs=1e-9)


def test_repeated_pairs_share_their_contribution():
    apart = coo_matrix(([1, 2, 0, 4.0], ([0, 0, 0, 1], [0, 0, 1, 1])), shape=(2, 2))
    model = double(n_factors=2, reg=0.5).fit(apart)
    item_ids, contributions = model.explain(0, 0, n=None)
    assert item_ids.tolist() == [0, 0, 1]
    assert contributions[0] == contributions[1] > contributions[2] == 0
    assert contributions.sum() == pytest.approx(model.predict(0, 0).est, abs=1e-9)


def test_partial_fit_solves_affected_rows():
    plays = random_plays()
    model = double(n_factors=5).fit(plays)
    before = state_of(model)
    model.partial_fit([(4, 9, 2.0), ("new", 9, 1.0), ("new", "fresh", 3.0)])
    assert model.trainset.user_ids == [*range(60), "new"]
    assert model.trainset.item_ids == [*range(45), "fresh"]
    others = np.delete(np.arange(60), 4)
    np.testing.assert_array_equal(model.pu[others], before["pu"][others])
    np.testing.assert_array_equal(np.delete(model.qi[:45], 9, 0), np.delete(before["qi"], 9, 0))
    dense = reference.weights(model.trainset)
    assert dense[4, 9] == plays[4, 9] + 2
    exact = reference.cholesky(dense, model.qi, model.pu, **OBJECTIVE)
    np.testing.assert_allclose(model.pu[[4, 60]], exact[[4, 60]], rtol=0, atol=1e-9)
    assert model.qi[45].any()


def test_partial_fit_takes_what_fit_takes():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": [4, 5], "item": [9, 9]})
    matrix = coo_matrix(([1.0, 1.0], ([4, 5], [9, 9])), shape=(60, 45))
    by_frame, by_matrix = (
        double(n_factors=3).fit(random_plays()).partial_fit(each) for each in (frame, matrix)
    )
    np.testing.assert_array_equal(by_frame.pu, by_matrix.pu)
    before = state_of(by_frame)
    with pytest.raises(ValueError, match="the weight -1"):
        by_frame.partial_fit([(4, 9, -1.0)])
    assert_same_state(by_frame, before)
