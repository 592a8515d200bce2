"""Combinations of parameters: all of a grid, or some drawn at random."""

from collections.abc import Mapping
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from astonish.support.checks import check_integer
from astonish.support.random_state import get_rng
from astonish.support.settings import is_strict

Params: TypeAlias = dict[str, Any]
Combinations: TypeAlias = list[Params] | NDArray[np.object_]

_DICTS = ("sim_options", "bsl_options")  # parameters that are dicts of lists themselves


def explode_options(name: str, choices: Any) -> dict[str, Any]:
    """Return the choices of each parameter, with a dict of lists replaced by a list of dicts.

    Parameters
    ----------
    name : str
        What errors call `choices`.
    choices : mapping of str to list or distribution
        Left as it is.
    """
    if not isinstance(choices, Mapping):
        raise TypeError(f"{name} must be a dict of lists, got {choices!r}")
    for key in choices:
        if not isinstance(key, str):
            raise TypeError(f"{name} must have names of parameters as keys, got {key!r}")
    exploded = dict(choices)
    for option in _DICTS:
        if option in exploded:
            argument = f"{name}[{option!r}]"
            if not isinstance(exploded[option], Mapping):
                raise TypeError(f"{argument} must be a dict of lists, got {exploded[option]!r}")
            exploded[option] = all_combinations(argument, exploded[option])
    return exploded


def all_combinations(name: str, choices: Mapping[str, Any]) -> list[Params]:
    """Return all ways to choose a value for each key, the last key changing fastest."""
    lists = [_values(f"{name}[{key!r}]", choices[key]) for key in choices]
    return [dict(zip(choices, values, strict=True)) for values in product(*lists)]


def draw_combinations(
    name: str,
    choices: Mapping[str, Any],
    n_iter: int,
    random_state: int | np.random.RandomState | None,
) -> Combinations:
    """Draw combinations with scikit-surprise's calls of the generator.

    Lists alone are drawn from without replacement. Where there is a distribution, values are drawn
    one by one, in the order of the sorted keys.
    """
    n_iter = check_integer("n_iter", n_iter, minimum=1)
    rng = get_rng(random_state)
    if not any(hasattr(values, "rvs") for values in choices.values()):
        grid = all_combinations(name, choices)
        return _draw_from_grid(name, grid, n_iter, get_rng(None) if is_strict() else rng)
    sources = {
        key: choices[key]
        if hasattr(choices[key], "rvs")
        else _values(f"{name}[{key!r}]", choices[key])
        for key in sorted(choices)
    }
    return [{key: _draw(sources[key], rng) for key in sources} for _ in range(n_iter)]


def _values(name: str, choices: Any) -> list[Any]:
    """Return an iterable as a list that is not empty; TypeError for a lone value."""
    is_one = isinstance(choices, str | bytes | Mapping) or getattr(choices, "shape", None) == ()
    if is_one or not hasattr(choices, "__iter__"):
        raise TypeError(f"{name} must be a list of values to try, got {choices!r}")
    values = list(choices)
    if not values:
        raise ValueError(f"{name} is empty: it needs a value to try")
    return values


def _draw_from_grid(
    name: str, grid: list[Params], n_iter: int, rng: np.random.RandomState
) -> NDArray[np.object_]:
    if n_iter > len(grid):
        raise ValueError(f"n_iter={n_iter} is more than the {len(grid)} combinations of {name}")
    drawn = np.empty(n_iter, dtype=object)
    drawn[:] = [grid[index] for index in rng.choice(len(grid), n_iter, replace=False)]
    return drawn


def _draw(source: Any, rng: np.random.RandomState) -> Any:
    if hasattr(source, "rvs"):
        return source.rvs(random_state=rng)
    return source[rng.randint(len(source))]
