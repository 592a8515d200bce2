"""Parameters and options of the nearest-neighbour models."""

import numpy as np
import pytest

from astonish import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore, make_ratings

from ..helpers import assert_same_state, state_of
from .helpers import FRIENDS, options_of

# Attributes


@pytest.mark.parametrize("user_based", [True, False])
def test_what_belongs_to_x_and_y(quiet, cls, trainset, user_based):
    model = quiet(sim_options=options_of(user_based=user_based)).fit(trainset)
    sizes, ratings = (200, 150), (trainset.ur, trainset.ir)
    if not user_based:
        sizes, ratings = sizes[::-1], ratings[::-1]
    assert (model.n_x, model.n_y) == sizes
    assert (model.xr, model.yr) == ratings
    assert model.switch("u", "i") == (("u", "i") if user_based else ("i", "u"))
    if cls is KNNBaseline:
        assert (model.bx, model.by) == model.switch(model.bu, model.bi)
    if cls in (KNNWithMeans, KNNWithZScore):
        assert model.means.shape == (sizes[0],)


def test_defaults(cls):
    model = cls()
    assert (model.k, model.min_k, model.verbose, model.n_threads) == (40, 1, True, None)
    assert model.sim_options == {"user_based": True}
    assert model.bsl_options == {}


def test_positional_arguments_stand_in_scikit_surprises_order():
    model = KNNBasic(3, 2, {"name": "cosine"}, False, bsl_options={"method": "sgd"})
    assert (model.k, model.min_k, model.verbose) == (3, 2, False)
    model = KNNBaseline(3, 2, {"name": "cosine"}, {"method": "sgd"}, False)
    assert (model.bsl_options, model.verbose) == ({"method": "sgd"}, False)


# Options that are wrong


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"name": "jaccard"},
            NameError,
            "Wrong sim name jaccard. Allowed values are cosine, msd, ",
        ),
        ({"name": 3}, NameError, "Wrong sim name 3"),
        ({"min_support": -1}, ValueError, "min_support must be at least 0, got -1"),
        ({"min_support": 2**31}, ValueError, "min_support must be at most 2147483647"),
        ({"min_support": 1.5}, TypeError, "min_support must be an integer, got 1.5"),
        ({"shrinkage": -1}, ValueError, "shrinkage must be a finite number of at least 0, got -1"),
        ({"shrinkage": float("nan")}, ValueError, "shrinkage must be .* got nan"),
        ({"shrinkage": None}, TypeError, "shrinkage must be a number, got None"),
    ],
)
def test_wrong_options_of_similarities(quiet, trainset, options, error, message):
    model = quiet(sim_options=options)
    before = state_of(model)
    with pytest.raises(error, match=message):
        model.fit(trainset)
    assert_same_state(model, before)

    model = quiet().fit(FRIENDS)
    model.sim_options = {"user_based": True, **options}
    before = state_of(model)
    with pytest.raises(error, match=message):
        model.fit(trainset)
    assert_same_state(model, before)


def test_options_without_a_side_compare_users(quiet, trainset):
    model = quiet()
    del model.sim_options["user_based"]
    assert model.fit(trainset).n_x == trainset.n_users


def test_options_are_stored_and_shown_as_they_are_given(quiet, trainset):
    given = {"name": "cosine"}
    model = quiet(sim_options=given)
    assert model.get_params()["sim_options"] is given
    shown = f"{type(model).__name__}(sim_options={{'name': 'cosine'}}, verbose=False)"
    assert repr(model) == repr(model.fit(trainset)) == shown
    assert model.sim_options == {"user_based": True, "name": "cosine"}  # as scikit-surprise's
    assert given == {"name": "cosine"}
    assert model.get_params()["sim_options"] is model.sim_options  # which a program may change
    assert repr(type(model)()) == f"{type(model).__name__}()"


def test_options_that_are_changed_in_place_count(quiet, trainset):
    model = quiet()
    model.sim_options["user_based"] = False
    assert model.fit(trainset).n_x == trainset.n_items


@pytest.mark.parametrize("changes", [{"k": 1}, {"sim_options": {"user_based": False}}], ids=str)
def test_what_a_fitted_model_shows_is_of_its_fit(quiet, trainset, changes):
    expected, model = quiet().fit(trainset), quiet().fit(trainset)
    model.set_params(**changes)
    assert (model.n_x, model.n_y) == (expected.n_x, expected.n_y)
    assert model.get_neighbors(3, 4) == expected.get_neighbors(3, 4)
    np.testing.assert_array_equal(model.compute_similarities(), expected.sim)
    np.testing.assert_array_equal(model.sim, expected.sim)
    assert model.fit(trainset).get_params() == {**expected.get_params(), **changes}


