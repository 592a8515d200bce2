"""Boosts, candidates of each user's own and unknown users against a NumPy brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import SVD, ImplicitALS

from .. import reference
from ..helpers import trainset_of


@pytest.fixture(scope="module")
def model(trainset):
    return SVD(n_factors=5, random_state=0).fit(trainset)


def brute_force(model, n, exclude_seen, own=None, unwanted=(), boosts=None):
    """Raw item ids and scores of all users, by a full sort."""
    trainset = model.trainset
    scores = reference.estimates(model)
    for item, boost in (boosts or {}).items():
        scores[:, trainset.to_inner_iid(item)] += boost
    ids, lists = [*trainset.item_ids, None], []
    for user in trainset.all_users():
        out = set(map(trainset.to_inner_iid, unwanted))
        if exclude_seen:
            out |= {item for item, _ in trainset.ur[user]}
        if own is not None:
            mine = own.get(trainset.to_raw_uid(user), ())
            out |= set(trainset.all_items()) - set(map(trainset.to_inner_iid, mine))
        places = reference.ranking(scores[user], n, out)
        best = [scores[user, place] if place >= 0 else np.nan for place in places]
        lists.append(([ids[place] for place in places], best))
    return [row for row, _ in lists], np.array([best for _, best in lists])


def assert_lists(found, expected):
    assert found[0].tolist() == expected[0]
    np.testing.assert_allclose(found[1], expected[1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("exclude_seen", [True, False])
@pytest.mark.parametrize("biased", [True, False])
def test_boosts_are_added(trainset, exclude_seen, biased):
    model = SVD(n_factors=5, biased=biased, random_state=0).fit(trainset)
    boosts = {"3": 0.7, "9": -2, "20": np.float32(0.25), "77": 0}
    found = model.recommend(trainset.user_ids, 12, exclude_seen, boosts=boosts)
    assert_lists(found, brute_force(model, 12, exclude_seen, boosts=boosts))


def test_boosts_of_a_float32_model_lose_nothing(trainset):
    model = SVD(n_factors=5, random_state=0).fit(trainset)
    for name in ("pu", "qi", "bu", "bi"):
        setattr(model, name, getattr(model, name).astype(np.float32))
    boosts = dict.fromkeys(trainset.item_ids, 1e6)
    plain, _ = model.recommend(trainset.user_ids, 20)
    boosted, scores = model.recommend(trainset.user_ids, 20, boosts=boosts)
    assert (plain == boosted).mean() > 0.99  # estimates that differ by less than 1e-7 may swap
    assert (np.diff(scores) <= 0).all()


@pytest.mark.parametrize("exclude_seen", [True, False])
def test_candidates_of_each_users_own(model, trainset, exclude_seen):
    rng = np.random.RandomState(0)
    own = {
        user: rng.choice(trainset.item_ids, size).tolist()
        for user, size in zip(trainset.user_ids[:150], rng.randint(0, 60, 150), strict=True)
    }
    unwanted, boosts = trainset.item_ids[:40], {trainset.item_ids[70]: 3.0}
    found = model.recommend(trainset.user_ids, 8, exclude_seen, own, unwanted, boosts)
    assert_lists(found, brute_force(model, 8, exclude_seen, own, unwanted, boosts))


def test_own_candidates_and_shared_ones_give_the_same_bits(model, trainset):
    shared = trainset.item_ids[10:90]
    own = dict.fromkeys(trainset.user_ids, shared)
    of_search = model.recommend(trainset.user_ids, 15, candidates=shared)
    of_lists = model.recommend(trainset.user_ids, 15, candidates=own)
    np.testing.assert_array_equal(of_lists[0], of_search[0])
    np.testing.assert_array_equal(of_lists[1], of_search[1])


def test_a_user_without_a_list_has_no_candidates(model):
    item_ids, scores = model.recommend(["1", "2"], n=2, candidates={"1": ["3"], "2": []})
    assert item_ids[1].tolist() == [None, None]
    assert model.recommend(["2"], n=1, candidates={})[0].tolist() == [[None]]
    assert np.isnan(scores[1]).all()


@settings(max_examples=40)
@given(data=st.data(), n=st.integers(1, 6), exclude_seen=st.booleans())
def test_everything_at_once(data, n, exclude_seen):
    ids = st.integers(0, 6)
    ratings = data.draw(st.lists(st.tuples(ids, ids, st.just(3.0)), min_size=1, max_size=20))
    trainset = trainset_of(*ratings)
    model = SVD(n_factors=2, n_epochs=0).fit(trainset)
    rng = np.random.RandomState(data.draw(st.integers(0, 1000)))
    for name in ("pu", "qi", "bi"):
        setattr(model, name, rng.randint(-1, 2, getattr(model, name).shape).astype(float))
    items = st.lists(st.sampled_from(trainset.item_ids))
    own = data.draw(st.none() | st.dictionaries(st.sampled_from(trainset.user_ids), items))
    boosts = data.draw(st.dictionaries(st.sampled_from(trainset.item_ids), st.integers(-2, 2)))
    unwanted = data.draw(items)
    found = model.recommend(trainset.user_ids, n, exclude_seen, own, unwanted, boosts)
    assert_lists(found, brute_force(model, n, exclude_seen, own, unwanted, boosts))


@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_the_number_of_threads_changes_nothing(model, trainset, n_threads):
    other = SVD(n_factors=5, random_state=0, n_threads=n_threads).fit(trainset)
    boosts = {"3": 0.5}
    for candidates in (None, dict.fromkeys(trainset.user_ids, trainset.item_ids[:50])):
        one = model.recommend(trainset.user_ids, 7, candidates=candidates, boosts=boosts)
        many = other.recommend(trainset.user_ids, 7, candidates=candidates, boosts=boosts)
        np.testing.assert_array_equal(one[0], many[0])
        np.testing.assert_array_equal(one[1], many[1])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": 2**64}, ValueError, "n must be at most 2147483647"),
        ({"index": "hnsw"}, TypeError, "index must be what build_index made, got 'hnsw'"),
        ({"boosts": [1.0]}, TypeError, r"boosts must be a dict .* got \[1.0\]"),
        ({"boosts": {"zz": 1.0}}, ValueError, r"boosts\[0\] is 'zz', which is not part"),
        ({"boosts": {"2": np.nan}}, ValueError, r"boosts\['2'\] must be a finite number"),
        ({"boosts": {"2": "much"}}, TypeError, r"boosts\['2'\] must be a number"),
        ({"candidates": {"zz": ["2"]}}, ValueError, r"candidates\[0\] is 'zz'"),
        ({"candidates": {"1": ["zz"]}}, ValueError, r"candidates\['1'\]\[0\] is 'zz'"),
        ({"candidates": {"1": "2"}}, TypeError, r"candidates\['1'\] must be a sequence"),
    ],
)
def test_bad_input_is_named(model, arguments, error, message):
    with pytest.raises(error, match=message):
        model.recommend(["1"], **arguments)


class MostRated(SVD):
    """Shows whoever it does not know the items in the order of their inner ids."""

    _ranks_cold_users = True

    def _has_scores(self, users):
        return super()._has_scores(users) & (users != self.trainset.to_inner_uid("2"))

    def _cold_scores(self):
        return -np.arange(self.trainset.n_items, dtype=float)


def test_users_without_scores_get_what_the_model_says(trainset):
    model = MostRated(n_factors=3, random_state=0).fit(trainset)
    item_ids, scores = model.recommend(["1", "2", "3"], n=4, exclude_seen=False)
    assert item_ids[1].tolist() == trainset.item_ids[:4]
    assert scores[1].tolist() == [0, -1, -2, -3]
    plain = SVD(n_factors=3, random_state=0).fit(trainset)
    expected = plain.recommend(["1", "3"], n=4, exclude_seen=False)
    assert item_ids[[0, 2]].tolist() == expected[0].tolist()
    own = {"2": trainset.item_ids[5:7]}
    boosts = {trainset.item_ids[6]: 1.5}
    item_ids, scores = model.recommend(["2"], 3, False, own, boosts=boosts)
    assert item_ids.tolist() == [[trainset.item_ids[6], trainset.item_ids[5], None]]
    assert scores[0, :2].tolist() == [-4.5, -5]


def test_a_user_without_positive_interactions_gets_what_is_popular():
    trainset = trainset_of(("a", "x", 1.0), ("b", "x", 1.0), ("b", "y", 2.0), ("c", "z", 0.0))
    model = ImplicitALS(n_factors=2, n_epochs=2, random_state=0).fit(trainset)
    model.pu[trainset.to_inner_uid("c")] = 0
    item_ids, scores = model.recommend(["c"], n=3, exclude_seen=False)
    assert item_ids.tolist() == [["x", "y", "z"]]
    np.testing.assert_allclose(scores, [[2 / 3, 1 / 3, 0]])


def test_ids_may_be_tuples():
    ratings = [(("u", u), ("i", i), float(1 + (u * i) % 5)) for u in range(4) for i in range(5)]
    model = SVD(n_factors=2, random_state=0).fit(trainset_of(*ratings))
    few, _ = model.recommend([("u", 1)], n=3, exclude_seen=False)
    many, _ = model.recommend([("u", u) for u in range(4)], n=7, exclude_seen=False)
    assert few[0].tolist() == many[1, :3].tolist()
    assert set(many[0, :5]) == {("i", i) for i in range(5)}
    assert many[0, 5:].tolist() == [None, None]
