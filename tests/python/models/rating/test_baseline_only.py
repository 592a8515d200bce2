"""BaselineOnly and its biases against the formula of the paper."""

import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import AlgoBase, BaselineOnly, Trainset

from .. import reference
from ..helpers import assert_same_state, small_ratings, state_of, trainset_of


def fit(trainset, **options):
    return BaselineOnly(options, verbose=False).fit(trainset)


@given(
    small_ratings,
    st.integers(0, 4),
    st.sampled_from([0, 1, 15, 2.5, -1]),
    st.sampled_from([0, 10, 0.1]),
)
def test_biases_equal_the_reference_to_the_last_bit(trainset, n_epochs, reg_u, reg_i):
    options = {"n_epochs": n_epochs, "reg_u": reg_u, "reg_i": reg_i}
    model = fit(trainset, **options)
    assert (model.bu.tolist(), model.bi.tolist()) == reference.baselines(trainset, **options)


def test_the_defaults_of_als(trainset):
    expected = reference.baselines(trainset, n_epochs=10, reg_u=15, reg_i=10)
    model = fit(trainset)
    assert (model.bu.tolist(), model.bi.tolist()) == expected


def test_one_epoch_by_hand():
    trainset = trainset_of(("u", "i", 5.0), ("u", "j", 2.0), ("v", "i", 2.0))
    model = fit(trainset, n_epochs=1, reg_u=1, reg_i=2)
    assert model.bi.tolist() == [(2 - 1) / (2 + 2), -1 / (2 + 1)]
    assert model.bu.tolist() == [(2 - 0.25 - 1 + 1 / 3) / 3, (-1 - 0.25) / 2]


def test_the_estimate_is_the_sum_of_its_terms(trainset):
    model = fit(trainset)
    mean, u, i = trainset.global_mean, trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    assert model.predict("1", "2", clip=False).est == mean + model.bu[u] + model.bi[i]
    assert model.predict("1", "?", clip=False).est == mean + model.bu[u]
    assert model.predict("?", "2", clip=False).est == mean + model.bi[i]
    assert model.predict("?", "?").est == mean
    assert not model.predict("?", "?").details["was_impossible"]


def test_every_user_is_recommended_the_items_with_the_highest_bias(trainset):
    model = fit(trainset)
    item_ids, _ = model.recommend(["1", "2"], n=5, exclude_seen=False)
    best = np.argsort(-model.bi, kind="stable")[:5]
    assert item_ids.tolist() == [[trainset.item_ids[item] for item in best]] * 2


def test_a_divisor_of_zero_is_a_bias_of_zero():
    users, items = {"u": 0, "idle": 1}, {"i": 0}
    trainset = Trainset({0: [(0, 3.0)]}, {0: [(0, 3.0)]}, 2, 1, 1, (1, 5), users, items)
    assert fit(trainset, reg_u=0, reg_i=0).bu.tolist() == [0, 0]
    assert fit(trainset, reg_u=-1, reg_i=-1).bi.tolist() == [0]


@pytest.mark.parametrize("method", ["als", "sgd"])
def test_it_says_what_it_does_unless_it_is_told_not_to(trainset, capsys, method):
    BaselineOnly({"method": method}).fit(trainset)
    assert capsys.readouterr().out == f"Estimating biases using {method}...\n"
    fit(trainset, method=method)
    assert capsys.readouterr().out == ""


def test_the_default_options_are_nobodys():
    first = BaselineOnly()
    first.bsl_options["method"] = "sgd"
    assert BaselineOnly().bsl_options == {}
    assert inspect.signature(BaselineOnly).parameters["bsl_options"].default == {}


def test_a_subclass_may_bring_its_own_baselines(trainset):
    class Fixed(BaselineOnly):
        def compute_baselines(self):
            return [0.5] * self.trainset.n_users, np.zeros(self.trainset.n_items, np.float32)

    model = Fixed().fit(trainset)
    expected = trainset.global_mean + 0.5
    assert model.predict("1", "2").est == expected
    assert model.predict_many(["1"], ["2"]).tolist() == [expected]


def test_models_of_the_user_have_the_same_baselines(trainset):
    model = AlgoBase(bsl_options={"reg_u": 5}).fit(trainset)
    bu, bi = model.compute_baselines()
    assert model.compute_baselines() == (bu, bi)
    expected = fit(trainset, reg_u=5)
    np.testing.assert_array_equal(bu, expected.bu)
    np.testing.assert_array_equal(bi, expected.bi)


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("n_epochs", -1, ValueError),
        ("n_epochs", 2**31, ValueError),
        ("n_epochs", 1.5, TypeError),
        ("reg_u", "15", TypeError),
        ("reg_i", float("nan"), ValueError),
    ],
)
def test_a_bad_option_is_named_with_its_value(trainset, option, value, error):
    model = BaselineOnly({option: value}, verbose=False)
    before = state_of(model)
    with pytest.raises(error, match=rf"{option} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)


def test_a_wrong_number_of_threads_is_named(trainset):
    with pytest.raises(ValueError, match="n_threads must be at least 1, got 0"):
        BaselineOnly(verbose=False, n_threads=0).fit(trainset)


def test_an_unknown_method_leaves_the_model_as_it_was(trainset):
    model = fit(trainset)
    model.bsl_options = {"method": "lsq"}
    before = state_of(model)
    with pytest.raises(ValueError, match="Invalid method lsq"):
        model.fit(trainset)
    assert_same_state(model, before)
