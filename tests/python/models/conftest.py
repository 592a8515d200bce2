"""The models that the contract must hold for, and data to fit them to."""

import pytest

from astonish import (
    ALS,
    NMF,
    SVD,
    BaselineOnly,
    CoClustering,
    DotBias,
    EmbeddingNN,
    ImplicitALS,
    KNNBaseline,
    KNNBasic,
    KNNWithMeans,
    KNNWithZScore,
    SVDpp,
    make_ratings,
)
from astonish.models import ALGORITHMS

SVD_CASE = {"n_factors": 7, "n_epochs": 3, "random_state": 0}
PMF_CASE = {**SVD_CASE, "biased": False, "init_mean": 0.5}  # estimates within the scale

EMBEDDING_CASE = {**SVD_CASE, "batch_size": 32, "lr_max": 0.02}

NETWORK_CASE = {"layers": [8, 6], "emb_szs": [5, 4], "n_epochs": 3, "random_state": 0}

COSINE = {"name": "cosine", "min_support": 4}

# Constructor calls by name. A model of ALGORITHMS that is not named here is made with its defaults.
CASES = {
    "SVD": (SVD, SVD_CASE),
    "SVD unbiased": (SVD, PMF_CASE),
    "SVD bitwise": (SVD, {**SVD_CASE, "solver": "bitwise"}),
    "SVD parallel": (SVD, {**SVD_CASE, "solver": "parallel"}),
    "SVD parallel float64": (SVD, {**SVD_CASE, "solver": "parallel", "dtype": "float64"}),
    "SVD unbiased parallel": (SVD, {**PMF_CASE, "solver": "parallel"}),
    "SVD unbiased bitwise": (SVD, {**PMF_CASE, "solver": "bitwise"}),
    "KNNBasic": (KNNBasic, {"k": 7, "verbose": False}),
    "KNNBasic of items": (KNNBasic, {"sim_options": {"user_based": False}, "verbose": False}),
    "KNNBasic of few": (KNNBasic, {"k": 3, "sim_options": COSINE, "verbose": False}),
    "KNNWithMeans": (KNNWithMeans, {"sim_options": {"name": "pearson"}, "verbose": False}),
    "KNNWithZScore": (KNNWithZScore, {"sim_options": COSINE, "verbose": False}),
    "KNNBaseline": (KNNBaseline, {"sim_options": {"name": "pearson_baseline"}, "verbose": False}),
    "BaselineOnly": (BaselineOnly, {"verbose": False}),
    "BaselineOnly sgd": (BaselineOnly, {"bsl_options": {"method": "sgd"}, "verbose": False}),
    "CoClustering": (CoClustering, {"n_epochs": 3, "random_state": 0}),
    "SVDpp": (SVDpp, SVD_CASE),
    "SVDpp bitwise": (SVDpp, {**SVD_CASE, "solver": "bitwise"}),
    "ALS": (ALS, SVD_CASE),
    "ALS unbiased": (ALS, {**SVD_CASE, "biased": False}),
    "ALS float64": (ALS, {**SVD_CASE, "dtype": "float64", "reg_scaling": "none", "reg": 3}),
    "ImplicitALS": (ImplicitALS, SVD_CASE),
    "ImplicitALS cg": (ImplicitALS, {**SVD_CASE, "solver": "cg", "dtype": "float64"}),
    "ImplicitALS ials++": (ImplicitALS, {**SVD_CASE, "solver": "ials++", "block_size": 3}),
    "DotBias": (DotBias, EMBEDDING_CASE),
    "DotBias in large batches": (
        DotBias,
        {**EMBEDDING_CASE, "batch_size": 1000, "dtype": "float64"},
    ),
    "DotBias of sums": (DotBias, {**EMBEDDING_CASE, "y_range": None}),
    "DotBias unbiased": (DotBias, {**EMBEDDING_CASE, "biased": False, "sampling": "replacement"}),
    "EmbeddingNN": (EmbeddingNN, {**NETWORK_CASE, "ps": 0.1, "embed_p": 0.1}),
    "EmbeddingNN without norms": (
        EmbeddingNN,
        {**NETWORK_CASE, "use_bn": False, "y_range": None, "dtype": "float64"},
    ),
    "NMF": (NMF, SVD_CASE),
    "NMF biased": (NMF, {**SVD_CASE, "biased": True}),
}
CASES |= {name: (cls, {}) for name, cls in ALGORITHMS.items() if name not in CASES}


@pytest.fixture(scope="session")
def trainset():
    """4,000 ratings of 150 items by 200 users; the ids are "1", "2", ..."""
    return make_ratings(200, 150, 4000, seed=1).build_full_trainset()


@pytest.fixture(scope="session")
def other_trainset():
    """Ratings of another shape, with the same ids in another order."""
    return make_ratings(70, 90, 1500, seed=2).build_full_trainset()
