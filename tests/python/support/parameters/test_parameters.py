"""Parameters that are declared once: what is made of a declaration."""

import inspect
from dataclasses import KW_ONLY, field

import pytest

import astonish
from astonish.models import MODELS
from astonish.support.parameters import (
    Parameterized,
    checked,
    choice,
    closest_name,
    declare,
    declare_base,
    fill,
    flag,
    integer,
    number,
    optional,
    param,
    parameters_of,
)


@declare
class Toy(Parameterized):
    """A model.

    It says little.

    Attributes
    ----------
    found : int
        What it found.
    """

    n_factors: int = param(
        default=100, check=integer(0), doc="Length of vectors.", aliases=("factors", "rank")
    )
    lr_all: float = param(default=0.5, check=number(), doc="Rate of all.")
    lr_bu: float | None = param(default=None, check=number(), doc="Rate of one.", like="lr_all")
    _: KW_ONLY
    solver: str = param(default="a", check=choice(("a", "b")), doc="How.")
    options: dict = param(default_factory=dict, doc="More.")
    tol: float | None = param(default=None, check=optional(number(0)), doc="When.")
    loud: bool = param(default=False, check=flag, doc="Whether.")

    found: int = field(init=False)


def test_the_constructor_has_the_order_and_the_defaults_of_the_declarations():
    text = (
        "(n_factors=100, lr_all=0.5, lr_bu=None, *, solver='a', options={}, tol=None, loud=False)"
    )
    signature = inspect.signature(Toy)
    plain = [
        each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()
    ]
    assert (
        str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)) == text
    )
    assert Toy(3, 0.1).n_factors == 3
    with pytest.raises(TypeError, match="positional"):
        Toy(3, 0.1, None, "b")


def test_arguments_are_stored_as_they_are_given():
    options = {}
    toy = Toy(n_factors="many", options=options)
    assert toy.n_factors == "many"
    assert toy.options is options
    assert Toy().options is not Toy().options
    assert toy.get_params()["options"] is options


def test_a_parameter_has_the_value_of_another_one_where_it_is_none():
    toy = Toy(lr_all=0.25)
    assert toy.lr_bu == 0.25
    assert toy.get_params()["lr_bu"] is None
    toy.lr_all = 0.125
    assert toy.lr_bu == 0.125
    toy.lr_bu = 1
    assert toy.lr_bu == 1
    assert checked(toy).lr_bu == 1.0
    old = Toy.__new__(Toy)  # a pickle that knows nothing of it
    assert (old.lr_bu, old.lr_all) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"n_factors": -1}, ValueError, "n_factors must be at least 0, got -1"),
        ({"n_factors": 2.0}, TypeError, "n_factors must be an integer, got 2.0"),
        ({"lr_bu": "x"}, TypeError, "lr_bu must be a number, got 'x'"),
        ({"solver": "c"}, ValueError, "solver must be one of 'a', 'b', got 'c'"),
        ({"tol": -0.5}, ValueError, "tol must be a finite number of at least 0, got -0.5"),
        ({"lr_all": float("nan"), "tol": -1}, ValueError, "lr_all must be a finite number"),
    ],
)
def test_a_value_out_of_range_is_named(changes, error, message):
    with pytest.raises(error, match=message):
        checked(Toy(**changes))


def test_the_options_of_the_core_are_filled():
    class Options:
        n_factors = lr_bu = loud = 0

    options = fill(Options(), checked(Toy(n_factors=7, lr_all=0.25, loud=1)))
    assert (options.n_factors, options.lr_bu, options.loud) == (7, 0.25, True)
    assert not hasattr(options, "tol")


@pytest.mark.parametrize(
    ("name", "meant"), [("factors", "n_factors"), ("nfactors", "n_factors"), ("rank", "n_factors")]
)
def test_an_unknown_name_says_what_may_be_meant(name, meant):
    with pytest.raises(
        TypeError, match=rf"Toy.__init__\(\) got .* '{name}'; did you mean '{meant}'"
    ):
        Toy(**{name: 3})
    with pytest.raises(TypeError, match=f"did you mean '{meant}'"):
        Toy().set_params(**{name: 3})
    with pytest.raises(TypeError, match=r"argument 'qqq'$"):
        Toy(qqq=3)
    assert closest_name(name, parameters_of(Toy).values()) == meant


