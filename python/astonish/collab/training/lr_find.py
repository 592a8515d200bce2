"""The trial of ever higher learning rates (Smith: Cyclical learning rates. WACV 2017)."""

from __future__ import annotations

import importlib.util
from collections import namedtuple
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.collab.metrics import name_of
from astonish.collab.training.recorder import Recorder
from astonish.collab.training.session import Session
from astonish.collab.training.suggestions import SuggestFunction, Suggestion
from astonish.models.training.schedules import Schedule
from astonish.support import plotting
from astonish.support.checks import as_list, check_integer, check_number

_EXPLODED = 4.0  # times the lowest loss
_LEAST = 6  # batches
_ENDS_OFF = 5  # batches at the end that suggestions do not see


def find(
    session: Session,
    start_lr: float,
    end_lr: float,
    num_it: int,
    stop_div: bool,
    show_plot: bool | None,
    suggest_funcs: SuggestFunction | Sequence[SuggestFunction] | None,
) -> Any:
    """Try learning rates, draw and suggest; see `Learner.lr_find`."""
    session.refuse_in_training("lr_find")
    num_it = check_integer("num_it", num_it, _LEAST)
    lrs = _rates(start_lr, end_lr, num_it)
    functions = _check_functions(suggest_funcs)
    if show_plot:
        plotting.require_matplotlib("lr_find(show_plot=True)")
    elif show_plot is None:
        show_plot = importlib.util.find_spec("matplotlib") is not None
    session.recorder = _try(session, lrs, stop_div)
    suggestions = _suggest(functions, session.recorder, num_it)
    if show_plot:
        points = [point for _, point in suggestions.values()]
        session.recorder.plot_lr_find(suggestions=points, nms=list(suggestions))
    if not functions:
        return None
    answer = namedtuple("SuggestedLRs", suggestions)  # type: ignore[misc]
    return answer(*(lr for lr, _ in suggestions.values()))


def _rates(start_lr: float, end_lr: float, num_it: int) -> NDArray[np.float64]:
    start, end = check_number("start_lr", start_lr), check_number("end_lr", end_lr)
    if not 0 < start < end:
        raise ValueError(f"start_lr must be above 0 and below end_lr, got {start_lr} and {end_lr}")
    rates: NDArray[np.float64] = start * (end / start) ** (np.arange(num_it) / num_it)
    return rates


def _check_functions(functions: Any) -> dict[str, SuggestFunction]:
    named: dict[str, SuggestFunction] = {}
    for function in as_list(functions):
        if not callable(function):
            raise TypeError(f"suggest_funcs must be functions, got {function!r}")
        name = name_of(function)
        if name in named or not name.isidentifier():
            raise ValueError(
                f"suggest_funcs must be functions with names of their own, got {name!r}"
            )
        named[name] = function
    return named


def _try(session: Session, lrs: NDArray[np.float64], stop_div: bool) -> Recorder:
    training, sampler, mom = session.trial()
    recorder, lowest = Recorder(["train_loss"]), np.inf
    for k, lr in enumerate(lrs):
        batch = k % sampler.n_batches
        if batch == 0:
            samples = sampler.next().reshape(sampler.n_batches, -1)
        rates = Schedule(np.array([lr]), np.array([mom]))
        try:
            losses = training.run(samples[batch], sampler.batch_size, *rates)
        except ValueError:  # the loss is not finite any more
            if k == 0:  # or it never was: no learning rate is to blame
                raise
            break
        recorder.add_batches(losses, rates)
        lowest = min(lowest, recorder.smooth_loss)
        if stop_div and recorder.smooth_loss > _EXPLODED * lowest:
            break
    return recorder


def _suggest(
    functions: dict[str, SuggestFunction], recorder: Recorder, num_it: int
) -> dict[str, Suggestion]:
    if not functions:
        return {}
    curve = _curve(recorder, num_it)
    return {name: suggest(*curve, num_it) for name, suggest in functions.items()}


def _curve(recorder: Recorder, num_it: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    shown = slice(num_it // 10, -_ENDS_OFF)
    lrs, losses = np.array(recorder.lrs[shown]), np.array(recorder.losses[shown])
    if not len(losses):
        raise ValueError(
            f"the loss exploded after {len(recorder.losses)} of num_it={num_it} batches, too early "
            "for a suggestion: lower start_lr"
        )
    return lrs, losses
