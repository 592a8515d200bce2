"""Ranking by a factor model against a full sort of its estimates."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import SVD

from .. import reference
from ..helpers import trainset_of


@pytest.fixture(scope="module")
def model(trainset):
    return SVD(n_factors=5, random_state=0).fit(trainset)


def expected_lists(model, n, users, excluded):
    """Item ids by a full sort; `excluded` is a set of inner item ids for each inner user id."""
    scores = reference.estimates(model)
    ids = [*model.trainset.item_ids, None]
    places = (reference.ranking(scores[user], n, excluded[user]) for user in users)
    return [[ids[place] for place in row] for row in places]


def seen_items(trainset):
    return [{item for item, _ in trainset.ur[user]} for user in trainset.all_users()]


def ranked(*, scores, ratings=(("u", "a", 3.0), ("u", "b", 3.0), ("u", "c", 3.0)), biased=True):
    """A model whose estimates for items a, b, c (for every user) are 3 + `scores`."""
    model = SVD(n_factors=0, n_epochs=0, biased=biased).fit(trainset_of(*ratings))
    model.bi = np.array(scores, dtype=float)
    return model


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("n", [1, 10, 149])
def test_all_items(trainset, biased, n):
    model = SVD(n_factors=5, biased=biased, random_state=0).fit(trainset)
    item_ids, scores = model.recommend(trainset.user_ids, n=n, exclude_seen=False)
    nothing = [set()] * 200
    assert item_ids.tolist() == expected_lists(model, n, trainset.all_users(), nothing)
    best = -np.sort(-reference.estimates(model), axis=1)[:, :n]
    np.testing.assert_allclose(scores, best, rtol=0, atol=1e-12)


def test_seen_items_are_excluded(model, trainset):
    item_ids, _ = model.recommend(trainset.user_ids, n=30)
    seen = seen_items(trainset)
    assert item_ids.tolist() == expected_lists(model, 30, trainset.all_users(), seen)


def test_the_order_of_the_users_is_that_of_the_call(model, trainset):
    users = [7, 3, 7, 199]
    item_ids, _ = model.recommend([trainset.user_ids[user] for user in users])
    assert item_ids.tolist() == expected_lists(model, 10, users, seen_items(trainset))


@pytest.mark.parametrize("exclude_seen", [True, False])
@pytest.mark.parametrize("n_candidates", [1, 40])
def test_candidates(model, trainset, exclude_seen, n_candidates):
    candidates = set(range(n_candidates))
    others = set(trainset.all_items()) - candidates
    seen = seen_items(trainset) if exclude_seen else [set()] * 200
    item_ids, _ = model.recommend(
        trainset.user_ids,
        n=20,
        exclude_seen=exclude_seen,
        candidates=[trainset.item_ids[item] for item in reversed(range(n_candidates))],
    )
    excluded = [others | each for each in seen]
    assert item_ids.tolist() == expected_lists(model, 20, trainset.all_users(), excluded)


@pytest.mark.parametrize("exclude_seen", [True, False])
def test_filtered_items(model, trainset, exclude_seen):
    unwanted = set(range(0, 150, 2))
    seen = seen_items(trainset) if exclude_seen else [set()] * 200
    item_ids, _ = model.recommend(
        trainset.user_ids,
        n=20,
        exclude_seen=exclude_seen,
        filter_items=np.array(trainset.item_ids)[::2],
    )
    excluded = [unwanted | each for each in seen]
    assert item_ids.tolist() == expected_lists(model, 20, trainset.all_users(), excluded)


def test_candidates_without_the_filtered_ones(model, trainset):
    item_ids, _ = model.recommend(
        trainset.user_ids,
        n=20,
        candidates=trainset.item_ids[:60],
        filter_items=trainset.item_ids[30:],
    )
    excluded = [set(range(30, 150)) | each for each in seen_items(trainset)]
    assert item_ids.tolist() == expected_lists(model, 20, trainset.all_users(), excluded)


def test_a_repeated_candidate_is_listed_once(model):
    item_ids, _ = model.recommend(["1"], n=3, candidates=["2", "3", "2"], exclude_seen=False)
    assert sorted(item_ids[0, :2]) == ["2", "3"]
    assert item_ids[0, 2] is None


def test_too_few_items_are_padded():
    item_ids, scores = ranked(scores=[0.25, 1, 0.5]).recommend(["u"], n=5, exclude_seen=False)
    assert item_ids.tolist() == [["b", "c", "a", None, None]]
    assert item_ids.dtype == object
    np.testing.assert_array_equal(scores, [[4, 3.5, 3.25, np.nan, np.nan]])
    assert scores.dtype == np.float64


def test_a_user_who_saw_everything_gets_an_empty_list():
    item_ids, scores = ranked(scores=[0, 1, 2]).recommend(["u"], n=2)
    assert item_ids.tolist() == [[None, None]]
    assert np.isnan(scores).all()


def test_ties_are_ordered_by_inner_id():
    model = ranked(scores=[0, 1, 0])
    assert model.recommend(["u"], n=3, exclude_seen=False)[0].tolist() == [["b", "a", "c"]]
    assert model.recommend(["u"], n=2, exclude_seen=False)[0].tolist() == [["b", "a"]]


def test_estimates_that_rounding_makes_equal_are_ties():
    model = ranked(scores=[0, 1e-20, 0])  # 3 + 1e-20 is 3
    item_ids, scores = model.recommend(["u"], n=3, exclude_seen=False)
    assert item_ids.tolist() == [["a", "b", "c"]]
    assert scores.tolist() == [[3, 3, 3]]


def test_the_order_is_that_of_the_estimates_after_rounding():
    model = SVD(n_factors=1, n_epochs=0).fit(trainset_of(("u", "a", 1.0), ("u", "b", 1.0)))
    ulp = 2.0**-52  # of 1, the mean
    model.pu, model.qi = np.ones((1, 1)), np.array([[0.5 * ulp], [0.75 * ulp]])
    model.bi = np.array([0.5 * ulp, 0])
    # a: (1 + 0.5 ulp) + 0.5 ulp = 1 + 0.5 ulp = 1, though 0.5 + 0.5 is more than 0.75
    item_ids, scores = model.recommend(["u"], n=2, exclude_seen=False)
    assert item_ids.tolist() == [["b", "a"]]
    assert scores.tolist() == [[1 + ulp, 1]]


def test_unbiased_ignores_the_biases():
    item_ids, scores = ranked(scores=[0, 1, 2], biased=False).recommend(
        ["u"], n=1, exclude_seen=False
    )
    assert item_ids.tolist() == [["a"]]
    assert scores.tolist() == [[0]]


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_items_without_a_score_are_not_listed(bad):
    item_ids, scores = ranked(scores=[bad, 1, 0]).recommend(["u"], n=3, exclude_seen=False)
    assert item_ids.tolist() == [["b", "c", None]]
    np.testing.assert_array_equal(scores, [[4, 3, np.nan]])


def test_an_infinite_score_comes_first():
    item_ids, scores = ranked(scores=[0, np.inf, 5]).recommend(["u"], n=2, exclude_seen=False)
    assert item_ids.tolist() == [["b", "c"]]
    assert scores.tolist() == [[np.inf, 8]]


def test_scores_are_not_clipped():
    _, scores = ranked(scores=[-7, 9, 0]).recommend(["u"], n=3, exclude_seen=False)
    assert scores.tolist() == [[12, 3, -4]]


def test_ids_keep_their_type():
    ratings = [(1, ("x", 1), 3.0), (1, None, 3.0), (1, 2.5, 3.0)]
    model = ranked(scores=[0, 1, 2], ratings=ratings)
    item_ids, scores = model.recommend([1], n=3, exclude_seen=False)
    assert item_ids.tolist() == [[2.5, None, ("x", 1)]]
    assert scores.tolist() == [[5, 4, 3]]


def test_no_users(model):
    item_ids, scores = model.recommend([], n=4)
    assert item_ids.shape == scores.shape == (0, 4)


def test_no_candidates(model):
    item_ids, scores = model.recommend(["1", "2"], n=3, candidates=[])
    assert item_ids.tolist() == [[None] * 3] * 2
    assert np.isnan(scores).all()


def test_nothing_filtered(model, trainset):
    plain, _ = model.recommend(trainset.user_ids)
    filtered, _ = model.recommend(trainset.user_ids, filter_items=[])
    np.testing.assert_array_equal(filtered, plain)


def test_everything_filtered(model, trainset):
    item_ids, _ = model.recommend(["1"], filter_items=trainset.item_ids)
    assert item_ids.tolist() == [[None] * 10]


@pytest.mark.parametrize("name", ["user_ids", "candidates", "filter_items"])
def test_an_unknown_id_is_named(model, name):
    arguments = {"user_ids": ["1"], name: ["1", 2]}
    with pytest.raises(ValueError, match=rf"{name}\[1\] is 2, .*not part .*\(int; Dataset reads"):
        model.recommend(**arguments)


@pytest.mark.parametrize("name", ["user_ids", "candidates", "filter_items"])
@pytest.mark.parametrize("lone", ["1", b"1", 7])
def test_a_lone_id_is_refused(model, name, lone):
    arguments = {"user_ids": ["1"], name: lone}
    with pytest.raises(TypeError, match=f"{name} must be a sequence of ids, got {lone!r}"):
        model.recommend(**arguments)


@pytest.mark.parametrize(
    ("n", "error"), [(0, ValueError), (-3, ValueError), (2.0, TypeError), ("3", TypeError)]
)
def test_a_bad_list_length_is_refused(model, n, error):
    with pytest.raises(error, match=f"n must be .*got {n!r}"):
        model.recommend(["1"], n=n)


def test_more_users_than_one_call_of_the_core_takes(model, trainset, monkeypatch):
    expected = model.recommend(trainset.user_ids, n=5)
    monkeypatch.setattr("astonish.models.base.hooks._USERS_A_BLOCK", 7)
    for ours, theirs in zip(model.recommend(trainset.user_ids, n=5), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_numpy_arrays_and_generators_of_ids(model):
    expected = model.recommend(["1", "2"], candidates=["3", "4", "5"])[0].tolist()
    from_arrays = model.recommend(np.array(["1", "2"]), candidates=np.array(["3", "4", "5"]))
    assert from_arrays[0].tolist() == expected
    assert model.recommend(iter(["1", "2"]), candidates=iter("345"))[0].tolist() == expected


@settings(max_examples=50)
@given(data=st.data(), n=st.integers(1, 9), exclude_seen=st.booleans(), biased=st.booleans())
def test_recommend_is_a_full_sort_of_the_estimates(data, n, exclude_seen, biased):
    ids = st.integers(0, 7)
    ratings = data.draw(st.lists(st.tuples(ids, ids, st.just(3.0)), min_size=1, max_size=25))
    trainset = trainset_of(*ratings)
    model = SVD(n_factors=2, n_epochs=0, biased=biased).fit(trainset)
    # Small integers: every sum is exact, and many are equal.
    rng = np.random.RandomState(data.draw(st.integers(0, 1000)))
    model.pu = rng.randint(-1, 2, model.pu.shape)
    model.qi = rng.randint(-1, 2, model.qi.shape)
    model.bi = rng.randint(-1, 2, model.bi.shape)
    known = st.lists(st.sampled_from(trainset.item_ids))
    candidates, unwanted = data.draw(st.none() | known), data.draw(st.none() | known)

    item_ids, scores = model.recommend(
        trainset.user_ids, n, exclude_seen, candidates=candidates, filter_items=unwanted
    )
    shut_out = set(map(trainset.to_inner_iid, unwanted or []))
    if candidates is not None:
        shut_out |= set(trainset.all_items()) - set(map(trainset.to_inner_iid, candidates))
    seen = seen_items(trainset) if exclude_seen else [set()] * trainset.n_users
    excluded = [shut_out | each for each in seen]
    assert item_ids.tolist() == expected_lists(model, n, trainset.all_users(), excluded)
    matrix = reference.estimates(model)
    for user, (row_ids, row) in enumerate(zip(item_ids, scores, strict=True)):
        places = [trainset.to_inner_iid(each) for each in row_ids if each is not None]
        assert row[: len(places)].tolist() == matrix[user, places].tolist()
        assert np.isnan(row[len(places) :]).all()


def test_float32_factors_are_used_as_they_are(trainset):
    model = SVD(n_factors=7, n_epochs=3, random_state=0).fit(trainset)
    narrow = copy.copy(model)
    for name in ("pu", "qi", "bu", "bi"):
        setattr(narrow, name, getattr(model, name).astype(np.float32))
    assert narrow._factors().pu is narrow.pu
    users, items = trainset.user_ids[:30], trainset.item_ids[:30]
    np.testing.assert_allclose(
        narrow.predict_many(users, items), model.predict_many(users, items), rtol=1e-6
    )
    assert narrow.predict(users[0], items[0]).est == narrow.predict_many(users, items)[0]
    item_ids, scores = narrow.recommend(users, n=20)
    for user, row, row_scores in zip(users, item_ids, scores, strict=True):
        assert row_scores.tolist() == [narrow.predict(user, i, clip=False).est for i in row]
    np.testing.assert_allclose(scores, model.recommend(users, n=20)[1], rtol=1e-6)


def test_factors_of_two_dtypes_are_widened(trainset):
    model = SVD(n_factors=7, n_epochs=3, random_state=0).fit(trainset)
    model.pu = model.pu.astype(np.float32)
    assert {each.dtype for each in model._factors()[:4]} == {np.dtype(np.float64)}
