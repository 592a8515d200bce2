"""Rankings by bias, and nearest items, against a full sort."""

import numpy as np
import pytest

from astonish import ALS, SVD, AlgoBase, BaselineOnly, KNNBaseline, KNNBasic, Trainset
from astonish.interpret import least_liked, most_liked, nearest_items, principal_components
from astonish.models.base.hooks import NotFittedError


@pytest.fixture
def biased(trainset):
    """Biases that everybody can sort, with ties."""
    model = BaselineOnly(verbose=False).fit(trainset)
    model.bi = np.round(np.sin(np.arange(150.0)), 1)
    return model


def by_bias(model, descending):
    pairs = zip(model.bi.tolist(), model.trainset.item_ids, strict=True)
    return sorted(pairs, key=lambda pair: -pair[0] if descending else pair[0])  # sorts are stable


@pytest.mark.parametrize("n", [1, 10, 150, 1000])
@pytest.mark.parametrize(("ranking", "descending"), [(most_liked, True), (least_liked, False)])
def test_bias_decides_and_inner_ids_break_ties(biased, ranking, descending, n):
    item_ids, biases = ranking(biased, n)
    expected = by_bias(biased, descending)[:n]
    assert list(zip(biases.tolist(), item_ids.tolist(), strict=True)) == expected
    assert (item_ids.dtype, biases.dtype) == (object, np.float64)


@pytest.mark.parametrize("name", ["SVD", "SVD parallel", "SVDpp", "ALS", "DotBias"])
def test_every_model_with_biases(models, name):
    item_ids, biases = most_liked(models[name], 3)
    best = np.argsort(-models[name].bi, kind="stable")[:3]
    assert item_ids.tolist() == [models[name].trainset.item_ids[item] for item in best]
    np.testing.assert_array_equal(biases, models[name].bi[best].astype(np.float64))


def test_a_model_of_neighbours_has_biases_too(trainset):
    model = KNNBaseline(verbose=False).fit(trainset)
    assert most_liked(model, 1)[1] == [model.bi.max()]


def test_seldom_rated_items_are_left_out(biased, trainset):
    item_ids, _ = most_liked(biased, 150, min_ratings=30)
    counts = {item: len(trainset.ir[trainset.to_inner_iid(item)]) for item in trainset.item_ids}
    often = [item for _, item in by_bias(biased, True) if counts[item] >= 30]
    assert 0 < len(often) < 150
    assert item_ids.tolist() == often
    assert most_liked(biased, min_ratings=10_000)[0].shape == (0,)


def test_items_without_ratings_are_left_out():
    trainset = Trainset(
        {0: [(0, 4.0)]}, {0: [(0, 4.0)]}, 1, 2, 1, (1, 5), {"u": 0}, {"rated": 0, "not": 1}
    )
    model = BaselineOnly(verbose=False).fit(trainset)
    assert most_liked(model)[0].tolist() == ["rated"]


def test_titles_take_the_place_of_ids_that_have_one(biased):
    first, second = most_liked(biased, 2)[0]
    assert most_liked(biased, 2, titles={first: "First"})[0].tolist() == ["First", second]


@pytest.mark.parametrize("min_ratings", [0, 30])
def test_nearest_items_are_those_of_largest_cosine(model, trainset, min_ratings):
    item_ids, similarities = nearest_items(model, trainset.item_ids[3], 20, min_ratings)
    factors = np.asarray(model.qi, np.float64)
    units = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    cosines = units @ units[3]
    allowed = np.diff(trainset.by_item.offsets) >= min_ratings
    allowed[3] = False
    expected = [item for item in np.argsort(-cosines, kind="stable") if allowed[item]][:20]
    assert item_ids.tolist() == [trainset.item_ids[item] for item in expected]
    np.testing.assert_allclose(similarities, cosines[expected], rtol=0, atol=1e-6)


def test_nearest_items_end_where_no_more_are_left(svd, trainset):
    item_ids, similarities = nearest_items(svd, "1", 1000)
    assert len(item_ids) == len(similarities) == trainset.n_items - 1
    assert nearest_items(svd, "1", min_ratings=10_000)[0].shape == (0,)


def test_nearest_items_have_titles(svd):
    (nearest,), _ = nearest_items(svd, "1", 1)
    assert nearest_items(svd, "1", 1, titles={nearest: "Nearest"})[0].tolist() == ["Nearest"]


def test_a_model_of_newcomers_ranks_the_items_it_shares(models):
    newcomers = models["ALS"].fold_in([("me", "1", 5.0)])
    for ours, theirs in zip(most_liked(newcomers), most_liked(models["ALS"]), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("ask", [most_liked, least_liked, lambda model: nearest_items(model, "1")])
def test_a_model_that_is_not_fitted_says_so(ask):
    with pytest.raises(NotFittedError, match="this SVD is not fitted"):
        ask(SVD())
    with pytest.raises(TypeError, match="model must be a model of astonish, got 7"):
        ask(7)


def test_a_model_without_biases_says_so(models, trainset):
    unbiased = ALS(n_factors=2, biased=False).fit(trainset)
    for model in (models["ImplicitALS"], models["NMF"], unbiased, KNNBasic(verbose=False)):
        with pytest.raises(TypeError, match=f"this {type(model).__name__} has no item biases"):
            most_liked(model.fit(trainset) if isinstance(model, KNNBasic) else model)


def test_a_model_without_factors_says_so(trainset, biased):
    flat = SVD(n_factors=0).fit(trainset)
    for model in (biased, flat, AlgoBase().fit(trainset)):
        with pytest.raises(TypeError, match=f"this {type(model).__name__} has no item factors"):
            nearest_items(model, "1")


def test_bad_input_is_named(svd):
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        most_liked(svd, 0)
    with pytest.raises(TypeError, match="n must be an integer, got "):
        least_liked(svd, 2.5)
    with pytest.raises(ValueError, match="min_ratings must be at least 0, got -1"):
        most_liked(svd, min_ratings=-1)
    with pytest.raises(TypeError, match="titles must be a dict, got 'abc'"):
        most_liked(svd, titles="abc")
    with pytest.raises(ValueError, match=r"item_ids\[0\] is 'zz', which is not part"):
        nearest_items(svd, "zz")
    with pytest.raises(ValueError, match="n must be at least 1"):
        nearest_items(svd, "1", 0)


class Popularity(AlgoBase):
    """A user's model: it has item biases and no factors."""

    def fit(self, trainset):
        super().fit(trainset)
        self.bi = np.diff(trainset.by_item.offsets).tolist()
        return self


def test_a_model_is_asked_for_what_it_has(trainset):
    item_ids, counts = most_liked(Popularity().fit(trainset), n=3)
    inner = [trainset.to_inner_iid(item_id) for item_id in item_ids]
    assert counts.tolist() == [len(trainset.ir[item]) for item in inner]
    assert counts[0] == max(map(len, trainset.ir.values()))
    with pytest.raises(TypeError, match="this Popularity has no user factors"):
        principal_components(Popularity().fit(trainset), side="user")
    with pytest.raises(TypeError, match="model must be a model of astonish, got <class"):
        most_liked(Popularity)
