"""What holds for every model; see `CASES` in conftest.py."""

import copy
import inspect
import pickle
import signal
import threading

import numpy as np
import pytest

from astonish import Prediction, PredictionImpossible
from astonish.models import Model

from .helpers import (
    all_pairs,
    assert_same_state,
    draws_estimates,
    is_within_scale,
    reseed,
    state_of,
    trainset_of,
)

UNKNOWN_IDS = [
    0,
    -1,
    10**30,
    2.5,
    float("nan"),
    None,
    True,
    ("1",),
    "zzz",
    np.int64(1),
    np.str_("?"),
]
OPTIONS = {"bsl_options", "sim_options"}  # dicts, which are copied
ONE_RATING = trainset_of(("u", "i", 4.0))


def estimates(model, pairs):
    """The estimates of `test`, to be compared to the last bit."""
    return [prediction.est for prediction in reseed(model).test(pairs)]


def make_for_two_ratings(case):
    """A model that learns them, though all of them are one batch of an epoch."""
    by_batches = "batch_size" in parameter_names(case.cls)
    return case.make(**({"n_epochs": 300, "lr_max": 0.1} if by_batches else {}))


def parameter_names(cls):
    return list(inspect.signature(cls).parameters)


# Construction


def test_constructor_stores_its_arguments_as_they_are_given(case):
    names = set(parameter_names(case.cls)) - {*OPTIONS, "kwargs"}
    arguments = {name: object() for name in names}
    model = case.cls(**arguments)
    for name in names:
        assert getattr(model, name) is arguments[name]
    assert {name: model.get_params()[name] for name in names} == arguments


def test_constructor_completes_options(case):
    for name in OPTIONS & set(parameter_names(case.cls)):
        complete = {"method": "sgd", "name": "cosine", "user_based": False}
        assert getattr(case.cls(**{name: complete}), name) is complete
        options = {"name": "cosine"}
        model = case.cls(**{name: options})
        assert options == {"name": "cosine"}
        assert getattr(model, name).items() >= options.items()
        getattr(case.cls(), name)["method"] = "als"
        assert "method" not in getattr(case.cls(), name)
        with pytest.raises(TypeError, match=f"{name} must be a dict, got 3"):
            case.cls(**{name: 3})


def test_a_clone_has_the_same_parameters(case):
    """By scikit-learn's rule: the constructor stores what `get_params` of another one gave."""
    params = copy.deepcopy(case.make().get_params(deep=False))
    twin = case.cls(**params)
    assert all(twin.get_params(deep=False)[name] is value for name, value in params.items())
    assert repr(twin) == repr(case.make())


def test_parameters_can_be_set(case):
    model, changes = case.cls(), case.parameters
    assert model.set_params(**changes) is model
    assert repr(model) == repr(case.make())
    with pytest.raises(TypeError, match="unexpected keyword argument 'nosuch'"):
        model.set_params(nosuch=1)


def test_constructor_makes_nothing_but_parameters(case):
    assert vars(case.make()).keys() <= {*parameter_names(case.cls), *OPTIONS}


# Fitting


def test_fit_returns_the_model(case, trainset):
    model = case.make()
    assert model.fit(trainset) is model
    assert model.trainset is trainset


def test_fit_forgets_the_past(case, trainset, other_trainset):
    pairs = all_pairs(trainset)
    refitted = case.make().fit(other_trainset).fit(trainset)
    assert estimates(refitted, pairs) == estimates(case.make().fit(trainset), pairs)


def test_fit_refuses_what_is_no_trainset(case):
    model = case.make()
    before = state_of(model)
    with pytest.raises(TypeError, match=r"must be .*, got list"):
        model.fit([("u", "i", 3.0)])
    assert_same_state(model, before)


def test_the_same_seed_gives_the_same_model(case, trainset):
    model, pairs = case.make(), all_pairs(trainset)
    first = estimates(model.fit(trainset), pairs)
    assert estimates(model.fit(trainset), pairs) == first
    assert estimates(case.make().fit(trainset), pairs) == first


@pytest.mark.needs("random_state")
def test_another_seed_gives_another_model(case, trainset, fitted):
    pairs = all_pairs(trainset)
    other = case.make(random_state=1).fit(trainset)
    assert estimates(other, pairs) != estimates(fitted, pairs)


