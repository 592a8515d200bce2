"""Users and items that were not in training, and what carries an estimate."""

import copy

import numpy as np
import pytest

from astonish import ALS, NMF, SVD, BaselineOnly, SVDpp, accuracy, load
from astonish.data.trainset import Trainset

from .. import reference_als
from ..helpers import split_terms, state_of, trainset_of

MODELS = {
    "ALS": ALS(7, 5, random_state=0, dtype="float64"),
    "ALS float32": ALS(7, 5, random_state=0),
    "ALS unbiased": ALS(7, 5, biased=False, random_state=0, dtype="float64"),
    "ALS none": ALS(7, 5, 3.0, reg_scaling="none", random_state=0, dtype="float64"),
    "SVD": SVD(7, 8, random_state=0),
    "SVD of five rates": SVD(7, 8, reg_bu=0.1, reg_bi=0.2, reg_pu=0.3, reg_qi=0.4, random_state=0),
    "SVD unbiased": SVD(7, 8, biased=False, random_state=0),
    "SVDpp": SVDpp(7, 8, random_state=0),
    "BaselineOnly": BaselineOnly(verbose=False),
    "BaselineOnly sgd": BaselineOnly({"method": "sgd", "reg": 0.1}, verbose=False),
}
REGS = {
    "ALS none": (3.0, 3.0, False),
    "SVD": (0.02, 0.02, True),
    "SVD of five rates": (0.3, 0.1, True),
    "SVD unbiased": (0.02, 0.02, True),
    "SVDpp": (0.02, 0.02, True),
    "BaselineOnly": (15, 15, False),
    "BaselineOnly sgd": (0.1, 0.1, True),
}  # of users; the others have ALS's default
NEWCOMERS = [("me", "3", 5.0), ("you", "7", 1.0), ("me", "9", 1.5), ("me", "3", 4.0)]


@pytest.fixture(params=MODELS)
def model(request, trainset):
    fitted = copy.copy(MODELS[request.param]).fit(trainset)
    fitted.reg_of_users = REGS.get(request.param, (0.08, 0.08, True))
    return fitted


def ratings_of(trainset, user_id, as_user):
    items, values = trainset.by_user.row(trainset.to_inner_uid(user_id))
    return [(as_user, trainset.item_ids[i], v) for i, v in zip(items, values, strict=True)]


def reference(model, folded):
    """Factors and biases of the folded users."""
    factors = model._factors()
    reg, reg_bias, by_count = model.reg_of_users
    how = {"mean": factors.global_mean, "biased": factors.biased, "by_count": by_count}
    by_user = model._targets(folded.trainset.by_user)
    wide = factors.qi.astype(float), factors.bi.astype(float)
    return reference_als.solve_side(by_user, *wide, reg=reg, reg_bias=reg_bias, **how)


def test_newcomers_are_the_ridge_regression_of_their_ratings(model):
    folded = model.fold_in(NEWCOMERS)
    factors, biases = reference(model, folded)
    tolerance = 1e-9 if model._factors().qi.dtype == np.float64 else 1e-5
    if factors.shape[1]:
        np.testing.assert_allclose(folded.pu, factors, rtol=0, atol=tolerance)
    np.testing.assert_allclose(folded.bu, biases, rtol=0, atol=tolerance)
    assert folded._factors().qi.dtype == model._factors().qi.dtype


def test_they_are_known_and_the_others_are_not(model, trainset):
    folded = model.fold_in(NEWCOMERS)
    assert folded.trainset.user_ids == ["me", "you"]
    assert folded.bi is model.bi
    item = trainset.item_ids[5]  # which nobody of them rated
    known = folded.predict("me", item)
    assert not known.details["was_impossible"]
    assert folded.predict_many(["me", "you"], [item, item])[0] == known.est
    unknown = folded.predict(trainset.user_ids[0], item)
    if model.biased:
        assert unknown.est == pytest.approx(trainset.global_mean + model.bi[5], abs=1e-6)
    else:
        assert unknown.details["was_impossible"]


