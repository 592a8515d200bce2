"""Factors that were trained elsewhere."""

import numpy as np
import pytest

import astonish
from astonish import SVD, FactorModel, make_ratings


def two(x, y):
    return FactorModel.from_arrays([x], [y])


@pytest.mark.parametrize(
    ("x", "y", "product"),
    [
        ((0.2, 0.5), (1.2, 2.4), 1.44),
        ((1.15, 2.16), (-1.77, 1.88), 2.025),
        ((-1.53, 1.77), (-1.52, 1.35), 4.715),
    ],
)
def test_the_estimate_is_the_product(x, y, product):
    assert two(x, y).predict(0, 0).est == pytest.approx(product, abs=5e-4)


def test_distance_and_cosine():
    model = FactorModel.from_arrays([[1.0, 0.0]], [[-1.44, -2.32], [-2.64, -0.70]])
    assert model.similar_items([0], n=1)[1][0, 0] == pytest.approx(0.728, abs=5e-4)
    _, distances = model.similar_items([0], n=1, metric="euclidean")
    assert distances[0, 0] == pytest.approx(-2.016, abs=5e-4)
    _, products = model.similar_items([0], n=1, metric="dot")
    assert products[0, 0] == pytest.approx(1.44 * 2.64 + 2.32 * 0.70)


@pytest.fixture(scope="module")
def trained():
    return SVD(n_factors=5, n_epochs=4, random_state=0).fit(
        make_ratings(40, 90, 600, seed=3).build_full_trainset()
    )


def given(model, **options):
    trainset = model.trainset
    seen = {
        user: [trainset.item_ids[item] for item, _ in trainset.ur[code]]
        for code, user in enumerate(trainset.user_ids)
    }
    arrays = model.pu, model.qi, model.bu, model.bi, trainset.global_mean
    ids = trainset.user_ids, trainset.item_ids
    return FactorModel.from_arrays(*arrays, *ids, seen=seen, **options)


def test_they_rank_as_the_model_that_trained_them(trained):
    for ours, theirs in zip(given(trained).recommend(n=7), trained.recommend(n=7), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert given(trained).predict("1", "2").est == trained.predict("1", "2", clip=False).est


def test_bounds_change_estimates_and_not_their_order(trained):
    model = given(trained, y_range=(0.5, 5.5))
    items, scores = model.recommend(n=7)
    np.testing.assert_array_equal(items, trained.recommend(n=7)[0])
    assert 0.5 < scores.min() <= scores.max() < 5.5
    assert model.predict_many(trained.trainset.user_ids[:1], [items[0, 0]])[0] == scores[0, 0]
    with pytest.raises(TypeError, match="explain needs y_range=None"):
        model.explain("1", "2")


def test_they_are_explained_by_component(trained):
    model = given(trained)
    names, contributions = model.explain("1", "2", n=2)
    assert contributions.sum() == pytest.approx(model.predict("1", "2").est, abs=1e-9)
    assert all(name.startswith("factor ") for name in names[:2])
    assert {"(mean)", "(user bias)", "(item bias)", "(other ratings)"} >= set(names[2:])


def test_they_are_saved(trained, tmp_path):
    model = given(trained)
    model.save(tmp_path / "model.npz")
    loaded = astonish.load(tmp_path / "model.npz")
    assert type(loaded) is FactorModel
    np.testing.assert_array_equal(loaded.recommend(n=3)[0], model.recommend(n=3)[0])
    assert loaded.predict("1", "nothing").est == model.predict("1", "nothing").est


def test_there_is_nothing_to_fit(trained):
    with pytest.raises(TypeError, match="there is nothing to fit"):
        FactorModel().fit(trained.trainset)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([[1.0]], [[1.0, 2.0]]), ValueError, "same number of factors"),
        (([1.0], [[1.0]]), ValueError, "pu must have 2 dimensions"),
        (([[float("nan")]], [[1.0]]), ValueError, r"pu\[0, 0\] must be finite"),
        (([["x"]], [[1.0]]), TypeError, "pu must hold real numbers"),
        (([[1.0]], [[1.0]], [1.0, 2.0]), ValueError, "bu must have 1 entries, got 2"),
        (([[1.0]], [[1.0]], None, None, "3"), TypeError, "global_mean must be a number"),
        (([[1.0]], [[1.0]], None, None, 0, ["a", "b"]), ValueError, "user_ids must hold 1"),
        (([[1.0]], [[1.0]], None, None, 0, None, None, [1]), TypeError, "seen must be a dict"),
        (([[1.0]], [[1.0]], None, None, 0, None, None, {5: [0]}), ValueError, "user 5"),
        (([[1.0]], [[1.0]], None, None, 0, None, None, {0: [5]}), ValueError, "item 5"),
        (([[1.0]], [[1.0]], None, None, 0, None, None, None, (5, 1)), ValueError, "y_range"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        FactorModel.from_arrays(*arguments)


@pytest.mark.parametrize("cls", [SVD, astonish.NMF, astonish.ImplicitALS])
def test_a_class_that_trains_takes_no_given_factors(cls):
    with pytest.raises(TypeError, match=f"{cls.__name__} trains factors: use FactorModel"):
        cls.from_arrays([[1.0]], [[1.0]])


def test_distances_far_from_the_origin_are_exact():
    vectors = (10 + 0.1 * np.random.RandomState(0).standard_normal((300, 8))).astype(np.float32)
    model = FactorModel.from_arrays(vectors, vectors)
    items, similarities = model.similar_items(range(300), n=5, metric="euclidean")
    wide = vectors.astype(np.float64)
    distances = np.linalg.norm(wide[:, np.newaxis] - wide, axis=2)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(items, np.argsort(distances, axis=1, kind="stable")[:, :5])
    np.testing.assert_allclose(-similarities, np.sort(distances, axis=1)[:, :5], atol=1e-9)