@pytest.mark.needs("n_threads")
def test_fitting_is_the_same_with_any_number_of_threads(case, trainset, fitted):
    pairs = all_pairs(trainset)  # 30,000: several chunks a thread
    expected = estimates(fitted, pairs)
    for n_threads in (1, 2, 3, 7):
        assert estimates(case.make(n_threads=n_threads).fit(trainset), pairs) == expected


# Predicting


def test_predict_test_and_predict_many_agree_to_the_last_bit(fitted, trainset):
    pairs = all_pairs(trainset)[::7] + all_pairs(trainset)[-2:]
    reseed(fitted)
    one_by_one = [fitted.predict(*pair) for pair in pairs]
    assert reseed(fitted).test(pairs) == one_by_one
    users, items, _ = zip(*pairs, strict=True)
    assert reseed(fitted).predict_many(users, items).tolist() == [each.est for each in one_by_one]


def test_test_returns_predictions_of_python_floats(fitted):
    prediction = fitted.test([("1", "2", 3.5)])[0]
    assert type(prediction) is Prediction
    assert type(prediction.est) is float
    assert prediction[:3] == ("1", "2", 3.5)
    assert prediction.details["was_impossible"] is False


def test_test_takes_any_iterable_and_keeps_its_order(fitted, trainset):
    pairs = trainset.build_testset()[:20]
    expected = reseed(fitted).test(pairs)
    assert reseed(fitted).test(iter(pairs)) == expected
    if not draws_estimates(fitted):
        assert fitted.test(pairs[::-1])[::-1] == expected


def test_details_are_not_shared(fitted):
    first, second = fitted.test([("1", "2", 3.0), ("1", "2", 3.0)])
    assert first.details is not second.details


def test_nothing_to_predict(fitted):
    assert fitted.test([]) == []
    nothing = fitted.predict_many([], [])
    assert nothing.shape == (0,)
    assert nothing.dtype == np.float64


def test_predict_many_takes_arrays(fitted):
    users, items = ["1", "2", "zzz"], ["3", "4", "5"]
    from_arrays = reseed(fitted).predict_many(np.array(users), np.array(items, dtype=object))
    np.testing.assert_array_equal(from_arrays, reseed(fitted).predict_many(users, items))


def test_predict_many_refuses_lists_of_different_lengths(fitted):
    with pytest.raises(ValueError, match="equally long, got 2 and 1"):
        fitted.predict_many(["1", "2"], ["1"])


@pytest.mark.parametrize("lone", ["1", b"1", 1, None])
def test_predict_many_refuses_a_lone_id(fitted, lone):
    with pytest.raises(TypeError, match="item_ids must be a sequence of ids"):
        fitted.predict_many(["1"], lone)


@pytest.mark.parametrize("unknown", UNKNOWN_IDS, ids=repr)
def test_unknown_ids_are_answered(fitted, unknown):
    for pair in ((unknown, "2"), ("1", unknown), (unknown, unknown)):
        prediction = reseed(fitted).predict(*pair)
        assert prediction.uid is pair[0]
        assert prediction.iid is pair[1]
        assert is_within_scale(prediction.est, fitted)
        assert reseed(fitted).test([(*pair, None)]) == [prediction]


def test_numpy_scalars_are_the_ids_they_equal(case):
    model = case.make().fit(trainset_of((1, "a", 4.0), (2, "b", 2.0)))
    expected = reseed(model).predict(1, "a").est
    assert reseed(model).predict(np.int64(1), np.str_("a")).est == expected
    assert reseed(model).predict_many(np.array([1]), np.array(["a"])).tolist() == [expected]


def test_integers_and_strings_are_different_ids(case):
    model = make_for_two_ratings(case).fit(trainset_of((1, 7, 5.0), ("1", 7, 1.0)))
    assert model.trainset.n_users == 2
    assert model.predict(1, 7).est != model.predict("1", 7).est


def test_an_unhashable_id_is_a_type_error(fitted):
    with pytest.raises(TypeError, match="unhashable"):
        fitted.predict(["1"], "1")
    with pytest.raises(TypeError, match="unhashable"):
        fitted.test([(["1"], "1", None)])


def test_verbose_prints_each_prediction(fitted, capsys):
    predictions = fitted.test([("1", "2", 3.0), ("zzz", "2", None)], verbose=True)
    assert capsys.readouterr().out.splitlines() == list(map(str, predictions))


