"""Models to look into, and matplotlib without a display."""

import pytest

from astonish import ALS, NMF, SVD, DotBias, ImplicitALS, SVDpp, make_ratings

MODELS = {
    "SVD": SVD(n_factors=7, n_epochs=5, random_state=0),
    "SVD parallel": SVD(n_factors=7, n_epochs=5, random_state=0, solver="parallel"),
    "SVDpp": SVDpp(n_factors=5, n_epochs=2, random_state=0),
    "NMF": NMF(n_factors=5, n_epochs=5, random_state=0),
    "ALS": ALS(n_factors=7, random_state=0),
    "ImplicitALS": ImplicitALS(n_factors=7, random_state=0),
    "DotBias": DotBias(n_factors=7, random_state=0),
}


@pytest.fixture
def textalloc():
    return pytest.importorskip("textalloc")


@pytest.fixture(scope="session")
def data():
    """4,000 ratings of 150 items by 200 users; the ids are "1", "2", ..."""
    return make_ratings(200, 150, 4000, seed=1)


@pytest.fixture(scope="session")
def trainset(data):
    return data.build_full_trainset()


@pytest.fixture(scope="session")
def models(trainset):
    return {name: model.fit(trainset) for name, model in MODELS.items()}


@pytest.fixture(params=MODELS)
def model(request, models):
    """A fitted model with factors that nobody may change."""
    return models[request.param]


@pytest.fixture
def svd(models):
    return models["SVD"]