def test_setting_an_unknown_parameter_changes_nothing():
    toy = Toy()
    with pytest.raises(TypeError):
        toy.set_params(n_factors=3, nosuch=1)
    assert toy.n_factors == 100


def test_the_docstring_has_a_section_of_them():
    lines = Toy.__doc__.splitlines()
    assert lines[:6] == ["A model.", "", "It says little.", "", "Parameters", "----------"]
    assert "n_factors : int, default 100" in lines
    assert "    Length of vectors." in lines
    assert "tol : float, optional" in lines
    assert lines.index("Attributes") > lines.index("tol : float, optional")


def test_repr_shows_what_is_not_the_default():
    assert repr(Toy()) == "Toy()"
    assert (
        repr(Toy(20, lr_bu=0.5, options={"k": 1}))
        == "Toy(n_factors=20, lr_bu=0.5, options={'k': 1})"
    )
    assert len(repr(Toy(options={"k": "x" * 1000}))) < 100


def test_a_class_with_a_constructor_of_its_own_has_parameters_too():
    class Mine(astonish.AlgoBase):
        def __init__(self, depth=3, wide=False):
            super().__init__()
            self.depth, self.wide = depth, wide

    assert Mine(4).get_params() == {"depth": 4, "wide": False}
    assert repr(Mine(4)) == "Mine(depth=4)"
    assert Mine().set_params(wide=True).wide is True


@pytest.mark.parametrize("cls", MODELS.values())
def test_every_parameter_of_a_model_is_declared_and_documented(cls):
    names = [name for name in inspect.signature(cls).parameters if name != "kwargs"]
    assert names == list(parameters_of(cls))
    for name, parameter in parameters_of(cls).items():
        assert f"\n{name} : {parameter.kind}, " in cls.__doc__
        assert parameter.doc.endswith(".")
        if parameter.default is not None or parameter.like is None:
            parameter.checked(parameter.default)


@pytest.mark.parametrize("cls", MODELS.values())
def test_scikit_learn_clones_a_model(cls):
    sklearn = pytest.importorskip("sklearn.base", reason="clones need scikit-learn, a peer")
    model = cls()
    twin = sklearn.clone(model)
    assert type(twin) is cls
    assert repr(twin) == repr(model)


@pytest.mark.parametrize("value", ["False", 2, 0.0, None, [1]])
def test_a_flag_is_true_or_false(value):
    with pytest.raises(TypeError, match="loud must be True or False, got "):
        checked(Toy(loud=value))
    assert checked(Toy(loud=1)).loud is True


def test_parameters_that_are_refused_at_once_are_not_kept():
    model = astonish.NMF()
    with pytest.raises(ValueError, match="init_low should be greater than zero"):
        model.set_params(init_low=-1)
    assert model.init_low == 0


def test_a_parameter_may_be_required():
    @declare
    class Search(Parameterized):
        """A search."""

        grid: dict = param(doc="What to try.")
        n: int = param(default=3, check=integer(1), doc="How often.")

    assert inspect.signature(Search).parameters["grid"].default is inspect.Parameter.empty
    assert "grid : dict\n    What to try." in Search.__doc__
    assert repr(Search({})) == "Search(grid={})"
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'grid'"):
        Search()


def test_subclasses_of_a_declared_base_have_an_order_of_their_own():
    @declare_base
    class Base(Parameterized):
        """A base."""

        wide: bool = param(default=True, doc="Whether.")

    @declare
    class Mine(Base):
        """A model."""

        n: int = param(default=3, doc="How often.")
        wide: bool = param(default=False, doc="Whether.")

    class Another(Base):
        pass

    with pytest.warns(UserWarning, match="unexpected keyword argument 'others'"):
        base = Base(False, others=3)
    assert base.get_params() == {"wide": False}
    assert Mine(4, True).get_params() == {"n": 4, "wide": True}
    assert repr(Another(wide=False)) == "Another(wide=False)"