def test_they_are_recommended_all_items_but_their_own(model, trainset):
    folded = model.fold_in(NEWCOMERS)
    item_ids, scores = folded.recommend(["you", "me"], n=trainset.n_items)
    assert set(item_ids[0]) == {*trainset.item_ids, None} - {"7"}
    assert set(item_ids[1]) == {*trainset.item_ids, None} - {"3", "9"}
    for row in (0, 1):
        assert (
            scores[row, 0] == folded.predict(["you", "me"][row], item_ids[row, 0], clip=False).est
        )


def test_the_model_itself_does_not_change(model):
    before = state_of(model)
    folded = model.fold_in(NEWCOMERS)
    folded.bu[:] = 7
    after = state_of(model)
    assert before.keys() == after.keys()
    for name in before.keys() & {"pu", "qi", "bu", "bi", "yj"}:
        np.testing.assert_array_equal(before[name], after[name])
    assert after["trainset"] is before["trainset"]


def test_a_file_gives_back_the_newcomers(model, tmp_path):
    del model.reg_of_users
    folded = model.fold_in(NEWCOMERS)
    folded.save(tmp_path / "folded.npz")
    again = load(tmp_path / "folded.npz")
    pairs = [(user, item, None) for user in ("me", "you", "?") for item in model.trainset.item_ids]
    assert again.test(pairs) == folded.test(pairs)
    assert again.recommend(["me"])[0].tolist() == folded.recommend(["me"])[0].tolist()


def test_someone_known_is_folded_in_about_where_training_left_him(trainset):
    model = ALS(7, 60, 0.2, random_state=0, dtype="float64").fit(trainset)
    ratings = ratings_of(trainset, trainset.user_ids[3], "clone")
    np.testing.assert_allclose(model.fold_in(ratings).pu[0], model.pu[3], atol=1e-3)


@pytest.mark.parametrize("name", ["ALS", "SVD", "SVDpp", "BaselineOnly"])
def test_newcomers_are_predicted_better_than_unknown_users(name):
    from astonish import Dataset

    full = Dataset.load_builtin("demo").build_full_trainset()
    triples = full.build_testset()
    new = set(full.user_ids[::10])
    order = np.random.RandomState(0).permutation(len(triples))
    old = [triples[k] for k in order if triples[k][0] not in new]
    model = copy.copy(MODELS[name]).fit(trainset_of(*old))
    held = [triples[k] for k in order if triples[k][0] in new]
    held = [each for each in held if each[1] in model.trainset.item_ids]
    shown, asked = held[::2], held[1::2]
    folded = accuracy.rmse(model.fold_in(shown).test(asked), verbose=False)
    assert folded < accuracy.rmse(model.test(asked), verbose=False) - 0.03


def test_many_at_once_are_as_one_by_one(model, trainset):
    users = trainset.user_ids[:20]
    ratings = [each for user in users for each in ratings_of(trainset, user, user)]
    together = model.fold_in(ratings)
    for place, user in enumerate(users):
        alone = model.fold_in([each for each in ratings if each[0] == user])
        assert alone.bu[0] == together.bu[place]
        assert alone.predict(user, "3").est == together.predict(user, "3").est


def test_threads_do_not_change_a_bit(model, trainset):
    ratings = [each for user in trainset.user_ids for each in ratings_of(trainset, user, user)]
    results = []
    for n_threads in (1, 2, 3, 7):
        model.n_threads = n_threads
        results.append(model.fold_in(ratings)._factors())
    for result in results[1:]:
        assert all(
            a.tobytes() == b.tobytes() for a, b in zip(result[:4], results[0][:4], strict=True)
        )


def test_ratings_may_be_of_any_kind(trainset, other_trainset):
    model = ALS(3, 2, random_state=0).fit(trainset)
    triples = [each for each in other_trainset.build_testset() if each[1] in trainset.item_ids]
    expected = model.fold_in(triples)
    part = trainset_of(*triples)
    for ratings in (part, iter(triples), part.to_ratings().take(np.arange(len(triples)))):
        assert model.fold_in(ratings).pu.tobytes() == expected.pu.tobytes()


