"""Lists and tables of the neighbour models: those of every single prediction, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astonish import KNNBasic
from astonish.models.neighbors import neighbor_model
from astonish.models.ranking import scores

from .. import reference
from ..helpers import assert_same_state, small_ratings, state_of, trainset_of
from .helpers import MEASURES, MODELS


def estimates_one_by_one(model):
    """What `predict` says of all pairs, NaN where that is impossible."""
    trainset = model.trainset
    table = np.full((trainset.n_users, trainset.n_items), np.nan)
    for u, user in enumerate(trainset.user_ids):
        for i, item in enumerate(trainset.item_ids):
            prediction = model.predict(user, item, clip=False)
            if not prediction.details["was_impossible"]:
                table[u, i] = prediction.est
    return table


def assert_lists_are_those_of_predict(model, n=4, exclude_seen=True):
    trainset = model.trainset
    table = estimates_one_by_one(model)
    item_ids, found = model.recommend(n=n, exclude_seen=exclude_seen)
    for user in trainset.all_users():
        seen = {item for item, _ in trainset.ur[user]} if exclude_seen else ()
        places = reference.ranking(table[user], n, seen)
        assert item_ids[user].tolist() == [trainset.item_ids[p] if p >= 0 else None for p in places]
        expected = [table[user, p] if p >= 0 else np.nan for p in places]
        np.testing.assert_array_equal(found[user], expected)
    return table


def options_of(name="msd", user_based=True):
    return {"name": name, "user_based": user_based}


@pytest.mark.parametrize("cls", MODELS)
@settings(max_examples=30)
@given(
    trainset=small_ratings,
    k=st.integers(0, 6),
    min_k=st.integers(0, 3),
    name=st.sampled_from(MEASURES),
    user_based=st.booleans(),
    exclude_seen=st.booleans(),
)
def test_few_ratings_in_any_order(cls, trainset, k, min_k, name, user_based, exclude_seen):
    """Also pairs that were rated twice, users with one rating, similarities of 0 and below."""
    model = cls(k, min_k, options_of(name, user_based), verbose=False).fit(trainset)
    assert_lists_are_those_of_predict(model, exclude_seen=exclude_seen)


def crowded(seed, n_users, n_items, n_ratings):
    """Ratings in no order, of few values, so that many similarities are equal; pairs repeat."""
    rng = np.random.RandomState(seed)
    popularity = np.arange(1, n_items + 1) / np.arange(1, n_items + 1).sum()
    return trainset_of(
        *zip(
            rng.randint(0, n_users, n_ratings).tolist(),
            rng.choice(n_items, n_ratings, p=popularity).tolist(),
            rng.choice([1.0, 3.0, 4.5], n_ratings).tolist(),
            strict=True,
        )
    )


@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("name", ["msd", "pearson"])
def test_ties_among_more_raters_than_count(cls, name, user_based):
    model = cls(k=5, sim_options=options_of(name, user_based), verbose=False)
    model.fit(crowded(3, 60, 25, 500))
    similarities = model.compute_similarities()[:, 0]
    assert len(np.unique(similarities)) < 0.9 * len(similarities)
    assert_lists_are_those_of_predict(model, n=10)


@pytest.mark.parametrize("user_based", [True, False])
def test_a_matrix_that_the_user_assigns(cls, user_based):
    """Not symmetric, with ties, negative similarities, NaN and nothing positive in one row."""
    model = cls(k=4, sim_options=options_of(user_based=user_based), verbose=False)
    model.fit(crowded(5, 30, 20, 250))
    rng = np.random.RandomState(0)
    model.sim = rng.choice([-0.5, 0.0, -0.0, 0.25, 0.25, 0.7, np.nan], (model.n_x, model.n_x))
    model.sim[3] = -1
    table = assert_lists_are_those_of_predict(model, n=20, exclude_seen=False)
    assert np.isnan(table).any() == (cls is KNNBasic)


@pytest.mark.parametrize("user_based", [True, False])
def test_threads_and_blocks_change_no_bit(cls, user_based, trainset, monkeypatch):
    def ask(n_threads):
        options = options_of(user_based=user_based)
        model = cls(sim_options=options, verbose=False, n_threads=n_threads).fit(trainset)
        return (*model.recommend(n=20), model.predict_table().estimates)

    expected = ask(1)
    for n_threads in (2, 3, 7):
        for found, wanted in zip(ask(n_threads), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)
    monkeypatch.setattr(neighbor_model, "_PAIRS_PER_CALL", 1000)
    monkeypatch.setattr(scores, "_SCORES_A_COPY", 1000)
    monkeypatch.setattr(cls, "_users_per_block", lambda _: 7)
    for found, wanted in zip(ask(2), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("user_based", [True, False])
def test_a_table_is_what_many_pairs_are(cls, user_based, trainset):
    """Also of unknown ids, and of ids that are asked for twice."""
    model = cls(sim_options=options_of(user_based=user_based), verbose=False).fit(trainset)
    users = ["3", "nobody", "1", "3", *trainset.user_ids[5:20]]
    items = ["nothing", "9", "9", *trainset.item_ids[30:60]]
    table, known = model.predict_table(users, items)
    pairs = [user for user in users for _ in items], items * len(users)
    np.testing.assert_array_equal(table.ravel(), model.predict_many(*pairs))
    impossible = [model.predict(*pair).details["was_impossible"] for pair in zip(*pairs)]  # noqa: B905
    assert known.ravel().tolist() == np.logical_not(impossible).tolist()
    assert model.predict_table([], items).estimates.shape == (0, len(items))
    assert model.predict_table(users, []).estimates.shape == (len(users), 0)
    assert model.predict_table(["nobody"], ["nothing"]).estimates.shape == (1, 1)


def test_a_block_of_items_compares_them_once(cls, trainset, monkeypatch):
    """However many users there are: similarities of items cost the same for one of them."""
    calls = []
    model = cls(sim_options=options_of(user_based=False), verbose=False).fit(trainset)
    ask = cls._estimate_table
    monkeypatch.setattr(cls, "_estimate_table", lambda *pairs: calls.append(1) or ask(*pairs))
    model.recommend()
    assert len(calls) == 1


def test_an_estimate_of_the_user_makes_the_lists(cls, trainset):
    class Turned(cls):
        def estimate(self, u, i):
            answer = super().estimate(u, i)
            return -answer[0] if isinstance(answer, tuple) else -answer

    some = trainset.user_ids[:2]
    turned = Turned(verbose=False).fit(trainset)
    plain = cls(verbose=False).fit(trainset).recommend(some, 200)
    assert turned.recommend(some, 200)[1][:, 0].tolist() == (-np.nanmin(plain[1], axis=1)).tolist()


def test_ctrl_c_between_two_blocks(cls, trainset, monkeypatch):
    model = cls(verbose=False).fit(trainset)
    expected, before = model.recommend(), state_of(model)

    def interrupted_blocks(*_):
        yield slice(0, 16)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(neighbor_model, "blocks", interrupted_blocks)
        with pytest.raises(KeyboardInterrupt):
            model.recommend()
    assert_same_state(model, before)
    for found, wanted in zip(model.recommend(), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
