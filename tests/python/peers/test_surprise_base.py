"""Baselines, similarities and neighbours of AlgoBase equal scikit-surprise's."""

import numpy as np
import pytest

import astonish

surprise = pytest.importorskip("surprise", reason="scikit-surprise (extra 'peers') is the judge")

BASELINES = [
    {},
    {"method": "als", "n_epochs": 3, "reg_u": 7, "reg_i": 2.5},
    {"method": "sgd"},
    {"method": "sgd", "n_epochs": 4, "reg": 0.1, "learning_rate": 0.01},
]


@pytest.fixture(scope="module")
def trainsets():
    """The same ratings for both libraries: 150 users, half stars, some pairs rated twice."""
    data = astonish.make_ratings(150, 90, 4000, rating_scale=(0.5, 5), step=0.5, seed=5)
    raw = data.raw_ratings + data.raw_ratings[:50]
    twin = surprise.Dataset(surprise.Reader(rating_scale=(0.5, 5)))
    return data.construct_trainset(raw), twin.construct_trainset(raw)


@pytest.mark.parametrize("options", BASELINES)
def test_baselines_are_equal_to_the_last_bit(trainsets, options):
    ours = astonish.AlgoBase(bsl_options=options).fit(trainsets[0])
    theirs = surprise.AlgoBase(bsl_options=options).fit(trainsets[1])
    for our, their in zip(ours.compute_baselines(), theirs.compute_baselines(), strict=True):
        np.testing.assert_array_equal(our, their)


@pytest.mark.parametrize("name", ["cosine", "msd", "pearson", "pearson_baseline", "MSD"])
@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("min_support", [1, 5])
def test_similarities_are_equal(trainsets, name, user_based, min_support):
    options = {"name": name, "user_based": user_based, "min_support": min_support}
    ours = astonish.AlgoBase(sim_options=options).fit(trainsets[0]).compute_similarities()
    theirs = surprise.AlgoBase(sim_options=dict(options)).fit(trainsets[1]).compute_similarities()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_shrinkage_is_taken(trainsets):
    options = {"name": "pearson_baseline", "shrinkage": 0}
    ours = astonish.AlgoBase(sim_options=options).fit(trainsets[0]).compute_similarities()
    theirs = surprise.AlgoBase(sim_options=dict(options)).fit(trainsets[1]).compute_similarities()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_neighbors_are_equal(trainsets):
    found = []
    for library, trainset in zip((astonish, surprise), trainsets, strict=True):
        algo = library.AlgoBase(sim_options={"name": "msd"}).fit(trainset)
        algo.sim = np.round(algo.compute_similarities(), 2)  # many ties
        found.append([algo.get_neighbors(user, 7) for user in range(150)])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"bsl_options": {"method": "lsq"}}, ValueError),
        ({"sim_options": {"name": "jaccard"}}, NameError),
    ],
)
def test_unknown_methods_are_the_same_errors(trainsets, options, error):
    messages = []
    for library, trainset in zip((astonish, surprise), trainsets, strict=True):
        algo = library.AlgoBase(**options).fit(trainset)
        job = algo.compute_baselines if "bsl_options" in options else algo.compute_similarities
        with pytest.raises(error) as raised:
            job()
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