# Items


@pytest.mark.parametrize("name", ["ALS", "ALS unbiased", "SVD of five rates", "BaselineOnly"])
def test_new_items_are_users_with_the_roles_exchanged(name, trainset):
    model = copy.copy(MODELS[name]).fit(trainset)
    ratings = [("4", "new", 5.0), ("8", "new", 4.0), ("8", "newer", 1.0)]
    folded = model.fold_in(ratings, side="item")
    regs = {"SVD of five rates": (0.4, 0.2, True), "BaselineOnly": (10, 10, False)}
    reg, reg_bias, by_count = regs.get(name, (0.08, 0.08, True))
    factors = model._factors()
    how = {"mean": factors.global_mean, "biased": factors.biased, "by_count": by_count}
    expected = reference_als.solve_side(
        folded.trainset.by_item, factors.pu, factors.bu, reg=reg, reg_bias=reg_bias, **how
    )
    np.testing.assert_allclose(folded._factors().qi, expected[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(folded.bi, expected[1], rtol=0, atol=1e-9)
    item_ids, _ = folded.recommend(["4", trainset.user_ids[0]], n=3)
    assert set(item_ids[0]) == {"newer", None}  # "4" has rated the other one
    assert set(item_ids[1]) == {"new", "newer", None}
    with pytest.raises(ValueError, match="this model has new items alone"):
        folded.explain("4", "new")
    with pytest.raises(ValueError, match=r"ratings\[1\] has the user 'nobody', which the model"):
        model.fold_in([("4", "new", 5.0), ("nobody", "new", 5.0)], side="item")


def test_new_items_of_svdpp_are_refused(trainset):
    model = copy.copy(MODELS["SVDpp"]).fit(trainset)
    with pytest.raises(ValueError, match="side must be 'user' for SVDpp"):
        model.fold_in([("4", "new", 5.0)], side="item")


def test_non_negative_factors_are_no_ridge_regression(trainset):
    assert "folds_in" not in NMF.abilities
    with pytest.raises(TypeError, match="NMF does not have the ability 'folds_in'"):
        NMF(n_epochs=1).fit(trainset).fold_in(NEWCOMERS)


# Explanations


def test_contributions_add_up_to_the_estimate(model, trainset):
    for user in trainset.user_ids[:10]:
        for n in (1, 10, None):
            _, contributions = model.explain(user, trainset.item_ids[17], n=n)
            estimate = model.predict(user, trainset.item_ids[17], clip=False).est
            assert contributions.sum() == pytest.approx(estimate, abs=1e-8)


def test_contributions_of_ratings_are_those_of_the_folded_user(model, trainset):
    for user in trainset.user_ids[:10]:
        folded = model.fold_in(ratings_of(trainset, user, user))
        for place in (0, 17, 80):
            explanation = model.explain(user, trainset.item_ids[place], n=None)
            item_ids, contributions, others = split_terms(explanation)
            rated = [
                trainset.item_ids[i] for i in trainset.by_user.row(trainset.to_inner_uid(user))[0]
            ]
            assert sorted(item_ids) == sorted(rated)
            assert np.all(np.diff(contributions) <= 0)
            offset = trainset.global_mean + model.bi[place] if model.biased else 0.0
            named = others.get("(mean)", 0) + others.get("(item bias)", 0)
            assert named == pytest.approx(offset, abs=1e-8)
            estimate = folded.predict(user, trainset.item_ids[place], clip=False).est
            tolerance = 1e-9 if model._factors().qi.dtype == np.float64 else 1e-4
            assert offset + contributions.sum() == pytest.approx(estimate, abs=tolerance)


def test_explain_lists_the_largest(model, trainset):
    user, item = trainset.user_ids[0], trainset.item_ids[9]
    item_ids, contributions, others = split_terms(model.explain(user, item))
    all_ids, all_contributions, _ = split_terms(model.explain(user, item, n=None))
    n = min(10, len(all_ids))
    assert item_ids.tolist() == all_ids[:n].tolist()
    assert contributions.tolist() == all_contributions[:n].tolist()
    rest = all_contributions[n:].sum()
    assert others.get("(other ratings)", 0) == pytest.approx(rest, abs=1e-8)


def test_newcomers_are_explained(model):
    names, contributions = model.fold_in(NEWCOMERS).explain("me", "20")
    item_ids, _, _ = split_terms((names, contributions))
    assert sorted(item_ids) == ["3", "3", "9"]
    assert np.isfinite(contributions).all()


def test_a_taste_that_a_person_can_see_is_explained():
    """Two kinds of items; whoever likes one kind dislikes the other."""
    ratings = [
        (f"user {u}", f"{kind} {i}", 5.0 if (kind == "loud") == (u % 2 == 0) else 1.0)
        for u in range(20)
        for kind in ("loud", "quiet")
        for i in range(6)
        if (u, i) != (0, 5)
    ]
    model = ALS(2, 20, 0.01, random_state=0).fit(trainset_of(*ratings))
    _, contributions, _ = split_terms(model.explain("user 0", "loud 5", n=None))
    assert all(each > 0 for each in contributions)  # to like no quiet ones speaks for it, too
    folded = model.fold_in([("x", "loud 0", 5.0), ("x", "loud 1", 5.0), ("x", "quiet 3", 1.0)])
    assert folded.predict("x", "loud 5").est > 4
    assert folded.predict("x", "quiet 5").est < 2


# Bad input


@pytest.mark.parametrize(
    ("ratings", "error", "message"),
    [
        ([], ValueError, "ratings is empty"),
        (3, TypeError, "ratings must be a Dataset, a Trainset, a frame or a list"),
        ([("me", "3", 5.0), ("me", 3, 5.0)], ValueError, r"ratings\[1\] has the item 3, which"),
        ([("me", "3")], TypeError, r"ratings\[0\] must be \(user id, item id, rating\), got"),
        (["me"], TypeError, r"ratings\[0\] must be \(user id, item id, rating\), got 'me'"),
        ([("me", "3", float("nan"))], ValueError, "must be a finite number"),
        ([("me", "3", 10**400)], ValueError, "a rating must be a finite number: int too large"),
        ([("me", "3", "five")], ValueError, "could not convert"),
        ([([], "3", 5.0)], TypeError, "unhashable"),
    ],
)
def test_wrong_ratings_are_refused(model, ratings, error, message):
    with pytest.raises(error, match=message):
        model.fold_in(ratings)


def test_other_wrong_arguments_are_refused(model):
    with pytest.raises(ValueError, match="side must be one of 'user', 'item', got 'users'"):
        model.fold_in(NEWCOMERS, side="users")
    with pytest.raises(ValueError, match="User nobody is not part of the trainset"):
        model.explain("nobody", "3")
    with pytest.raises(ValueError, match="Item nothing is not part of the trainset"):
        model.explain("3", "nothing")
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        model.explain("3", "3", n=0)


def test_newcomers_are_not_trained_on(trainset):
    for model in (ALS(3, 2, random_state=0), SVD(3, 2, random_state=0)):
        folded = model.fit(trainset).fold_in(NEWCOMERS)
        with pytest.raises(ValueError, match="a model that fold_in returned holds the new"):
            folded.partial_fit([("they", "3", 2.0)])


def test_before_fit_it_is_an_error():
    for call in (lambda: ALS().fold_in(NEWCOMERS), lambda: ALS().explain("me", "3")):
        with pytest.raises(ValueError, match="this ALS is not fitted"):
            call()


def test_items_without_ratings_stay_unknown():
    ur, ir = {0: [(0, 4.0)]}, {0: [(0, 4.0)]}
    trainset = Trainset(ur, ir, 1, 2, 1, (1, 5), {"u": 0}, {"i": 0, "unrated": 1})
    model = ALS(2, 2, random_state=0).fit(trainset)
    with pytest.raises(ValueError, match=r"ratings\[0\] has the item 'unrated'"):
        model.fold_in([("me", "unrated", 3.0)])