@pytest.mark.needs("rates")
@pytest.mark.parametrize(("rating", "scale", "end"), [(1.0, (3, 4), 3), (2.5, (-1, 0), 0)])
def test_estimates_are_clipped_to_the_scale(case, rating, scale, end):
    trainset = trainset_of(("u", "i", rating), ("v", "i", rating), scale=scale)
    model = make_for_two_ratings(case).fit(trainset)
    assert model.predict("u", "i").est == end
    assert model.predict("u", "i", clip=False).est not in scale
    assert model.test([("u", "i", rating)])[0].est == end
    assert model.predict_many(["u"], ["i"]).tolist() == [end]


# Degenerate data


@pytest.mark.parametrize(
    "ratings",
    [
        [("u", "i", 4.0)],
        [("u", "i", 4.0), ("u", "j", 2.0), ("u", "k", 1.0)],
        [("u", "i", 4.0), ("v", "i", 2.0), ("w", "i", 1.0)],
        [("u", "i", 4.0), ("u", "i", 2.0), ("v", "i", 3.0), ("u", "i", 4.0)],
        [("u", "i", 3.0), ("v", "j", 3.0)],
    ],
    ids=["one rating", "one user", "one item", "a pair three times", "one value"],
)
def test_degenerate_data(case, ratings):
    model = case.make().fit(trainset_of(*ratings))
    predictions = reseed(model).test(ratings)
    assert all(is_within_scale(prediction.est, model) for prediction in predictions)
    reseed(model)
    assert predictions == [model.predict(*rating) for rating in ratings]


# Before fit


@pytest.mark.parametrize(
    ("ability", "arguments"),
    [
        ("predict", ("u", "i")),
        ("test", ([("u", "i", 3.0)],)),
        ("predict_many", (["u"], ["i"])),
        ("save", ("nowhere",)),
    ],
)
def test_a_model_that_is_not_fitted_says_so(case, ability, arguments, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    message = rf"this {case.cls.__name__} is not fitted: call fit"
    for error in (ValueError, AttributeError):  # scikit-surprise's is the second
        with pytest.raises(error, match=message):
            getattr(case.make(), ability)(*arguments)
    assert not list(tmp_path.iterdir())


@pytest.mark.needs("ranks")
def test_a_model_that_is_not_fitted_recommends_nothing(case):
    with pytest.raises(ValueError, match=rf"this {case.cls.__name__} is not fitted: call fit"):
        case.make().recommend(["u"])


# Copies


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, copy.copy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["deepcopy", "copy", "pickle"],
)
def test_a_copy_predicts_the_same(case, fitted, trainset, duplicate):
    pairs = all_pairs(trainset)
    assert estimates(duplicate(fitted), pairs) == estimates(fitted, pairs)
    unfitted = duplicate(case.make())
    assert estimates(unfitted.fit(trainset), pairs) == estimates(fitted, pairs)


def test_a_deep_copy_shares_nothing(case, trainset, other_trainset):
    model, pairs = case.make().fit(trainset), all_pairs(trainset)
    before = estimates(model, pairs)
    copy.deepcopy(model).fit(other_trainset)
    assert estimates(model, pairs) == before


def test_a_saved_model_predicts_the_same(fitted, trainset, tmp_path):
    fitted.save(tmp_path / "model.npz")
    for base in (type(fitted), Model):
        loaded = base.load(tmp_path / "model.npz")
        assert type(loaded) is type(fitted)
        expected = reseed(fitted).test(all_pairs(trainset))
        assert reseed(loaded).test(all_pairs(trainset)) == expected


def test_a_loaded_model_can_be_fitted_again(fitted, trainset, other_trainset, tmp_path):
    fitted.save(tmp_path / "model.npz")
    loaded = type(fitted).load(tmp_path / "model.npz").fit(other_trainset).fit(trainset)
    assert estimates(loaded, all_pairs(trainset)) == estimates(fitted, all_pairs(trainset))


