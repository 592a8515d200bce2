"""The models by name: what they declare, and how deep they inherit."""

import inspect
from pathlib import Path

import pytest

import astonish
from astonish.models import ALGORITHMS, MODELS, RANKERS, having
from astonish.models.base.hooks import Hooks
from astonish.models.base.model import Model

ABILITIES = {
    "explains",
    "folds_in",
    "has_factors",
    "partial_fit",
    "rates",
    "ranks",
    "takes_weights",
}
# Classes that scikit-surprise's interface names.
OF_SURPRISE = {"AlgoBase", "SymmetricAlgo"}


def test_models_are_found_by_their_public_names():
    assert all(getattr(astonish, name) is cls for name, cls in MODELS.items())


def test_registries_are_filters_of_abilities():
    assert having() == MODELS
    assert RANKERS == MODELS
    assert list(MODELS.keys() - ALGORITHMS.keys()) == ["ImplicitALS"]
    assert having("partial_fit", "takes_weights").keys() == {"SVD", "ALS"}


@pytest.mark.parametrize("cls", MODELS.values())
def test_abilities_are_of_the_vocabulary(cls):
    assert cls.abilities <= ABILITIES


@pytest.mark.parametrize("cls", MODELS.values())
def test_a_model_has_the_hooks_of_its_abilities(cls):
    hooks = {
        "folds_in": "_folded",
        "explains": "_explain",
        "partial_fit": "_learn",
        "has_factors": "_vectors",
    }
    for ability, hook in hooks.items():
        implemented = getattr(cls, hook) is not getattr(Hooks, hook)
        if ability in cls.abilities:
            assert implemented, hook
    takes_weights = "sample_weight" in inspect.signature(cls._fit).parameters
    takes_any = any(
        each.kind is inspect.Parameter.VAR_KEYWORD
        for each in inspect.signature(cls._fit).parameters.values()
    )
    assert ("takes_weights" in cls.abilities) is (takes_weights or takes_any)


def families(cls):
    """The longest line of classes between a model and the base of all."""
    lines = [families(base) for base in cls.__bases__ if issubclass(base, Model)]
    above = max(lines, key=len, default=[])
    return above if cls is Model else [*above, cls.__name__]


@pytest.mark.parametrize("cls", MODELS.values())
def test_a_model_is_of_a_family_and_no_deeper(cls):
    between = [name for name in families(cls)[:-1] if name not in OF_SURPRISE]
    assert len(between) <= 1, between


def test_public_methods_stand_once():
    public = {name for name in vars(Model) if name[0] != "_"}
    for cls in MODELS.values():
        for owner in cls.__mro__[: cls.__mro__.index(Model)]:
            again = public & vars(owner).keys() - {"abilities"}
            assert not again, f"{owner.__name__} defines {again}"


@pytest.mark.parametrize("ability", ["folds_in", "explains", "partial_fit", "takes_weights"])
def test_first_steps_tell_which_models_have_an_ability(ability):
    page = (Path(__file__).parents[3] / "docs" / "first-steps.md").read_text()
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `{ability}` |"))
    assert row.split("|")[3].strip() == ", ".join(f"`{name}`" for name in having(ability))
