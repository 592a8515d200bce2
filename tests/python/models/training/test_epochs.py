"""The loop over epochs, with a trainer whose numbers are known."""

import numpy as np
import pytest

from astonish import SVD
from astonish.models.training.epochs import EarlyStopping, run_epochs, validation_rmse
from astonish.models.training.held_out import hold_out, training_split

from ..helpers import trainset_of

ERRORS = [0.9, 0.5, 0.3, 0.4, 0.35, 0.2]  # of each epoch, on what is held out


class PlannedTrainer:
    """A model that predicts its bias alone: 3 plus the error planned for the epoch."""

    def run_epoch(self, epoch):
        self.error = ERRORS[epoch]
        return {"loss": 10.0 - epoch}

    def parameters(self):
        return {
            "pu": np.zeros((1, 1)),
            "qi": np.zeros((1, 1)),
            "bu": np.array([self.error]),
            "bi": np.zeros(1),
        }


def trained(**parameters):
    model = SVD(n_factors=1, n_epochs=len(ERRORS))
    model.trainset = trainset_of(("u", "i", 3.0))
    held_out = hold_out(model.trainset, [("u", "i", 3.0)], np.random.RandomState(0))
    options = {"patience": None, "callback": None, **parameters}
    vars(model).update(options)
    run_epochs(model, PlannedTrainer(), held_out)
    return model


def test_history_holds_the_figures_of_each_epoch():
    history = trained().history_
    np.testing.assert_allclose(history["validation_rmse"], ERRORS)
    assert history["loss"] == [10.0, 9.0, 8.0, 7.0, 6.0, 5.0]


def test_without_patience_the_last_epoch_is_kept():
    assert trained().bu == ERRORS[-1]


@pytest.mark.parametrize(("patience", "n_epochs", "best"), [(1, 4, 0.3), (2, 5, 0.3), (3, 6, 0.2)])
def test_patience_stops_and_keeps_the_best_epoch(patience, n_epochs, best):
    model = trained(patience=patience)
    assert len(model.history_["loss"]) == n_epochs
    assert model.bu == best


def test_a_callback_sees_the_model_of_its_epoch_and_may_stop():
    seen = []

    def callback(epoch, losses):
        seen.append((epoch, losses["loss"], losses["validation_rmse"]))
        return epoch == 2

    model = trained(callback=callback)
    assert [epoch for epoch, _, _ in seen] == [0, 1, 2]
    np.testing.assert_allclose([rmse for _, _, rmse in seen], ERRORS[:3])
    assert model.bu == ERRORS[2]


@pytest.mark.parametrize(
    ("answer", "n_epochs"), [(True, 1), (np.bool_(True), 1), (False, 6), (None, 6), (3, 6)]
)
def test_true_alone_stops(answer, n_epochs):
    model = trained(callback=lambda *_: answer)
    assert len(model.history_["loss"]) == n_epochs


@pytest.mark.parametrize("solver", ["sequential", "parallel"])
def test_a_callback_may_not_fit_the_model_that_it_watches(trainset, solver):
    model = SVD(n_factors=2, n_epochs=2, solver=solver).fit(trainset)
    before = dict(vars(model))

    def fit_again(*_):
        model.callback = None
        model.fit(trainset_of(("u", "i", 3.0)))

    model.callback = fit_again
    with pytest.raises(ValueError, match="the model is in training: its callback or another"):
        model.fit(trainset)
    assert vars(model) == {**before, "callback": fit_again}


def test_verbose_shows_a_bar(capsys):
    trained(verbose=True)
    assert "6/6" in capsys.readouterr().err
    trained()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"patience": 0}, ValueError, "patience must be at least 1, got 0"),
        ({"patience": 1.5}, TypeError, "patience must be an integer, got 1.5"),
        ({"callback": 3}, TypeError, "callback must be callable, got 3"),
    ],
)
def test_wrong_parameters_are_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        trained(**parameters)


def test_patience_needs_validation():
    model = SVD()
    vars(model).update(patience=2, callback=None)
    with pytest.raises(ValueError, match="patience=2 needs validation"):
        run_epochs(model, PlannedTrainer(), None)


def test_a_share_is_held_out_and_the_rest_is_trained(trainset):
    held_out = hold_out(trainset, 0.05, np.random.RandomState(0))
    assert len(held_out.values) == 200
    assert np.count_nonzero(held_out.kept) == 3800
    by_user, by_item = trainset.sides.kept(held_out.kept)
    assert (by_user.n_rows, by_item.n_rows) == (200, 150)
    ratings = list(trainset.all_ratings())
    kept = {ratings[k] for k in np.flatnonzero(held_out.kept)}
    assert set(zip(by_user.row_of_each(), by_user.indices, by_user.values, strict=True)) == kept
    assert set(zip(by_item.indices, by_item.row_of_each(), by_item.values, strict=True)) == kept
    out = zip(held_out.users, held_out.items, held_out.values, strict=True)
    assert set(out) == set(ratings) - kept