def test_wrong_options_of_baselines(quiet, trainset):
    model = quiet(sim_options=options_of("pearson_baseline"), bsl_options={"method": "lsq"})
    before = state_of(model)
    with pytest.raises(ValueError, match="Invalid method lsq"):
        model.fit(trainset)
    assert_same_state(model, before)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        *(("k", value, TypeError) for value in (2.0, "3", None, True)),
        *(("min_k", value, TypeError) for value in (2.0, "3", None, True)),
        *((name, -1, ValueError) for name in ("k", "min_k", "n_threads")),
        ("n_threads", 0, ValueError),
        ("n_threads", 1.0, TypeError),
    ],
)
def test_a_bad_parameter_is_named_with_its_value(quiet, trainset, name, value, error):
    model = quiet(**{name: value})
    before = state_of(model)
    with pytest.raises(error, match=rf"^{name} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)


# What scikit-surprise ignores


def test_a_keyword_that_is_ignored_is_warned_of(quiet):
    cls = type(quiet()).__name__
    with pytest.warns(UserWarning, match=rf"{cls}.* argument 'n_neighbours'; did you mean 'k'\?"):
        assert quiet(n_neighbours=3).k == 40
    with pytest.warns(UserWarning, match=r"argument 'min_kk'; did you mean 'min_k'\?"):
        quiet(min_kk=3)
    with pytest.warns(UserWarning, match=rf"{cls}.* unexpected keyword argument 'colour' \(it has"):
        quiet(colour="red")


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        ({"sim_options": {"nam": "cosine"}}, "name"),
        ({"sim_options": {"user_base": False}}, "user_based"),
        ({"sim_options": {"minsupport": 3}}, "min_support"),
        ({"bsl_options": {"methods": "sgd"}}, "method"),
        ({"bsl_options": {"learn_rate": 0.1}}, "learning_rate"),
        ({"bsl_options": {"n_epoch": 3}}, "n_epochs"),
    ],
    ids=str,
)
def test_a_mistyped_option_is_warned_of(cls, options, meant):
    ((option, given),) = options.items()
    (key,) = given
    with pytest.warns(
        UserWarning, match=rf"{option}\['{key}'\] .*did you mean '{meant}'\?"
    ) as seen:
        cls(**options)
    assert seen[0].filename == __file__


@pytest.mark.filterwarnings("error")
def test_what_scikit_surprise_knows_is_not_warned_of(quiet, trainset):
    sim_options = {"name": "cosine", "user_based": False, "min_support": 2, "shrinkage": 10}
    als = {"method": "als", "n_epochs": 2, "reg_u": 3, "reg_i": 4}
    sgd = {"method": "sgd", "n_epochs": 2, "reg": 0.1, "learning_rate": 0.01}
    for bsl_options in (als, sgd, {}):
        quiet(sim_options=sim_options, bsl_options=bsl_options, k=3, min_k=1).fit(trainset)
    quiet(sim_options={"own": 3, "weight_of_trust": 2})  # which a class of the user may read


# Options are the caller's: a model keeps a copy of them


@pytest.mark.parametrize("change", [{"user_based": False}, {"name": "foo"}])
def test_a_fitted_model_does_not_read_the_dicts_of_its_caller(cls, change, tmp_path):
    full = make_ratings(30, 20, 300, seed=1).build_full_trainset()
    options = {"user_based": True}
    model = cls(verbose=False, sim_options=options).fit(full)
    expected = [model.predict(user, "3").est for user in full.user_ids]
    options.update(change)
    assert model.sim_options is options
    assert [model.predict(user, "3").est for user in full.user_ids] == expected
    assert model.sim.shape == (30, 30)
    model.save(tmp_path / "model.npz")
    loaded = cls.load(tmp_path / "model.npz")
    assert [loaded.predict(user, "3").est for user in full.user_ids] == expected


def test_the_next_fit_heeds_what_the_caller_changed(cls):
    full = make_ratings(30, 20, 300, seed=1).build_full_trainset()
    options = {"user_based": True}
    model = cls(verbose=False, sim_options=options).fit(full)
    options["user_based"] = False
    assert model.n_x == 30
    assert model.fit(full).n_x == 20
