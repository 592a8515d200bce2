"""How the nearest-neighbour models run: memory, interrupts, processes, and what they print."""

import signal
import threading
import tracemalloc

import pytest

from astonish import KNNBaseline, KNNBasic, make_ratings
from astonish.model_selection import KFold, cross_validate
from astonish.models.neighbors import neighbor_model

from ..helpers import all_pairs, assert_same_state, state_of
from .helpers import FRIENDS, MEASURES, options_of


@pytest.fixture(scope="module")
def crowd():
    """200,000 ratings by 20,000 users, whose matrix of similarities would take 3.2 GB."""
    return make_ratings(20_000, 500, 200_000, seed=4).build_full_trainset()


# Memory, interruption, processes


def test_no_matrix_is_needed_for_many_users(quiet, crowd):
    testset = crowd.build_testset()[::40]
    tracemalloc.start()
    try:
        model = quiet(sim_options=options_of("pearson_baseline")).fit(crowd)
        predictions = model.test(testset)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "sim" not in vars(model)
    assert len(predictions) == 5000
    assert peak < 50e6


def send_sigint():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_between_two_blocks_of_users(quiet, trainset, monkeypatch):
    monkeypatch.setattr(neighbor_model, "_ROWS_PER_CALL", 16)
    model, pairs = quiet().fit(trainset), all_pairs(trainset)
    expected, before = model.test(pairs), state_of(model)
    with monkeypatch.context() as patched:
        patched.setattr(neighbor_model, "check_cancelled", send_sigint)
        for ask in (lambda: model.test(pairs), lambda: model.predict("1", "2")):
            with pytest.raises(KeyboardInterrupt):
                ask()
    assert_same_state(model, before)
    assert model.test(pairs) == expected


@pytest.mark.parametrize(
    "ask",
    [lambda model, pairs: model.test(pairs), lambda model, _: model.sim],
    ids=["test", "sim"],
)
def test_ctrl_c_stops_what_takes_seconds(ask):
    trainset = make_ratings(6000, 300, 300_000, seed=4).build_full_trainset()
    model = KNNBasic(sim_options=options_of("pearson"), verbose=False, n_threads=1).fit(trainset)
    pairs, before = list(trainset.build_testset()), state_of(model)
    timer = threading.Timer(0.1, send_sigint)

    def ask_until_the_signal():
        timer.start()
        ask(model, pairs)

    with pytest.raises(KeyboardInterrupt):
        ask_until_the_signal()
    timer.join()
    assert_same_state(model, before)
    assert model.test(pairs[:5])[0].details["actual_k"] > 0


def test_blocks_of_users_join_to_the_same_answers(quiet, trainset, monkeypatch):
    expected = quiet().fit(trainset).test(all_pairs(trainset))
    for n_rows in (1, 7, 200):
        monkeypatch.setattr(neighbor_model, "_ROWS_PER_CALL", n_rows)
        assert quiet().fit(trainset).test(all_pairs(trainset)) == expected


def test_cross_validation_in_processes(quiet):
    data = make_ratings(60, 50, 900, seed=1)
    folds = KFold(3, random_state=0)
    alone, together = (
        cross_validate(quiet(), data, measures=["rmse"], cv=folds, n_jobs=n_jobs)["test_rmse"]
        for n_jobs in (1, 2)
    )
    assert alone.tolist() == together.tolist()


# What is printed


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("method", ["als", "sgd"])
def test_fit_says_what_it_computes(cls, name, method, capsys):
    cls(sim_options={"name": name.upper()}, bsl_options={"method": method}).fit(FRIENDS)
    expected = [
        f"Computing the {name} similarity matrix...",
        "Done computing similarity matrix.",
    ]
    if cls is KNNBaseline or name == "pearson_baseline":
        expected.insert(0, f"Estimating biases using {method}...")
    assert capsys.readouterr().out.splitlines() == expected


def test_nothing_is_printed_afterwards_or_on_request(quiet, cls, capsys):
    quiet(sim_options=options_of("pearson_baseline")).fit(FRIENDS)
    assert capsys.readouterr().out == ""
    model = cls(sim_options=options_of("pearson_baseline")).fit(FRIENDS)
    capsys.readouterr()
    model.test(all_pairs(FRIENDS))
    assert model.sim.shape == (3, 3)
    model.get_neighbors(0, 1)
    assert capsys.readouterr().out == ""
