"""What a search tries: grids and draws."""

from itertools import product

import numpy as np
import pytest

from astonish import SVD
from astonish.model_selection import GridSearchCV, RandomizedSearchCV

from .helpers import FOLDS, Shifted, fitted

# What is tried


def test_a_grid_is_the_product_of_its_lists():
    combinations = GridSearchCV(SVD, {"a": [1, 2], "b": "x y z".split()}).param_combinations
    assert combinations == [{"a": a, "b": b} for a, b in product([1, 2], "xyz")]


def test_dicts_of_lists_become_lists_of_dicts():
    options = {"name": ["msd", "cosine"], "user_based": [False]}
    grid = {"k": [3], "sim_options": options, "bsl_options": {"method": ["als"]}}
    search = GridSearchCV(Shifted, grid)
    assert search.param_grid == {
        "k": [3],
        "sim_options": [
            {"name": "msd", "user_based": False},
            {"name": "cosine", "user_based": False},
        ],
        "bsl_options": [{"method": "als"}],
    }
    assert len(search.param_combinations) == 2


@pytest.mark.parametrize("search_class", [GridSearchCV, RandomizedSearchCV])
def test_the_grid_of_the_caller_is_left_alone(search_class):
    grid = {"shift": [1], "sim_options": {"name": ["msd", "cosine"]}}
    search = search_class(Shifted, grid, **({"n_iter": 2} if "Random" in str(search_class) else {}))
    assert grid == {"shift": [1], "sim_options": {"name": ["msd", "cosine"]}}
    assert len(search.param_combinations) == 2


@pytest.mark.parametrize("values", [(1, 3), range(1, 3), np.array([1, 3]), {1: "a"}.keys()])
def test_values_are_any_iterable(data, values):
    search = fitted(data, {"n_epochs": values, "random_state": [0]})
    assert search.cv_results["param_n_epochs"] == list(values)


def test_an_iterator_is_gone_through_once(data):
    assert len(fitted(data, {"n_epochs": iter([1, 2])}).cv_results["params"]) == 2


def test_an_empty_grid_is_the_default_model(data):
    search = fitted(data, {}, Shifted)
    assert search.param_combinations == [{}]
    assert search.best_params == {"rmse": {}, "mae": {}}


@pytest.mark.parametrize(
    ("grid", "error", "message"),
    [
        ([{"n_epochs": [1]}], TypeError, r"param_grid must be a dict of lists, got \[\{"),
        (None, TypeError, "param_grid must be a dict of lists, got None"),
        ({"n_epochs": 5}, TypeError, r"param_grid\['n_epochs'\] must be a list of .*got 5"),
        ({"solver": "bitwise"}, TypeError, r"param_grid\['solver'\] must be .*got 'bitwise'"),
        ({5: [1]}, TypeError, "param_grid must have names of parameters as keys, got 5"),
        ({"n_epochs": [1], None: [1]}, TypeError, "param_grid must have names .* got None"),
        ({"n_epochs": []}, ValueError, r"param_grid\['n_epochs'\] is empty"),
        ({"n_epochs": np.array(3)}, TypeError, r"param_grid\['n_epochs'\] must be a list of val"),
        ({"sim_options": ["msd"]}, TypeError, r"param_grid\['sim_options'\] must be a dict of"),
        (
            {"sim_options": {"name": "msd"}},
            TypeError,
            r"param_grid\['sim_options'\]\['name'\] must be a list of values to try, got 'msd'",
        ),
        ({"bsl_options": {"reg": ()}}, ValueError, r"\['bsl_options'\]\['reg'\] is empty"),
    ],
)
def test_an_invalid_grid_is_refused(grid, error, message):
    with pytest.raises(error, match=message):
        GridSearchCV(SVD, grid)


def test_an_unknown_parameter_is_refused_by_the_model(data):
    with pytest.raises(TypeError, match="n_epoch"):
        fitted(data, {"n_epoch": [1]})


def test_a_model_is_not_a_class():
    with pytest.raises(TypeError, match="algo_class must be a class such as SVD, got SVD"):
        GridSearchCV(SVD(), {})