def test_weights_go_with_their_ratings(trainset):
    weights = np.arange(4000.0)
    part = training_split(trainset, 0.25, weights, np.random.RandomState(0))
    kept = hold_out(trainset, 0.25, np.random.RandomState(0)).kept
    np.testing.assert_array_equal(part.held_out.kept, kept)
    np.testing.assert_array_equal(part.weights, weights[kept])
    np.testing.assert_array_equal(part.sides.by_user.values, trainset.by_user.values[kept])
    nothing = training_split(trainset, None, weights, np.random.RandomState(0))
    assert nothing == (None, trainset.sides, weights)


def test_a_test_set_leaves_the_training_set_whole(trainset):
    testset = [("1", "2", 3.0), ("nobody", "2", 4.0)]
    held_out = hold_out(trainset, testset, np.random.RandomState(0))
    assert held_out.users.tolist() == [trainset.to_inner_uid("1"), -1]
    assert trainset.sides.kept(held_out.kept) == (trainset.by_user, trainset.by_item)


def test_a_test_set_may_be_a_frame(trainset):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame([("1", "2", 3.0), ("nobody", "2", 4.0)])
    held_out = hold_out(trainset, frame, np.random.RandomState(0))
    assert held_out.users.tolist() == [trainset.to_inner_uid("1"), -1]
    assert held_out.items.tolist() == [trainset.to_inner_iid("2")] * 2
    assert held_out.values.tolist() == [3.0, 4.0]


def test_validation_rmse_is_that_of_test(trainset):
    model = SVD(n_factors=3, n_epochs=2, random_state=0).fit(trainset)
    testset = [*trainset.build_testset()[:50], ("nobody", "nothing", 4.0)]
    errors = [p.r_ui - p.est for p in model.test(testset)]
    held_out = hold_out(trainset, testset, np.random.RandomState(0))
    assert validation_rmse(model, held_out) == pytest.approx(np.sqrt(np.mean(np.square(errors))))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, 0.9999, 1e308, -1e308])
def test_a_share_that_leaves_nothing_is_refused(trainset, share):
    with pytest.raises(ValueError, match="validation must be a test set or a share of the 4000"):
        hold_out(trainset, share, np.random.RandomState(0))


def test_other_validations_are_refused(trainset):
    with pytest.raises(ValueError, match="validation is empty"):
        hold_out(trainset, [], np.random.RandomState(0))
    with pytest.raises(TypeError, match=r"validation must be a Dataset, .*, got str"):
        hold_out(trainset, "0.1", np.random.RandomState(0))
    with pytest.raises(TypeError, match=r"validation\[1\] must be .*, got 3"):
        hold_out(trainset, [("1", "2", 3.0), 3], np.random.RandomState(0))
    with pytest.raises(TypeError, match="validation must be a number, got True"):
        hold_out(trainset, True, np.random.RandomState(0))


def test_a_callback_that_writes_to_the_model_does_not_spoil_the_best_epoch():
    model = SVD(n_factors=1, n_epochs=len(ERRORS))
    model.trainset = trainset_of(("u", "i", 3.0))
    held_out = hold_out(model.trainset, [("u", "i", 3.0)], np.random.RandomState(0))
    vars(model).update(patience=1, callback=lambda _epoch, _losses: model.bu.fill(99.0))
    run_epochs(model, PlannedTrainer(), held_out)
    assert model.bu == ERRORS[2]


@pytest.mark.parametrize(
    ("options", "since"),
    [
        ({}, [0, 0, 0, 1, 2, 0]),
        ({"min_delta": 0.25}, [0, 0, 1, 2, 3, 0]),
        ({"is_better": np.greater}, [0, 1, 2, 3, 4, 5]),
        ({"is_better": np.greater, "best": 0.1, "min_delta": 0.75}, [0, 1, 2, 3, 4, 5]),
        ({"best": 0.25}, [1, 2, 3, 4, 5, 0]),
    ],
)
def test_early_stopping_counts_the_epochs_since_the_best(options, since):
    stopping = EarlyStopping(2, **options)
    counted, is_over = [], []
    for error in ERRORS:
        assert stopping.is_best(error) == (stopping.since == 0)
        counted.append(stopping.since)
        is_over.append(stopping.is_over)
    assert counted == since
    assert is_over == [n >= 2 for n in since]


def test_what_is_not_a_number_is_never_the_best():
    stopping = EarlyStopping(None)
    assert not stopping.is_best(np.nan)
    assert stopping.is_best(1.0)
    assert not stopping.is_best(np.nan)
    assert (stopping.best, stopping.since, stopping.is_over) == (1.0, 1, False)
