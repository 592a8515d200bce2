"""CoClustering against plain loops, and what its parameters mean."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import CoClustering, Trainset, accuracy

from .. import reference
from ..helpers import all_pairs, assert_same_state, small_ratings, state_of, trainset_of

CLUSTERS, MEANS = ("cltr_u", "cltr_i"), ("user_mean", "item_mean")
ATTRIBUTES = (*CLUSTERS, *MEANS, "avg_cltr_u", "avg_cltr_i", "avg_cocltr")


def fit_reference(trainset, *, random_state, n_cltr_u, n_cltr_i, n_epochs):
    rng = np.random.RandomState(random_state)
    return reference.co_clustering(
        trainset,
        rng.randint(n_cltr_u, size=trainset.n_users),
        rng.randint(n_cltr_i, size=trainset.n_items),
        n_cltr_u=n_cltr_u,
        n_cltr_i=n_cltr_i,
        n_epochs=n_epochs,
    )


@given(
    small_ratings,
    st.fixed_dictionaries(
        {
            "n_cltr_u": st.integers(1, 5),
            "n_cltr_i": st.integers(1, 5),
            "n_epochs": st.integers(0, 3),
            "random_state": st.integers(0, 2**32 - 1),
        }
    ),
)
def test_every_attribute_equals_the_reference_to_the_last_bit(trainset, parameters):
    model = CoClustering(**parameters).fit(trainset)
    for name, expected in fit_reference(trainset, **parameters).items():
        np.testing.assert_array_equal(getattr(model, name), expected, err_msg=name)


def test_the_defaults_equal_the_reference(trainset):
    model = CoClustering(random_state=0).fit(trainset)
    parameters = {"random_state": 0, "n_cltr_u": 3, "n_cltr_i": 3, "n_epochs": 20}
    for name, expected in fit_reference(trainset, **parameters).items():
        np.testing.assert_array_equal(getattr(model, name), expected, err_msg=name)


def test_attributes_are_the_same_with_any_number_of_threads(trainset):
    expected = CoClustering(n_cltr_u=7, random_state=1, n_threads=1).fit(trainset)
    for n_threads in (2, 3, 7):
        model = CoClustering(n_cltr_u=7, random_state=1, n_threads=n_threads).fit(trainset)
        for name in ATTRIBUTES:
            np.testing.assert_array_equal(getattr(model, name), getattr(expected, name))


def test_a_checkerboard_is_found():
    ratings = [(u, i, 5.0 if (u < 4) == (i < 5) else 1.0) for u in range(8) for i in range(10)]
    model = CoClustering(2, 2, random_state=0).fit(trainset_of(*ratings))
    assert [prediction.est for prediction in model.test(ratings)] == [r for _, _, r in ratings]
    assert sorted(model.avg_cocltr.ravel()) == [1, 1, 5, 5]


def test_types_and_shapes(trainset):
    model = CoClustering(4, 2, random_state=0).fit(trainset)
    shapes = [getattr(model, name).shape for name in ATTRIBUTES]
    assert shapes == [(200,), (150,), (200,), (150,), (4,), (2,), (4, 2)]
    assert [getattr(model, name).dtype for name in ATTRIBUTES] == [np.intp] * 2 + [float] * 5


def test_no_epochs_leave_the_random_clusters(trainset):
    model = CoClustering(n_epochs=0, random_state=5).fit(trainset)
    rng = np.random.RandomState(5)
    np.testing.assert_array_equal(model.cltr_u, rng.randint(3, size=200))
    np.testing.assert_array_equal(model.cltr_i, rng.randint(3, size=150))


def test_verbose_prints_each_epoch(trainset, capsys):
    CoClustering(n_epochs=2, verbose=True).fit(trainset)
    assert capsys.readouterr().out == "Processing epoch 0\nProcessing epoch 1\n"


def test_compute_averages_is_of_the_clusters_it_is_given(trainset):
    model = CoClustering(4, 2, random_state=0).fit(trainset)
    cltr_u, cltr_i = np.arange(200) % 3, np.arange(150)[::-1] % 2
    expected = reference.cluster_averages(trainset, cltr_u, cltr_i, 4, 2)
    for ours, theirs in zip(model.compute_averages(cltr_u, cltr_i), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert model.compute_averages(cltr_u, cltr_i)[0][3] == trainset.global_mean  # an empty one


def test_compute_averages_takes_clusters_from_anywhere_in_memory(trainset):
    model = CoClustering(random_state=0).fit(trainset)
    shifted = np.frombuffer(b"." + model.cltr_u.tobytes(), dtype=np.intp, offset=1)
    assert not shifted.flags.aligned
    averages = model.compute_averages(shifted, model.cltr_i)
    assert np.array_equal(averages[2], model.avg_cocltr)


def test_compute_averages_refuses_what_does_not_fit(trainset):
    model = CoClustering().fit(trainset)
    with pytest.raises(ValueError, match="cltr_u has 199 entries, expected 200"):
        model.compute_averages(model.cltr_u[1:], model.cltr_i)
    with pytest.raises(ValueError, match="cltr_i has 1 entries, expected 150"):
        model.compute_averages(model.cltr_u, [0])
    with pytest.raises(IndexError, match=r"cltr_i\[0\] is 3, outside \[0, 3\)"):
        model.compute_averages(model.cltr_u, np.full(150, 3))
    with pytest.raises(ValueError, match="not fitted"):
        CoClustering().compute_averages(model.cltr_u, model.cltr_i)


def test_a_subclass_may_average_otherwise(trainset):
    class Flat(CoClustering):
        def compute_averages(self, cltr_u, cltr_i):  # noqa: ARG002
            return np.zeros(3), np.zeros(3), np.zeros((3, 3))

    model = Flat(random_state=0).fit(trainset)
    assert not model.cltr_u.any()  # all clusters are as good, the first one wins
    assert not model.avg_cocltr.any()


# History, early stopping, callbacks


def make(**parameters):
    return CoClustering(**{"n_epochs": 4, "random_state": 0, **parameters})


def assert_same_arrays(ours, theirs):
    for name in ATTRIBUTES:
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)


def test_history_has_the_rmse_of_each_epoch(trainset):
    errors = make().fit(trainset).history_["rmse"]
    users, items, ratings = map(np.array, zip(*trainset.all_ratings(), strict=True))
    for n_epochs, error in enumerate(errors):
        model = copy.copy(make(n_epochs=n_epochs).fit(trainset))  # the averages before the epoch
        after = make(n_epochs=n_epochs + 1).fit(trainset)
        model.cltr_u, model.cltr_i = after.cltr_u, after.cltr_i
        uc, ic = model.cltr_u[users], model.cltr_i[items]
        estimates = (
            model.avg_cocltr[uc, ic]
            + (model.user_mean[users] - model.avg_cltr_u[uc])
            + (model.item_mean[items] - model.avg_cltr_i[ic])
        )
        assert error == pytest.approx(np.sqrt(np.mean((ratings - estimates) ** 2)), rel=1e-12)
    assert errors[-1] < errors[0]


def test_a_test_set_only_measures(trainset):
    testset = [*trainset.build_testset()[:100], ("nobody", "2", 4.0)]
    model = make(validation=testset).fit(trainset)
    assert_same_arrays(model, make().fit(trainset))
    error = accuracy.rmse(model.test(testset), verbose=False)
    assert model.history_["validation_rmse"][-1] == pytest.approx(error, rel=0, abs=1e-12)


def test_no_share_can_be_held_out(trainset):
    with pytest.raises(ValueError, match=r"validation must be a test set, got 0\.1"):
        make(validation=0.1).fit(trainset)


def test_patience_keeps_the_best_epoch(trainset):
    wrong = [(user, item, 6 - rating) for user, item, rating in trainset.build_testset()[::7]]
    model = make(n_epochs=200, validation=wrong, patience=2).fit(trainset)
    errors = model.history_["validation_rmse"]
    best = int(np.argmin(errors))
    assert len(errors) == best + 3
    assert model.stopped_by_ == "patience"
    assert_same_arrays(model, make(n_epochs=best + 1).fit(trainset))


def test_a_callback_may_stop(trainset):
    model = make(callback=lambda epoch, _: epoch == 1).fit(trainset)
    assert_same_arrays(model, make(n_epochs=2).fit(trainset))
    assert model.stopped_by_ == "callback"


def test_a_callback_that_writes_to_the_model_does_not_spoil_the_training(trainset):
    model = make()
    model.callback = lambda *_: model.cltr_u.fill(0)
    assert_same_arrays(model.fit(trainset), make().fit(trainset))


def test_files_leave_out_what_watches_the_training(trainset, tmp_path):
    watchers = {"callback": lambda *_: None, "validation": [("1", "2", 3.0)], "patience": 9}
    model = make(**watchers, tol=0).fit(trainset)
    model.save(tmp_path / "model.npz")
    loaded = CoClustering.load(tmp_path / "model.npz")
    assert (loaded.callback, loaded.validation, loaded.patience) == (None, None, None)
    assert (loaded.tol, loaded.history_, loaded.stopped_by_) == (0, model.history_, "n_epochs")
    assert_same_arrays(loaded, model)


# Estimates


def test_the_estimate_is_the_sum_of_its_terms(trainset):
    model = CoClustering(random_state=0).fit(trainset)
    u, i = trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
    uc, ic = model.cltr_u[u], model.cltr_i[i]
    expected = (
        model.avg_cocltr[uc, ic]
        + model.user_mean[u]
        - model.avg_cltr_u[uc]
        + model.item_mean[i]
        - model.avg_cltr_i[ic]
    )
    assert model.predict("1", "2", clip=False).est == expected


def test_an_unknown_id_leaves_the_mean_of_the_other(trainset, monkeypatch):
    model = CoClustering(random_state=0).fit(trainset)
    mean = trainset.global_mean
    user_mean = model.user_mean[trainset.to_inner_uid("1")]
    item_mean = model.item_mean[trainset.to_inner_iid("2")]
    pairs = [("1", "?"), ("?", "2"), ("?", "?")]
    for strict, expected in ((False, [user_mean, item_mean, mean]), (True, [mean] * 3)):
        if strict:
            monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
        predictions = [model.predict(*pair) for pair in pairs]
        assert [each.est for each in predictions] == expected
        assert all(each.details == {"was_impossible": False} for each in predictions)
        assert model.test([(*pair, None) for pair in pairs]) == predictions


def test_an_id_without_ratings_is_unknown():
    ur, ir = {0: [(0, 3.0)], 1: [(0, 5.0)]}, {0: [(0, 3.0), (1, 5.0)]}
    users, items = {"u": 0, "v": 1, "idle": 2}, {"i": 0, "idle": 1}
    model = CoClustering(random_state=0).fit(Trainset(ur, ir, 3, 2, 2, (1, 5), users, items))
    for pair, est in ((("idle", "i"), 4), (("v", "idle"), 5), (("idle", "idle"), 4)):
        assert model.predict(*pair).est == est
        assert model.test([(*pair, None)]) == [model.predict(*pair)]


def test_attributes_that_the_user_assigns_are_used(trainset):
    model = copy.copy(CoClustering(random_state=0).fit(trainset))
    model.avg_cocltr, model.user_mean = np.full((3, 3), 4.0), model.avg_cltr_u[model.cltr_u]
    model.item_mean = model.avg_cltr_i[model.cltr_i]
    pairs = all_pairs(trainset)[:-2:500]
    assert [each.est for each in model.test(pairs)] == pytest.approx([4] * len(pairs))


def test_strict_mode_cuts_ratings_to_whole_numbers(trainset, monkeypatch):
    rows = trainset.build_testset()
    halves = trainset_of(*((user, item, rating + 0.5) for user, item, rating in rows), scale=(1, 6))
    whole = CoClustering(random_state=0).fit(trainset_of(*rows))
    moved = CoClustering(random_state=0).fit(halves).user_mean
    np.testing.assert_allclose(moved, whole.user_mean + 0.5, rtol=0, atol=1e-12)
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")
    strict = CoClustering(random_state=0).fit(halves)
    for name in ATTRIBUTES:
        np.testing.assert_array_equal(getattr(strict, name), getattr(whole, name), err_msg=name)


# Parameters


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        *((name, 0, ValueError) for name in ("n_cltr_u", "n_cltr_i", "n_threads")),
        *((name, -2, ValueError) for name in ("n_cltr_u", "n_cltr_i", "n_epochs")),
        *((name, 2.0, TypeError) for name in ("n_cltr_u", "n_cltr_i", "n_epochs", "n_threads")),
        *((name, None, TypeError) for name in ("n_cltr_u", "n_cltr_i", "n_epochs")),
        ("n_cltr_i", 2**31, ValueError),
        ("n_epochs", True, TypeError),
        ("patience", 0, ValueError),
        ("tol", -1, ValueError),
        ("callback", 3, TypeError),
    ],
)
def test_a_bad_parameter_is_named_with_its_value(trainset, name, value, error):
    model = CoClustering()
    setattr(model, name, value)
    before = state_of(model)
    with pytest.raises(error, match=rf"{name} must be .*got {value!r}"):
        model.fit(trainset)
    assert_same_state(model, before)