def test_a_factory_will_do(data):
    def few_factors(**params):
        return SVD(n_factors=2, random_state=0, **params)

    assert fitted(data, {"n_epochs": [1, 2]}, few_factors).best_estimator["mae"].n_factors == 2


# What is drawn


def draw(choices, n_iter=5, random_state=0):
    return RandomizedSearchCV(SVD, choices, n_iter, random_state=random_state).param_combinations


CHOICES = {"n_epochs": [1, 2, 3, 4], "lr_all": [0.1, 0.2, 0.3]}


class Dice:
    """A distribution."""

    def rvs(self, random_state):
        return random_state.randint(1, 7)


def test_lists_are_drawn_from_without_replacement():
    drawn = draw(CHOICES, 12)
    assert len({tuple(params.items()) for params in drawn}) == 12


@pytest.mark.parametrize("choices", [CHOICES, {**CHOICES, "n_factors": Dice()}])
def test_an_int_draws_the_same_again(choices):
    np.random.seed(1)
    first = draw(choices)
    np.random.seed(2)
    assert list(draw(choices)) == list(first)
    assert list(draw(choices, random_state=3)) != list(first)


def test_a_random_state_moves_on():
    rng = np.random.RandomState(0)
    assert list(draw(CHOICES, random_state=rng)) != list(draw(CHOICES, random_state=rng))


def test_strictly_lists_are_drawn_from_the_global_generator(monkeypatch):
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
    np.random.seed(7)
    first = draw(CHOICES)
    np.random.seed(7)
    assert list(draw(CHOICES, random_state=1)) == list(first)
    assert list(first) == [
        {"n_epochs": 1 + place // 3, "lr_all": [0.1, 0.2, 0.3][place % 3]}
        for place in np.random.RandomState(7).permutation(12)[:5]
    ]


def test_with_a_distribution_values_are_drawn_by_sorted_names():
    rng = np.random.RandomState(0)
    expected = [{"b": int(rng.randint(1, 7)), "c": "xyz"[rng.randint(3)]} for _ in range(5)]
    drawn = draw({"c": "x y z".split(), "b": Dice()})
    assert drawn == expected
    assert list(drawn[0]) == ["b", "c"]


@pytest.mark.parametrize(
    ("choices", "options", "error", "message"),
    [
        (CHOICES, {"n_iter": 13}, ValueError, "n_iter=13 is more than the 12 combinations"),
        (CHOICES, {"n_iter": 0}, ValueError, "n_iter must be at least 1, got 0"),
        (CHOICES, {"n_iter": 2.5}, TypeError, r"n_iter must be an integer, got 2\.5"),
        (CHOICES, {"random_state": "1"}, ValueError, "Wrong random state"),
        ({"a": []}, {}, ValueError, r"param_distributions\['a'\] is empty"),
        ({"a": [], "b": Dice()}, {}, ValueError, r"param_distributions\['a'\] is empty"),
        ({"a": 3}, {}, TypeError, r"param_distributions\['a'\] must be a list"),
        ({("a",): [3]}, {}, TypeError, r"param_distributions must have .* as keys, got \('a',\)"),
        ([1], {}, TypeError, r"param_distributions must be a dict of lists, got \[1\]"),
        (
            {"sim_options": {"shrinkage": Dice()}},
            {},
            TypeError,
            r"param_distributions\['sim_options'\]\['shrinkage'\] must be a list of values",
        ),
    ],
)
def test_choices_that_cannot_be_drawn_are_refused(choices, options, error, message):
    with pytest.raises(error, match=message):
        RandomizedSearchCV(SVD, choices, **options)


def test_a_randomized_search_finds_the_best_of_what_it_drew(data):
    search = RandomizedSearchCV(SVD, {**CHOICES, "random_state": [0]}, 4, cv=FOLDS, random_state=0)
    search.fit(data)
    assert len(search.cv_results["params"]) == 4
    assert search.best_score["rmse"] == search.cv_results["mean_test_rmse"].min()
