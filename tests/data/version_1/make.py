"""Write the files of this folder, with astonish as it was before format version 2 (cfbcbfe).

python make.py                               # the files, with the old package
ASTONISH_CPU_LEVEL=v3 python make.py expect  # what that package predicts by them, at one level
"""

import os
import pickle
import sys
import tempfile
from pathlib import Path

import numpy as np

import astonish
from astonish import collab
from astonish.models import ALGORITHMS

HERE = Path(__file__).parent
SMALL = {
    "ALS": {"n_factors": 4, "n_epochs": 3, "random_state": 0},
    "DotBias": {"n_factors": 4, "n_epochs": 2, "random_state": 0},
    "EmbeddingNN": {"n_epochs": 2, "random_state": 0, "layers": [5, 3]},
    "ImplicitALS": {"n_factors": 4, "n_epochs": 3, "random_state": 0},
    "NMF": {"n_factors": 4, "n_epochs": 5, "random_state": 0},
    "SVD": {"n_factors": 4, "n_epochs": 5, "random_state": 0},
    "SVDpp": {"n_factors": 4, "n_epochs": 3, "random_state": 0},
    "CoClustering": {"random_state": 0},
}
SILENT = ("KNNBasic", "KNNWithMeans", "KNNWithZScore", "KNNBaseline", "BaselineOnly")
IDS = {
    "str": ["ann", "é", "", "日本", "\n\"'\\"],
    "int": [0, 7, -(2**63), 2**63 - 1, 10**30],
    "float": [0.5, -2.25, 1e300, 0.1],
    "bool": [True, False],
    "tuple": [("a", 1), ("a", (None, 2.5)), (), ("é", True)],
    "mixed": ["7", 7, 7.5, None, (7,)],
}


def models():
    """Every class of models, by name."""
    for name, cls in {**ALGORITHMS, "ImplicitALS": astonish.ImplicitALS}.items():
        options = SMALL.get(name, {"verbose": False} if name in SILENT else {})
        yield name, cls(**options)


def fitted_to(ids):
    """Return an SVD of ratings by and of the same ids."""
    dataset = astonish.Dataset(astonish.Reader(rating_scale=(1, 5)))
    rows = [
        (u, i, 1.0 + (3 * m + n) % 5, None) for m, u in enumerate(ids) for n, i in enumerate(ids)
    ]
    return astonish.SVD(n_factors=2, random_state=0).fit(dataset.construct_trainset(rows))


def write_learners(data):
    """Write a learner's parameters with and without the state of Adam, and an export."""
    with tempfile.TemporaryDirectory() as folder:
        dls = collab.CollabDataLoaders.from_dataset(data, seed=1, bs=32, path=folder)
        learn = collab.collab_learner(dls, n_factors=3, y_range=(0, 5.5), seed=0, verbose=False)
        learn.fit_one_cycle(2, 1e-2)
        learn.save(HERE / "learner")
        learn.save(HERE / "learner_without_adam", with_opt=False)
        learn.export(HERE / "export.npz")
        nn = collab.collab_learner(dls, use_nn=True, layers=[4], seed=0, verbose=False)
        nn.fit(1, 1e-2)
        nn.export(HERE / "export_nn.npz")


def write():
    """Write everything but what is expected."""
    data = astonish.make_ratings(30, 20, 300, seed=1)
    trainset = data.build_full_trainset()
    testset = trainset.build_testset()[:40]
    for name, model in models():
        model.fit(trainset).save(HERE / f"{name}.npz")
        (HERE / f"{name}.pickle").write_bytes(pickle.dumps(model))
        if name in ("SVD", "KNNBasic"):
            astonish.dump.dump(HERE / f"{name}.dump", model.test(testset), model)
        if name == "ALS":
            model.fold_in([("me", "1", 5.0), ("me", "2", 1.0)]).save(HERE / "folded_in.npz")
    base = astonish.AlgoBase().fit(trainset)
    base.save(HERE / "base.npz")
    (HERE / "base.pickle").write_bytes(pickle.dumps(base))
    for kind, ids in IDS.items():
        fitted_to(ids).save(HERE / f"ids_{kind}.npz")
    write_learners(data)
    for name, value in {
        "trainset": trainset,
        "dataset": data,
        "predictions": astonish.load(HERE / "KNNBasic.npz").test(testset),
    }.items():
        (HERE / f"{name}.pickle").write_bytes(pickle.dumps(value))
    with (HERE / "plain.dump").open("wb") as file:
        pickle.dump({"predictions": None, "algo": trainset}, file)


def estimates_of(path):
    """Return the estimates of a hundred pairs, some of them unknown."""
    model = astonish.load(path)
    np.random.seed(0)  # for NormalPredictor, which draws
    ids = model.trainset.user_ids, model.trainset.item_ids
    users, items = ([*side[:11], "nobody"] for side in ids)
    pairs = [(user, item) for user in users for item in items][:: 1 if len(users) < 9 else 2]
    return np.array([model.predict(*pair).est for pair in pairs])


def expect():
    """Write what the models of this folder predict at one level of the CPU."""
    level = os.environ["ASTONISH_CPU_LEVEL"]
    others = ("expected", "learner", "base")
    paths = sorted(path for path in HERE.glob("*.npz") if not path.stem.startswith(others))
    np.savez(HERE / f"expected_{level}.npz", **{path.stem: estimates_of(path) for path in paths})


if __name__ == "__main__":
    if sys.argv[1:] == ["expect"]:
        expect()
    else:
        write()