@pytest.mark.needs("ranks")
def test_a_saved_model_recommends_the_same(fitted, trainset, tmp_path):
    fitted.save(tmp_path / "model.npz")
    expected = reseed(fitted).recommend(trainset.user_ids, n=20)
    loaded = reseed(type(fitted).load(tmp_path / "model.npz"))
    result = loaded.recommend(trainset.user_ids, n=20)
    for ours, theirs in zip(result, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


# Ranking


@pytest.mark.needs("ranks")
def test_recommended_scores_are_the_estimates_to_the_last_bit(fitted, trainset):
    item_ids, scores = fitted.recommend(trainset.user_ids[:40], n=20)
    for user, items, row in zip(trainset.user_ids, item_ids, scores, strict=False):
        listed = [item for item in items if item is not None]
        expected = [fitted.predict(user, item, clip=False).est for item in listed]
        if not draws_estimates(fitted):
            assert row[: len(listed)].tolist() == expected
        assert np.isnan(row[len(listed) :]).all()


@pytest.mark.needs("ranks")
def test_lists_are_those_of_sorting_all_predictions(fitted, trainset):
    if draws_estimates(fitted):
        item_ids, _ = fitted.recommend(trainset.user_ids[:3], n=5)
        assert all(len(set(row)) == 5 for row in item_ids.tolist())
        return
    users = trainset.user_ids[:12]
    item_ids, scores = fitted.recommend(users, n=8)
    for user, row, of_row in zip(users, item_ids.tolist(), scores.tolist(), strict=True):
        seen = {trainset.item_ids[item] for item, _ in trainset.ur[trainset.to_inner_uid(user)]}
        predictions = [
            fitted.predict(user, item, clip=False) for item in trainset.item_ids if item not in seen
        ]
        possible = [each for each in predictions if not each.details["was_impossible"]]
        best = sorted(possible, key=lambda each: -each.est)[:8]  # of equals the first stays first
        listed = len(best)
        assert row == [each.iid for each in best] + [None] * (8 - listed)
        assert of_row[:listed] == [each.est for each in best]


@pytest.mark.needs("ranks")
def test_recommendations_are_the_same_with_any_number_of_threads(trainset, fitted):
    expected_ids, expected_scores = reseed(fitted).recommend(trainset.user_ids, n=20)
    for n_threads in (1, 2, 3, 7):
        model = copy.copy(fitted)
        model.n_threads = n_threads
        item_ids, scores = reseed(model).recommend(trainset.user_ids, n=20)
        np.testing.assert_array_equal(item_ids, expected_ids)
        np.testing.assert_array_equal(scores, expected_scores)


# Ratings that come later

LATER = [("1", "2", 5.0), ("newcomer", "2", 4.0), ("newcomer", "novelty", 2.0)]


@pytest.mark.needs("partial_fit")
def test_new_users_and_items_are_learned(case, trainset):
    model = case.make().fit(trainset)
    assert model.partial_fit(LATER) is model
    assert model.trainset.user_ids == [*trainset.user_ids, "newcomer"]
    assert model.trainset.item_ids == [*trainset.item_ids, "novelty"]
    predictions = model.test(LATER)
    assert predictions == [model.predict(*rating) for rating in LATER]
    assert not any(prediction.details["was_impossible"] for prediction in predictions)
    pairs = all_pairs(trainset)
    assert estimates(case.make().fit(trainset).partial_fit(LATER), pairs) == estimates(model, pairs)


@pytest.mark.needs("partial_fit")
def test_later_ratings_are_learned_alike_with_any_number_of_threads(case, trainset):
    pairs = all_pairs(trainset)
    models = (case.make(n_threads=n_threads).fit(trainset) for n_threads in (1, 2, 3, 7))
    results = [estimates(model.partial_fit(LATER), pairs) for model in models]
    assert all(each == results[0] for each in results)


@pytest.mark.needs("partial_fit")
def test_an_error_in_partial_fit_leaves_the_model_as_it_was(case, trainset):
    model = case.make().fit(trainset)
    before = state_of(model)
    for ratings in ([], [("u", "i", float("nan"))], "ratings"):
        with pytest.raises((TypeError, ValueError)):
            model.partial_fit(ratings)
        assert_same_state(model, before)


@pytest.mark.needs("partial_fit")
def test_a_model_that_is_not_fitted_learns_nothing(case):
    with pytest.raises(ValueError, match=rf"this {case.cls.__name__} is not fitted: call fit"):
        case.make().partial_fit(LATER)


def similar(model, trainset):
    """Lists of similar items and users."""
    return (
        *model.similar_items(trainset.item_ids, n=7),
        *model.similar_users(trainset.user_ids, n=7),
    )


@pytest.mark.needs("has_factors")
def test_similar_rows_are_saved_and_the_same_with_any_number_of_threads(trainset, fitted, tmp_path):
    expected = similar(fitted, trainset)
    fitted.save(tmp_path / "model.npz")
    model = type(fitted).load(tmp_path / "model.npz")
    for model.n_threads in (1, 2, 3, 7):
        for ours, theirs in zip(similar(model, trainset), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


# Subclasses


def constant_estimate(*_):
    return 2.5


def constant_predict(uid, iid, r_ui=None, **_):
    return Prediction(uid, iid, r_ui, 2.5, {"mine": True})


def override(cls, where, **methods):
    """A function that makes a model of `cls` with methods replaced in the class or the instance."""
    if where == "class":
        return type("Mine", (cls,), {name: staticmethod(each) for name, each in methods.items()})

    def make(**parameters):
        model = cls(**parameters)
        vars(model).update(methods)
        return model

    return make


@pytest.fixture(params=["class", "instance"])
def where(request):
    return request.param


@pytest.mark.parametrize("method", [constant_estimate, constant_predict])
def test_an_overridden_method_is_what_counts(case, trainset, where, method):
    name = method.__name__.removeprefix("constant_")
    model = override(case.cls, where, **{name: method})(**case.parameters).fit(trainset)
    assert estimates(model, [("1", "2", 3.0), ("zzz", "2", 3.0)]) == [2.5, 2.5]
    assert model.predict_many(["1", "zzz"], ["2", "2"]).tolist() == [2.5, 2.5]


def test_an_overridden_default_prediction_answers_the_impossible(case, trainset, where):
    def impossible(*_):
        raise PredictionImpossible("no idea")

    make = override(case.cls, where, estimate=impossible, default_prediction=lambda: 1.75)
    model = make(**case.parameters).fit(trainset)
    (prediction,) = model.test([("1", "2", 3.0)])
    assert prediction.est == 1.75
    assert prediction.details == {"was_impossible": True, "reason": "no idea"}
    assert model.predict_many(["1"], ["2"]).tolist() == [1.75]


def test_an_override_of_a_method_sees_inner_ids(case, trainset, where):
    seen = []

    def estimate(u, i):
        seen.append((u, i))
        return 3.0

    model = override(case.cls, where, estimate=estimate)(**case.parameters).fit(trainset)
    model.test([("1", "2", None), (8.5, None, None)])
    known = trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    assert seen == [known, ("UKN__8.5", "UKN__None")]


@pytest.mark.parametrize("nan", [float("nan"), np.float32("nan"), (float("nan"), {"k": 3})])
def test_an_estimate_that_is_nan_is_impossible(case, trainset, where, nan):
    make = override(case.cls, where, estimate=lambda _u, _i: nan)
    model = make(**case.parameters).fit(trainset)
    (prediction,) = model.test([("1", "2", 3.0)])
    assert prediction.est == model.default_prediction()
    reason = "The estimate is not a number."
    assert prediction.details == {"was_impossible": True, "reason": reason}


# Failing and being interrupted


def interrupt(*_):
    raise KeyboardInterrupt


def send_sigint(*_):
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("stop", [interrupt, send_sigint])
@pytest.mark.needs("verbose")
def test_ctrl_c_leaves_the_model_as_it_was(case, trainset, other_trainset, monkeypatch, stop):
    model = case.make(verbose=True)
    unfitted = state_of(model)
    with monkeypatch.context() as patched:
        patched.setattr("builtins.print", stop)
        patched.setattr("tqdm.tqdm.update", stop)
        with pytest.raises(KeyboardInterrupt):
            model.fit(trainset)
    assert_same_state(model, unfitted)

    fitted = state_of(model.fit(trainset))
    with monkeypatch.context() as patched:
        patched.setattr("builtins.print", stop)
        patched.setattr("tqdm.tqdm.update", stop)
        with pytest.raises(KeyboardInterrupt):
            model.fit(other_trainset)
    assert_same_state(model, fitted)


@pytest.mark.needs("n_epochs")
def test_ctrl_c_is_noticed_between_silent_epochs(case, trainset):
    model = case.make().fit(trainset)
    model.n_epochs = 10**8  # hours: the signal comes first
    before = state_of(model)
    timer = threading.Timer(0.05, send_sigint)

    def fit_until_the_signal():
        timer.start()
        model.fit(ONE_RATING)

    with pytest.raises(KeyboardInterrupt):
        fit_until_the_signal()
    timer.join()
    assert_same_state(model, before)


@pytest.mark.needs("random_state")
def test_an_error_in_fit_leaves_the_model_as_it_was(case, trainset, other_trainset):
    model = case.make().fit(trainset)
    model.random_state = "zero"
    before = state_of(model)
    with pytest.raises(ValueError, match="random state"):
        model.fit(other_trainset)
    assert_same_state(model, before)
