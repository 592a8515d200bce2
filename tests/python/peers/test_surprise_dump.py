"""Dump files go both ways between scikit-surprise and this package."""

import subprocess
import sys
from collections import defaultdict

import numpy as np
import pytest

import astonish
import astonish.surprise
from astonish import dump, make_ratings

surprise = pytest.importorskip("surprise", reason="scikit-surprise (extra 'peers') is the judge")

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file")  # scikit-surprise leaves them open

OPTIONS = {
    "NormalPredictor": [{}],
    "BaselineOnly": [{"verbose": False}],
    "KNNBasic": [{"verbose": False}, {"verbose": False, "sim_options": {"user_based": False}}],
    "KNNWithMeans": [{"verbose": False, "sim_options": {"name": "pearson"}}],
    "KNNWithZScore": [{"verbose": False, "sim_options": {"name": "cosine"}}],
    "KNNBaseline": [
        {"verbose": False, "sim_options": {"name": "pearson_baseline", "user_based": False}}
    ],
    "SVD": [{"random_state": 0}, {"random_state": 0, "biased": False, "n_factors": 4}],
    "SVDpp": [{"random_state": 0, "n_epochs": 2}],
    "NMF": [{"random_state": 0, "n_epochs": 9}, {"random_state": 0, "n_epochs": 3, "biased": True}],
    "SlopeOne": [{}],
    "CoClustering": [{"random_state": 0}],
}
CASES = [(name, options) for name, each in OPTIONS.items() for options in each]
RATINGS = make_ratings(30, 25, 300, seed=3).raw_ratings
PAIRS = [
    *((user, item, rating) for user, item, rating, _ in RATINGS[:60]),
    *((str(user), str(item), None) for user in range(1, 9) for item in range(1, 9)),
    ("1", "nowhere", 3.0),
    ("nobody", "1", 3.0),
    ("nobody", "nowhere", 3.0),
]


@pytest.fixture(autouse=True)
def same_numbers(monkeypatch):
    """Take no liberty with the numbers."""
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")


def test_every_algorithm_is_tried():
    algorithms = {
        name
        for name in surprise.__all__
        if isinstance(getattr(surprise, name), type)
        and issubclass(getattr(surprise, name), surprise.AlgoBase)
    }
    assert set(OPTIONS) == algorithms - {"AlgoBase"}


def fit(library, name, options):
    trainset = library.Dataset(library.Reader()).construct_trainset(RATINGS)
    return getattr(library, name)(**options).fit(trainset)


def predict(algo, seed=5):
    np.random.seed(seed)  # for NormalPredictor
    return [algo.predict(*pair) for pair in PAIRS]


def assert_same_predictions(ours, theirs):
    assert [tuple(each[:3]) for each in ours] == [tuple(each[:3]) for each in theirs]
    assert [each.details for each in ours] == [each.details for each in theirs]
    estimates = [[each.est for each in predictions] for predictions in (ours, theirs)]
    np.testing.assert_allclose(*estimates, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_what_surprise_dumped_predicts_here_what_it_predicted_there(name, options, tmp_path):
    theirs = fit(surprise, name, options)
    expected = predict(theirs)
    surprise.dump.dump(tmp_path / "dump", predictions=expected, algo=theirs)
    predictions, ours = dump.load(tmp_path / "dump")
    assert type(ours) is getattr(astonish.surprise, name)
    assert {type(each) for each in predictions} == {astonish.Prediction}
    assert_same_predictions(predictions, expected)
    assert_same_predictions(predict(ours), expected)
    np.random.seed(5)
    assert_same_predictions(ours.test(PAIRS), expected)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_what_is_dumped_here_predicts_the_same_with_surprise(name, options, tmp_path):
    ours = fit(astonish.surprise, name, options)
    expected = predict(ours)
    dump.dump(tmp_path / "dump", predictions=expected, algo=ours)
    predictions, theirs = surprise.dump.load(tmp_path / "dump")
    assert type(theirs) is getattr(surprise, name)
    assert {type(each) for each in predictions} == {surprise.Prediction}
    assert_same_predictions(predictions, expected)
    assert_same_predictions(predict(theirs), expected)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_dump_that_comes_back_is_what_it_was(name, options, tmp_path):
    theirs = fit(surprise, name, options)
    surprise.dump.dump(tmp_path / "there", algo=theirs)
    dump.dump(tmp_path / "back", algo=dump.load(tmp_path / "there")[1])
    again = surprise.dump.load(tmp_path / "back")[1]
    assert vars(theirs).keys() <= vars(again).keys()
    assert_same_predictions(predict(again), predict(theirs))


def test_a_training_set_is_surprise_s_own(tmp_path):
    trainset = fit(astonish, "SVD", {"n_epochs": 0}).trainset
    dump.dump(tmp_path / "dump", predictions=[trainset], algo=None)
    ((theirs,), _) = surprise.dump.load(tmp_path / "dump")
    expected = surprise.Dataset(surprise.Reader()).construct_trainset(RATINGS)
    assert type(theirs) is surprise.Trainset
    assert vars(theirs) == vars(expected) | {"_global_mean": expected.global_mean}
    assert type(theirs.ur) is defaultdict
    assert theirs.ur["nobody"] == []
    assert theirs.build_anti_testset() == trainset.build_anti_testset()


def test_a_training_set_that_was_asked_for_unknown_users(tmp_path):
    algo = fit(surprise, "SVD", {"n_epochs": 0})
    for user in (30, "UKN__nobody"):
        assert algo.trainset.ur[user] == []  # which surprise keeps
    surprise.dump.dump(tmp_path / "dump", algo=algo)
    assert dump.load(tmp_path / "dump")[1].trainset.n_users == 30


def test_neighbours_of_a_loaded_model(tmp_path):
    theirs = fit(surprise, "KNNBasic", {"verbose": False})
    surprise.dump.dump(tmp_path / "dump", algo=theirs)
    ours = dump.load(tmp_path / "dump")[1]
    assert [ours.get_neighbors(user, 5) for user in range(30)] == [
        theirs.get_neighbors(user, 5) for user in range(30)
    ]


BLOCK = "import sys; sys.modules['{}'] = None\n"


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_neither_needs_the_other_to_be_installed(tmp_path):
    path = str(tmp_path / "dump")
    load = "from {} import dump\nprint(dump.load(sys.argv[1])[1].predict('1', '2').est)"
    surprise.dump.dump(path, algo=fit(surprise, "SVD", {"random_state": 0}))
    here = run(BLOCK.format("surprise") + load.format("astonish"), path)
    dump.dump(path, algo=dump.load(path)[1])
    there = run(BLOCK.format("astonish") + load.format("surprise"), path)
    assert float(here) == pytest.approx(float(there), abs=1e-12)


def test_pickle_itself_loads_what_surprise_dumped_once_patched(tmp_path):
    path = str(tmp_path / "dump")
    theirs = fit(surprise, "SVD", {"random_state": 0})
    surprise.dump.dump(path, predictions=predict(theirs), algo=theirs)
    code = (
        "import pickle, sys, astonish.surprise; astonish.surprise.patch()\n"
        "content = pickle.load(open(sys.argv[1], 'rb'))\n"
        "algo = content['algo']\n"
        "assert type(algo) is astonish.SVD, type(algo)\n"
        "assert type(content['predictions'][0]) is astonish.Prediction\n"
        "print(algo.predict('1', '2').est)"
    )
    assert float(run(code, path)) == pytest.approx(theirs.predict("1", "2").est, abs=1e-12)
