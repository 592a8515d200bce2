"""The picture of how training went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from astonish.interpret.parameters import fitted, is_model
from astonish.interpret.ticks import whole_ticks
from astonish.support import plotting
from astonish.support.arrays import as_numbers
from astonish.support.checks import check_ids

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curves = dict[str, NDArray[Any]]

_LINES = ("-", "--", ":", "-.")
_DOTS = ("o", "s", "^", "D", "v", "P")
_MOST_MARKED = 50  # epochs; more dots would hide the line


def plot_history(history: Any, curves: Iterable[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw the losses of each epoch, of one training or of several.

    Parameters
    ----------
    history : model, dict of lists, or dict of these
        A fitted model with ``history_``, such as `SVD` or `ALS`, or what is there: one number an
        epoch for each name. A dict of name and model, or name and dict of lists, compares several.
    curves : sequence of str, optional
        Names of what to draw. By default those that end in "rmse" if there are any, else all: a sum
        of squares and its root do not fit one scale.
    ax : Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    Axes
        With a line for each curve of each training. Trainings differ in colour and dots, their
        curves in the kind of line.

    Raises
    ------
    ImportError
        Without the extra ``plot``.
    NotFittedError
        When a model is not fitted.
    TypeError
        For a model that keeps no history, an invalid history, `ax` that is not Axes.
    ValueError
        For no epoch, or no curve of such a name.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import plot_history
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> svd = astonish.SVD(validation=0.1, random_state=0).fit(trainset)
    >>> als = astonish.ALS(validation=0.1, random_state=0).fit(trainset)
    >>> ax = plot_history({"SVD": svd, "ALS": als})
    >>> [line.get_label() for line in ax.get_lines()]
    ['SVD: rmse', 'SVD: validation rmse', 'ALS: rmse', 'ALS: validation rmse']
    """
    trainings = _read_trainings(history)
    names = _choose(trainings, curves)
    ax = plotting.axes(ax)
    for k, (training, losses) in enumerate(trainings.items()):
        for kind, name in enumerate(names):
            if name in losses:
                color = kind if len(trainings) == 1 else k
                label = _label(training, name, len(names))
                _draw_line(ax, losses[name], label, f"C{color}", kind, _DOTS[k % len(_DOTS)])
    _finish(ax, names)
    return ax


def _draw_line(ax: Axes, values: NDArray[Any], label: str, color: str, kind: int, dot: str) -> None:
    ax.plot(
        np.arange(1, len(values) + 1),
        values,
        color=color,
        linestyle=_LINES[kind % len(_LINES)],
        marker=dot if len(values) <= _MOST_MARKED else None,
        markersize=4,
        label=label,
    )


def _finish(ax: Axes, names: list[str]) -> None:
    ax.xaxis.set_major_locator(whole_ticks())
    ax.set_xlabel("epoch")
    last_words = {name.split("_")[-1] for name in names}
    ax.set_ylabel(_words(names[0]) if len(names) == 1 else " and ".join(sorted(last_words)))
    if len(ax.get_lines()) > 1:
        ax.legend()


def _label(training: str, name: str, n_names: int) -> str:
    if not training:
        return _words(name)
    return training if n_names == 1 else f"{training}: {_words(name)}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _read_trainings(history: Any) -> dict[str, Curves]:
    """Return the curves of each training; the only one has the name ""."""
    if not isinstance(history, Mapping) or not any(map(_is_history, history.values())):
        return {"": _read_curves("history", history)}
    return {str(name): _read_curves(f"history[{name!r}]", value) for name, value in history.items()}


def _is_history(value: Any) -> bool:
    return is_model(value) or isinstance(value, Mapping)


def _read_curves(argument: str, history: Any) -> Curves:
    if is_model(history):
        model = fitted(history)
        if not hasattr(model, "history_"):
            raise TypeError(f"{argument}: this {type(model).__name__} keeps no history_")
        history = model.history_
    if not isinstance(history, Mapping):
        raise TypeError(f"{argument} must be a model or a dict of lists, got {history!r}")
    return {name: _read_curve(f"{argument}[{name!r}]", history[name]) for name in history}


def _read_curve(argument: str, values: Any) -> NDArray[Any]:
    array = as_numbers(argument, values)
    if array.ndim != 1:
        raise TypeError(f"{argument} must be a list of numbers, got {values!r}")
    return array


def _choose(trainings: dict[str, Curves], curves: Iterable[str] | None) -> list[str]:
    """Return the names of the curves to draw; ValueError where there is none."""
    there = [
        name for losses in trainings.values() for name, values in losses.items() if len(values)
    ]
    there = list(dict.fromkeys(there))
    if not there:
        raise ValueError("history has no epoch to draw")
    if curves is None:
        return [name for name in there if name.endswith("rmse")] or there
    asked = check_ids("curves", curves)
    for name in asked:
        if name not in there:
            raise ValueError(f"curves has {name!r}; the history has {', '.join(map(repr, there))}")
    if not asked:
        raise ValueError("curves is empty: there is nothing to draw")
    return asked
