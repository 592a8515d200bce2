"""Files, pickles and dumps of the version before format version 2 load and predict the same.

They lie in tests/data/version_1; make.py there wrote them. What they predict was computed at each
level of the CPU, because levels round dot products differently.
"""

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

import astonish
from astonish import AlgoBase, Dataset, Prediction, Trainset, make_ratings
from astonish.collab import CollabDataLoaders, collab_learner, load_learner
from astonish.models import ALGORITHMS
from astonish.support.public import full_name

from ..helpers import arrays_of

FOLDER = Path(__file__).parents[3] / "data" / "version_1"
MODELS = [*ALGORITHMS, "ImplicitALS"]
IDS = {
    "str": ["ann", "é", "", "日本", "\n\"'\\"],
    "int": [0, 7, -(2**63), 2**63 - 1, 10**30],
    "float": [0.5, -2.25, 1e300, 0.1],
    "bool": [True, False],
    "tuple": [("a", 1), ("a", (None, 2.5)), (), ("é", True)],
    "mixed": ["7", 7, 7.5, None, (7,)],
}
FILES = [*MODELS, "folded_in", "export", "export_nn", *(f"ids_{kind}" for kind in IDS)]


def levels():
    return {path.stem.removeprefix("expected_"): path for path in FOLDER.glob("expected_*.npz")}


def level_in_use():
    return astonish._core.cpu_level


def pairs_of(model):
    """The pairs that make.py predicts."""
    ids = model.trainset.user_ids, model.trainset.item_ids
    users, items = ([*side[:11], "nobody"] for side in ids)
    return [(user, item) for user in users for item in items][:: 1 if len(users) < 9 else 2]


def estimates_of(model):
    np.random.seed(0)  # for NormalPredictor, which draws
    return np.array([model.predict(*pair).est for pair in pairs_of(model)])


def assert_predicts_the_same(model, name):
    estimates = estimates_of(model)
    if level_in_use() in levels():
        np.testing.assert_array_equal(estimates, np.load(levels()[level_in_use()])[name])
    for path in levels().values():
        np.testing.assert_allclose(estimates, np.load(path)[name], rtol=1e-6)


@pytest.fixture(scope="module")
def trainset():
    return make_ratings(30, 20, 300, seed=1).build_full_trainset()


def assert_same_trainset(actual, expected):
    assert type(actual) is Trainset
    assert list(actual.all_ratings()) == list(expected.all_ratings())
    assert actual.user_ids == expected.user_ids
    assert actual.item_ids == expected.item_ids
    assert dict(actual.ir) == dict(expected.ir)


@pytest.mark.parametrize("name", FILES)
def test_a_saved_model_predicts_the_same(name):
    assert_predicts_the_same(astonish.load(FOLDER / f"{name}.npz"), name)


@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_is_of_the_class_of_today(name, trainset):
    model = astonish.load(FOLDER / f"{name}.npz")
    assert full_name(type(model)) == f"astonish.{name}"
    assert_same_trainset(model.trainset, trainset)


@pytest.mark.parametrize("name", MODELS)
def test_the_arrays_of_a_saved_model_are_those_of_its_file(name):
    stored = [array.tobytes() for array in arrays_of(FOLDER / f"{name}.npz").values()]
    arrays = [
        value
        for value in vars(astonish.load(FOLDER / f"{name}.npz")).values()
        if isinstance(value, np.ndarray)
    ]
    assert all(array.tobytes(order="A") in stored for array in arrays)


@pytest.mark.parametrize("name", MODELS)
def test_a_pickled_model_predicts_the_same(name, trainset):
    model = pickle.loads((FOLDER / f"{name}.pickle").read_bytes())
    assert_predicts_the_same(model, name)
    assert_same_trainset(model.trainset, trainset)


def test_the_base_class_itself(trainset):
    unpickled = pickle.loads((FOLDER / "base.pickle").read_bytes())
    for model in (astonish.load(FOLDER / "base.npz"), unpickled):
        assert type(model) is AlgoBase
        assert_same_trainset(model.trainset, trainset)


@pytest.mark.parametrize("name", FILES)
def test_an_old_model_may_be_saved_anew(name, tmp_path):
    old = astonish.load(FOLDER / f"{name}.npz")
    old.save(tmp_path / "model.npz")
    new = astonish.load(tmp_path / "model.npz")
    assert vars(new).keys() == vars(old).keys()
    assert_predicts_the_same(new, name)


@pytest.mark.parametrize("name", ["SVD", "KNNBasic"])
def test_a_dump_predicts_the_same(name, trainset):
    predictions, model = astonish.dump.load(FOLDER / f"{name}.dump")
    assert {type(prediction) for prediction in predictions} == {Prediction}
    assert predictions == model.test(trainset.build_testset()[:40])
    assert_predicts_the_same(model, name)


def test_a_dump_of_a_training_set(trainset):
    assert_same_trainset(astonish.dump.load(FOLDER / "plain.dump")[1], trainset)


def test_pickles_of_data_and_predictions(trainset):
    def unpickled(name):
        return pickle.loads((FOLDER / f"{name}.pickle").read_bytes())

    assert_same_trainset(unpickled("trainset"), trainset)
    assert isinstance(unpickled("dataset"), Dataset)
    assert_same_trainset(unpickled("dataset").build_full_trainset(), trainset)
    model = astonish.load(FOLDER / "KNNBasic.npz")
    assert unpickled("predictions") == model.test(trainset.build_testset()[:40])


@pytest.mark.parametrize("kind", IDS)
def test_raw_ids_come_back_as_they_were(kind):
    trainset = astonish.load(FOLDER / f"ids_{kind}.npz").trainset
    for ids in (trainset.user_ids, trainset.item_ids):
        assert ids == IDS[kind]
        assert list(map(type, ids)) == list(map(type, IDS[kind]))


@pytest.mark.parametrize("with_adam", [True, False])
def test_the_parameters_of_a_learner_are_read(with_adam, tmp_path):
    name = "learner" if with_adam else "learner_without_adam"
    (tmp_path / "models").mkdir()
    shutil.copy(FOLDER / f"{name}.npz", tmp_path / "models")
    dls = CollabDataLoaders.from_dataset(
        make_ratings(30, 20, 300, seed=1), seed=1, bs=32, path=tmp_path
    )
    learn = collab_learner(dls, n_factors=3, y_range=(0, 5.5), seed=0, verbose=False)
    learn.load(name, with_opt=with_adam)
    np.testing.assert_array_equal(
        estimates_of(learn.model), estimates_of(astonish.load(FOLDER / "export.npz"))
    )
    assert (learn._session.optimizer.state is not None) == with_adam


@pytest.mark.parametrize("name", ["export", "export_nn"])
def test_an_exported_learner_predicts_the_same(name):
    learn = load_learner(FOLDER / f"{name}.npz")
    assert_predicts_the_same(learn.model, name)
    assert list(learn.dls.classes) == ["user", "item"]
