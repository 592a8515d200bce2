"""The approximate index beside the exact lists."""

import sys

import numpy as np
import pytest

from astonish import ALS, SVD, make_ratings


@pytest.fixture(scope="module")
def usearch():
    return pytest.importorskip("usearch.index", reason="usearch is not installed")


@pytest.fixture(scope="module")
def model():
    trainset = make_ratings(300, 2000, 20_000, seed=3).build_full_trainset()
    return SVD(n_factors=16, n_epochs=5, random_state=0).fit(trainset)


@pytest.fixture(scope="module")
def index(usearch, model):  # noqa: ARG001
    return model.build_index()


def share(found, exact):
    pairs = list(zip(found, exact, strict=True))
    return np.mean([len(set(a) & set(b)) / len(set(b)) for a, b in pairs])


def test_recall_is_high_and_reported(model, index):
    ids = model.trainset.user_ids
    exact, _ = model.recommend(ids, 10, exclude_seen=False)
    found, _ = model.recommend(ids, 10, exclude_seen=False, index=index)
    assert share(found, exact) > 0.9
    assert index.recall(10) == pytest.approx(share(found, exact), abs=0.02)


def test_products_without_biases(usearch, model):  # noqa: ARG001
    plain = SVD(n_factors=16, n_epochs=5, biased=False, random_state=0).fit(model.trainset)
    assert plain.build_index().recall(10) > 0.9


def test_seen_and_filtered_items_are_left_out(model, index):
    trainset = model.trainset
    unwanted = trainset.item_ids[:50]
    found, scores = model.recommend(trainset.user_ids, 10, filter_items=unwanted, index=index)
    exact, _ = model.recommend(trainset.user_ids, 10, filter_items=unwanted)
    assert share(found, exact) > 0.9
    for user, row in zip(trainset.all_users(), found.tolist(), strict=True):
        seen = {trainset.to_raw_iid(item) for item, _ in trainset.ur[user]}
        assert not {*seen, *unwanted} & set(row)
    assert (np.diff(scores) <= 0).all()


def test_scores_are_the_estimates(model, index):
    user = model.trainset.user_ids[0]
    (found,), (scores,) = model.recommend([user], 5, index=index)
    expected = [model.predict(user, item, clip=False).est for item in found]
    assert scores.tolist() == expected


def test_more_than_there_is_comes_padded(model, index):
    trainset = model.trainset
    found, scores = model.recommend(trainset.user_ids[:2], n=2500, index=index)
    for row, values in zip(found.tolist(), scores, strict=True):
        items = [item for item in row if item is not None]
        assert len(set(items)) == len(items) <= 2000
        assert row[len(items) :] == [None] * (2500 - len(items))
        assert np.isnan(values[len(items) :]).all()


def test_nobody(model, index):
    assert model.recommend([], n=3, index=index)[0].shape == (0, 3)


def test_what_an_index_cannot_do_is_refused(model, index):
    user = model.trainset.user_ids[:1]
    for arguments in ({"candidates": []}, {"boosts": {}}):
        with pytest.raises(ValueError, match="no candidates or boosts"):
            model.recommend(user, index=index, **arguments)
    other = SVD(n_factors=3, n_epochs=1, random_state=0).fit(model.trainset)
    with pytest.raises(ValueError, match="the index holds factors of shape"):
        other.recommend(user, index=index)
    with pytest.raises(ValueError, match="connectivity must be at least 2"):
        model.build_index(connectivity=1)
    other.qi[3, 1] = np.inf
    with pytest.raises(ValueError, match="finite factors"):
        other.build_index()


def test_without_usearch_the_extra_is_named(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch", None)
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(ImportError, match=r"pip install 'astonish\[ann\]'"):
        model.build_index()


@pytest.mark.usefixtures("usearch")
def test_an_index_of_another_model_is_refused(trainset):
    index = ALS(n_factors=4, random_state=0).fit(trainset).build_index()
    other = ALS(n_factors=4, random_state=1).fit(trainset)
    with pytest.raises(ValueError, match="the index holds other items than the model"):
        other.recommend(["1"], index=index)
