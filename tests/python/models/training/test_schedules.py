"""Learning rates and momenta of every batch, beside those that fastai was seen to use."""

import json
from pathlib import Path

import numpy as np
import pytest

from astonish.models.training import schedules
from astonish.support import memory

RECORDED = json.loads(Path(__file__).with_name("fastai_schedules.json").read_text())["schedules"]


def ours(run):
    arguments = dict(run["arguments"])
    if run["method"] == "fit_sgdr":
        return schedules.sgdr(n_batches=run["n_batches"], **arguments)
    shape = arguments.pop("n_epoch"), run["n_batches"]
    method = {"fit_one_cycle": schedules.one_cycle, "fit_flat_cos": schedules.flat_cos}
    return method[run["method"]](*shape, **arguments)


@pytest.mark.parametrize(
    "run", RECORDED, ids=lambda run: "{method} {n_epochs}x{n_batches}".format(**run)
)
def test_fastai_used_the_same_numbers(run):
    schedule = ours(run)
    assert len(schedule.lrs) == len(schedule.moms) == run["n_epochs"] * run["n_batches"]
    np.testing.assert_allclose(schedule.lrs, run["lrs"], rtol=1e-12)
    np.testing.assert_allclose(schedule.moms, run["moms"] or [0.9] * len(run["lrs"]), rtol=1e-12)


def test_one_cycle_in_whole_numbers():
    schedule = schedules.one_cycle(2, 4, 25.0, div_final=25.0)
    np.testing.assert_allclose(schedule.lrs[[0, 1, 2, 5]], [1, 13, 25, 13])
    np.testing.assert_allclose(schedule.moms[[0, 1, 2, 5]], [0.95, 0.9, 0.85, 0.9])


def test_without_a_rise_the_highest_rate_comes_first():
    assert schedules.one_cycle(1, 5, 0.5, pct_start=0).lrs[0] == 0.5


@pytest.mark.parametrize("n_epochs", [0, 3])
def test_constant_has_one_number_a_batch(n_epochs):
    schedule = schedules.constant(n_epochs, 4, 0.1, mom=0.8)
    np.testing.assert_array_equal(schedule.lrs, np.full(4 * n_epochs, 0.1))
    np.testing.assert_array_equal(schedule.moms, np.full(4 * n_epochs, 0.8))


def test_restarts_return_to_the_highest_rate():
    lrs = schedules.sgdr(2, 2, 5, lr_max=0.1).lrs  # cycles of 2 and 4 epochs
    assert np.flatnonzero(lrs == 0.1).tolist() == [0, 10]
    assert len(lrs) == 30


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_epochs": -1}, ValueError, "n_epochs must be at least 0, got -1"),
        ({"n_epochs": 1.5}, TypeError, "n_epochs must be an integer, got 1.5"),
        ({"n_batches": 0}, ValueError, "n_batches must be at least 1, got 0"),
        ({"lr_max": -0.1}, ValueError, "lr_max must be a finite number of at least 0, got -0.1"),
        ({"lr_max": float("nan")}, ValueError, "lr_max must be a finite number"),
        ({"lr_max": "0.1"}, TypeError, "lr_max must be a number, got '0.1'"),
        ({"div": 0}, ValueError, "div must be above 0, got 0"),
        ({"div_final": -1}, ValueError, "div_final must be a finite number of at least 0, got -1"),
        ({"pct_start": 1}, ValueError, "pct_start must be below 1, got 1"),
        ({"moms": (0.9, 0.8)}, ValueError, r"moms must hold three numbers, got \(0.9, 0.8\)"),
        ({"moms": 0.9}, ValueError, "moms must hold three numbers, got 0.9"),
        ({"moms": (0.9, 1.0, 0.8)}, ValueError, r"moms\[1\] must be below 1, got 1.0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        schedules.one_cycle(**{"n_epochs": 1, "n_batches": 4, "lr_max": 0.1, **arguments})


@pytest.mark.parametrize("name", ["n_cycles", "cycle_len", "cycle_mult"])
def test_cycles_are_counted_from_one(name):
    arguments = {"n_cycles": 2, "cycle_len": 1, "n_batches": 3, "lr_max": 0.1, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        schedules.sgdr(**arguments)


@pytest.mark.parametrize("shape", [schedules.constant, schedules.one_cycle, schedules.flat_cos])
def test_a_schedule_beyond_the_memory_is_refused_before_it_is_made(monkeypatch, shape):
    monkeypatch.setattr(memory, "available_memory", lambda: 10**6)
    assert len(shape(100, 10, 0.1).lrs) == 1000
    with pytest.raises(MemoryError, match=r"n_epochs=10000 of 10 batches would take .*: fewer ep"):
        shape(10_000, 10, 0.1)
