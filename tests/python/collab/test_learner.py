"""Training, validating and asking a learner."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from astonish import SVD, DotBias, EmbeddingNN, make_ratings
from astonish.collab import (
    Callback,
    CollabDataLoaders,
    Learner,
    RatingsLoader,
    collab_learner,
    mae,
    rmse,
)
from astonish.collab.files import arrays_of
from astonish.models.training import schedules
from astonish.models.training.publishing import snapshot
from astonish.models.training.sampling import EpochSampler

from ..models import reference_embedding_dot as reference
from .helpers import assert_same_parameters, parameters_of


def reference_losses(learn, fits):
    """Losses of the batches of several trainings of a float64 learner, by the reference.

    `fits` holds a schedule and a weight decay for each. The learner stays as it is.
    """
    train, order = learn.dls.train, np.random.RandomState()
    order.set_state(learn._session.order.get_state())
    parameters = parameters_of(learn)
    means = [{name: np.zeros_like(array) for name, array in parameters.items()} for _ in range(2)]
    columns = train.users - 1, train.items - 1, train.ratings
    losses = []
    for schedule, wd in fits:
        sampler = EpochSampler(train.n, train.bs, learn.model.sampling, order)
        epochs = [sampler.next() for _ in range(len(schedule.lrs) // sampler.n_batches)]
        rows = np.concatenate(epochs).reshape(-1, sampler.batch_size)
        batches = [tuple(column[row] for column in columns) for row in rows]
        options = {"wd": wd, "y_range": learn.model.y_range_, "first_step": len(losses)}
        losses += reference.train(parameters, *means, batches, *schedule, **options).tolist()
    return losses, parameters


def assert_like_reference(learn, losses, parameters):
    np.testing.assert_allclose(learn.recorder.batch_losses, losses, rtol=1e-9)
    for name, array in parameters.items():
        np.testing.assert_allclose(getattr(learn.model, name), array, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("sampling", ["permutation", "replacement"])
@pytest.mark.parametrize("y_range", [None, (0, 5.5)])
def test_one_cycle_is_that_of_the_reference(make_learner, sampling, y_range):
    learn = make_learner(dtype="float64", sampling=sampling, y_range=y_range)
    expected = reference_losses(learn, [(schedules.one_cycle(2, 25, 5e-2), 0.1)])
    learn.fit_one_cycle(2, 5e-2, wd=0.1)
    assert_like_reference(learn, *expected)


METHODS = {
    "fit": (lambda learn: learn.fit(2, 1e-2), schedules.constant(2, 25, 1e-2)),
    "fit_one_cycle": (
        lambda learn: learn.fit_one_cycle(1, 0.1, div=5, div_final=50, pct_start=0.5),
        schedules.one_cycle(1, 25, 0.1, 5, 50, 0.5),
    ),
    "moms": (
        lambda learn: learn.fit_one_cycle(1, 0.1, moms=(0.9, 0.5, 0.8)),
        schedules.one_cycle(1, 25, 0.1, moms=(0.9, 0.5, 0.8)),
    ),
    "fit_flat_cos": (
        lambda learn: learn.fit_flat_cos(2, 1e-2, div_final=10, pct_start=0.5),
        schedules.flat_cos(2, 25, 1e-2, 10, 0.5),
    ),
    "fit_sgdr": (lambda learn: learn.fit_sgdr(2, 1, 0.1), schedules.sgdr(2, 1, 25, 0.1)),
}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_has_its_schedule(make_learner, method):
    train, schedule = METHODS[method]
    learn = make_learner(dtype="float64")
    losses, parameters = reference_losses(learn, [(schedule, 0.01)])
    train(learn)
    assert_like_reference(learn, losses, parameters)
    np.testing.assert_array_equal(learn.recorder.lrs, schedule.lrs)
    np.testing.assert_array_equal(learn.recorder.hps["mom"], schedule.moms)


def test_the_next_training_goes_on_with_adam_wd_and_momentum(make_learner):
    learn = make_learner(dtype="float64")
    first = schedules.one_cycle(1, 25, 5e-2)
    second = schedules.constant(1, 25, 1e-2, mom=first.moms[-1])
    losses, parameters = reference_losses(learn, [(first, 0.3), (second, 0.3)])
    learn.fit_one_cycle(1, 5e-2, wd=0.3)
    learn.fit(1, 1e-2)
    assert_like_reference(learn, losses[25:], parameters)


def test_reset_opt_forgets_all_that(make_learner):
    learn = make_learner(dtype="float64")
    learn.fit_one_cycle(1, 5e-2, wd=0.3)
    losses, parameters = reference_losses(learn, [(schedules.constant(1, 25, 1e-2), 0.01)])
    learn.fit(1, 1e-2, reset_opt=True)
    assert_like_reference(learn, losses, parameters)


def test_the_learner_has_defaults(make_learner):
    learn = make_learner(dtype="float64", lr=0.02, wd=0.2, moms=(0.8, 0.6, 0.7))
    cycle = schedules.one_cycle(1, 25, 0.02, moms=(0.8, 0.6, 0.7))
    flat = schedules.constant(1, 25, 0.02, mom=cycle.moms[-1])
    losses, parameters = reference_losses(learn, [(cycle, 0.2), (flat, 0.2)])
    learn.fit_one_cycle(1)
    learn.fit(1)
    assert_like_reference(learn, losses[25:], parameters)


def test_start_epoch_leaves_out_what_comes_before(learn):
    learn.fit_one_cycle(3, 1e-2, start_epoch=1)
    schedule = schedules.one_cycle(3, 25, 1e-2)
    np.testing.assert_array_equal(learn.recorder.lrs, schedule.lrs[25:])
    assert len(learn.recorder.values) == 2


def test_a_training_set_is_learned_as_the_model_fits_it(ratings):
    trainset = ratings.build_full_trainset()
    options = {"n_factors": 4, "y_range": (0.5, 5.5)}
    learn = collab_learner(trainset, seed=7, verbose=False, **options)
    learn.fit_one_cycle(3, 5e-3, wd=0.1)
    model = DotBias(n_epochs=3, random_state=7, **options).fit(trainset)
    assert_same_parameters(parameters_of(learn), vars(model))
    assert learn.recorder.metric_names == ["epoch", "train_loss", "time"]


@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_threads_and_repetitions_change_nothing(make_learner, n_threads):
    trained = [make_learner(n_threads=threads) for threads in (1, n_threads)]
    for learn in trained:
        learn.fit_one_cycle(2, 1e-2)
    assert_same_parameters(*map(parameters_of, trained))
    assert trained[0].recorder.values == trained[1].recorder.values


def test_the_seed_decides(make_learner):
    first, second = (parameters_of(make_learner(seed=seed)) for seed in (1, 2))
    assert not np.array_equal(first["pu"], second["pu"])
    by_dls = parameters_of(make_learner(seed=None))
    assert_same_parameters(by_dls, parameters_of(make_learner(seed=3)))  # that of dls


def test_without_a_seed_the_global_generator_decides(ratings):
    drawn = []
    for _ in range(2):
        np.random.seed(5)
        dls = CollabDataLoaders.from_dataset(ratings, bs=32)
        learn = collab_learner(dls, n_factors=2, verbose=False)
        learn.fit(1, 1e-2)
        drawn.append(parameters_of(learn))
    assert_same_parameters(*drawn)


def test_the_values_of_an_epoch(make_learner):
    learn = make_learner(metrics=[rmse, mae])
    learn.fit_one_cycle(2, 5e-2)
    names = ["epoch", "train_loss", "valid_loss", "rmse", "mae", "time"]
    assert learn.recorder.metric_names == names
    assert learn.recorder.iters == [25, 50]
    preds, targs = learn.get_preds()
    loss = np.mean((preds - targs) ** 2)
    expected = [learn.recorder.losses[-1], loss, np.sqrt(loss), np.mean(np.abs(preds - targs))]
    assert learn.recorder.values[-1] == pytest.approx(expected)
    assert learn.validate() == learn.recorder.values[-1][1:]


def test_any_function_is_a_metric(make_learner):
    learn = make_learner(metrics=lambda preds, targs: np.max(np.abs(preds - targs)))
    learn.fit(1)
    assert learn.recorder.metric_names[3] == "<lambda>"
    preds, targs = learn.get_preds()
    assert learn.validate()[1] == np.max(np.abs(preds - targs))


def test_a_metric_may_compute_in_place(make_learner):
    def spoil(preds, targs):
        preds *= 0
        targs *= 0
        return 0

    learn = make_learner(metrics=[spoil, rmse])
    loss, _, error = learn.validate()
    assert error == pytest.approx(np.sqrt(loss))
    assert learn.validate() == [loss, 0, error]


@pytest.mark.parametrize("answer", [None, "good", np.ones(3), 1j, 10**400])
def test_a_metric_that_returns_no_number_is_named(make_learner, answer):
    def odd(preds, targs):  # noqa: ARG001
        return answer

    learn = make_learner(metrics=[rmse, odd])
    before = parameters_of(learn)
    with pytest.raises(TypeError, match="metrics must return a number each, odd returned "):
        learn.fit(1)
    assert_same_parameters(before, parameters_of(learn))


def test_metrics_are_called_by_their_names(make_learner):
    class Worst:
        def __call__(self, preds, targs):
            return np.max(np.abs(preds - targs))

    def share_above(preds, targs, bound):
        return np.mean(np.abs(preds - targs) > bound)

    learn = make_learner(metrics=[Worst(), partial(share_above, bound=1.0)])
    learn.fit(1)
    assert learn.recorder.metric_names[3:5] == ["Worst", "share_above"]


def test_get_preds_is_the_formula(learn):
    learn.fit_one_cycle(1, 5e-2)
    codes, preds, targs, decoded, losses = learn.get_preds(
        with_input=True, with_decoded=True, with_loss=True
    )
    valid, parameters = learn.dls.valid, parameters_of(learn)
    np.testing.assert_array_equal(codes, np.stack([valid.users, valid.items], axis=1))
    np.testing.assert_array_equal(targs, valid.ratings)
    double = {name: array.astype(np.float64) for name, array in parameters.items()}
    expected = reference.estimates(double, valid.users - 1, valid.items - 1, (0, 5.5))
    np.testing.assert_allclose(preds, expected, rtol=1e-6)
    np.testing.assert_array_equal(decoded, preds)
    np.testing.assert_array_equal(losses, (preds - targs) ** 2)


def test_what_get_preds_returns_is_nobody_elses(learn):
    before = [learn.validate(part) for part in (0, 1)]
    for part in (0, 1):
        preds, targs = learn.get_preds(part)
        targs -= preds
    assert [learn.validate(part) for part in (0, 1)] == before


def test_parts_and_other_rows(learn):
    preds, targs = learn.get_preds(ds_idx=0)
    np.testing.assert_array_equal(targs, learn.dls.train.ratings)  # all rows in their order
    assert learn.validate(ds_idx=0) == [pytest.approx(np.mean((preds - targs) ** 2))]
    loader = learn.dls.test_dl([("1", "2", 3.0), ("1", "unheard of", 4.0)])
    preds, targs = learn.get_preds(dl=loader)
    assert targs.tolist() == [3, 4]
    assert learn.validate(dl=loader) == [pytest.approx(np.mean((preds - targs) ** 2))]
    unrated = learn.dls.test_dl([("1", "2", 3.0)], with_labels=False)
    assert learn.get_preds(dl=unrated)[1] is None


def test_an_unknown_id_contributes_nothing(learn):
    learn.fit_one_cycle(2, 5e-2)
    loader = learn.dls.test_dl([("nobody", "nothing", 3.0), ("nobody", "2", 3.0)])
    nothing, item = learn.get_preds(dl=loader)[0]
    assert nothing == 2.75
    inner = learn.model.trainset.to_inner_iid("2")
    assert item == pytest.approx(5.5 / (1 + np.exp(-float(learn.model.bi[inner]))))


def rows_of_many_kinds():
    pd = pytest.importorskip("pandas")
    yield {"user": "1", "item": "2"}
    yield ("1", "2")
    yield ["1", "2", 4.0]
    yield pd.Series({"rating": 3.0, "item": "2", "user": "1"})
    yield next(pd.DataFrame({"user": ["1"], "item": ["2"]}).itertuples())


def test_predict_takes_rows_of_many_kinds(learn):
    expected = learn.get_preds(dl=learn.dls.test_dl([("1", "2", 3.0)]))[0][0]
    for row in rows_of_many_kinds():
        answer = learn.predict(row)
        assert answer == ({"user": "1", "item": "2", "rating": expected}, expected, expected)
        assert answer.unknown == []


def test_predict_says_what_is_unknown(learn):
    with pytest.warns(UserWarning, match="taken as '#na#': user 'nobody', item None") as caught:
        row, decoded, preds = answer = learn.predict({"user": "nobody", "item": None})
    assert row == {"user": "#na#", "item": "#na#", "rating": 2.75}
    assert decoded == preds == 2.75
    assert answer.unknown == ["user", "item"]
    assert caught[0].filename == __file__


def test_show_results(learn, capsys):
    learn.show_results(max_n=2, shuffle=False)
    out = capsys.readouterr().out
    assert "rating_pred" in out
    user = learn.dls.classes["user"][int(learn.dls.valid.users[0])]
    assert f"│ {user}" in out
    assert out.count("\n│") == 1 + 2
    learn.show_results(dl=learn.dls.valid, max_n=10**6)
    assert capsys.readouterr().out.count("\n│") == 1 + 200


def test_titles_are_no_markup(capsys):
    dls = CollabDataLoaders.from_dataset([("ann", "[bold]", 3.0), ("bob", "[/]", 4.0)], valid_pct=0)
    collab_learner(dls, seed=0).show_results(ds_idx=0)
    assert "[bold]" in capsys.readouterr().out


def test_names_of_columns_are_no_markup(capsys):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"[/who]": ["ann"], "[bold]": ["Alien"], ":star:": [4.0]})
    dls = CollabDataLoaders.from_df(frame, valid_pct=0)
    collab_learner(dls, seed=0).show_results(ds_idx=0)
    head = capsys.readouterr().out.splitlines()[1]
    assert all(name in head for name in ("[/who]", "[bold]", ":star:_pred"))


def test_summary(learn, capsys):
    learn.summary()
    out = capsys.readouterr().out
    assert "50 x 4" in out
    assert "200" in out


def test_the_table_is_shown_unless_told(make_learner, capsys):
    learn = make_learner(verbose=True)
    learn.fit(1)
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == learn.recorder.metric_names
    assert row.split()[1] == f"{learn.recorder.values[0][0]:.6f}"
    with learn.no_logging() as same:
        same.fit(1)
    assert same is learn
    assert capsys.readouterr().out == ""
    with learn.no_bar():
        learn.fit(0)
    assert capsys.readouterr().out.splitlines() == [head]
    make_learner(verbose=False).fit(1)
    assert capsys.readouterr().out == ""


def test_without_validation_there_is_no_valid_loss(make_learner, without_validation):
    learn = make_learner(without_validation, metrics=rmse)
    learn.fit(1)
    assert learn.recorder.metric_names == ["epoch", "train_loss", "time"]
    assert len(learn.recorder.values[0]) == 1
    with pytest.raises(ValueError, match=r"dls.valid is empty: there is nothing to validate with"):
        learn.validate()
    assert [len(part) for part in learn.get_preds()] == [0, 0]


def test_no_epochs_change_nothing(learn):
    before = parameters_of(learn)
    learn.fit_one_cycle(0)
    assert_same_parameters(before, parameters_of(learn))
    assert learn.recorder.values == []


def test_fewer_ratings_than_a_batch_are_one_batch():
    dls = CollabDataLoaders.from_dataset(make_ratings(5, 5, 10, seed=0), seed=0, bs=64)
    learn = collab_learner(dls, n_factors=2, verbose=False)
    learn.fit(3)
    assert len(learn.recorder.batch_losses) == 3


def test_the_model_is_one_of_the_package(learn):
    learn.fit_one_cycle(3, 5e-2)
    items, scores = learn.model.recommend(["1"], n=3)
    assert items.shape == scores.shape == (1, 3)
    assert learn.model.similar_items(["2"], n=3)[0].shape == (1, 3)
    assert learn.model.fold_in([("me", "2", 5)]).recommend(["me"], n=2)[0].shape == (1, 2)


def test_a_learner_takes_a_model(dls):
    learn = Learner(dls, DotBias(n_factors=3, biased=False, random_state=1), verbose=False)
    learn.fit(1)
    assert not learn.model.bu.any()
    assert learn.model.pu.shape == (50, 3)
    assert repr(learn).startswith("<Learner: DotBias on <CollabDataLoaders: 800 training")


def test_a_model_that_was_fitted_elsewhere_is_refused(learn, ratings):
    loader = learn.dls.valid
    learn.model.n_epochs = 0
    learn.model.fit(ratings.build_full_trainset())
    for ask in (lambda: learn.fit(1), learn.validate, lambda: learn.get_preds(dl=loader)):
        with pytest.raises(ValueError, match="fitted to another training set than that of dls"):
            ask()


@pytest.mark.parametrize("other", [DotBias(3, n_epochs=0), EmbeddingNN([3], n_epochs=0)])
def test_another_model_needs_an_adam_of_its_own(learn, other):
    learn.fit(1)
    learn.model = other.fit(learn.dls.trainset)
    for train in (lambda: learn.fit(1), lambda: learn.lr_find(show_plot=False)):
        with pytest.raises(ValueError, match=r"Adam remembers other parameters .* reset_opt=True"):
            train()
    learn.fit(1, reset_opt=True)
    assert len(learn.recorder.values) == 1


def test_a_model_that_is_not_fitted_is_refused(learn):
    learn.model = DotBias()
    with pytest.raises(ValueError, match="fitted to another training set than that of dls"):
        learn.validate()


@pytest.mark.parametrize("use_nn", [False, True])
def test_parameters_may_be_assigned(make_learner, use_nn):
    learn, other = (make_learner(use_nn=use_nn) for _ in range(2))
    learn.model.qi = np.asfortranarray(learn.model.qi.astype(np.float64))
    for trained in (learn, other):
        trained.fit(1)
    np.testing.assert_array_equal(learn.model.qi, other.model.qi)
    assert learn.model.qi.dtype == np.float32


def test_other_kinds_of_data_and_models_are_refused(dls):
    with pytest.raises(TypeError, match=r"model must be of type EmbeddingModel, got SVD\(\)"):
        Learner(dls, SVD())
    with pytest.raises(TypeError, match="dls must be of type CollabDataLoaders, got 3"):
        Learner(3, DotBias())


def test_a_learner_that_cannot_be_made_leaves_the_model_as_it_was(dls, ratings):
    model = DotBias(n_factors=2, n_epochs=1, random_state=0).fit(ratings.build_full_trainset())
    trainset, estimate = model.trainset, model.predict("1", "2").est
    model.dtype = "float16"
    with pytest.raises(ValueError, match="dtype must be one of 'float32', 'float64'"):
        Learner(dls, model)
    assert model.trainset is trainset
    assert model.predict("1", "2").est == estimate


def test_a_learner_forgets_what_the_model_was_fitted_to(dls, ratings):
    model = DotBias(n_factors=2, n_epochs=1).fit(ratings.build_full_trainset())
    learn = Learner(dls, model, verbose=False)
    assert not hasattr(model, "history_")
    assert model.trainset is dls.trainset
    learn.fit(1)


def test_a_learner_goes_on_with_a_model_of_its_training_set(dls):
    model = DotBias(n_factors=2, n_epochs=1, random_state=0).fit(dls.trainset)
    before = model.pu.copy()
    learn = Learner(dls, model, verbose=False)
    np.testing.assert_array_equal(learn.model.pu, before)


class Fails(Callback):
    def __init__(self, error):
        self.error = error

    def after_epoch(self):
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("full disk")])
def test_a_training_that_is_broken_off_changes_nothing(make_learner, error):
    learn, other = make_learner(), make_learner()
    for trained in (learn, other):
        trained.fit_one_cycle(1, 1e-2, wd=0.3)
    before = parameters_of(learn)
    with pytest.raises(type(error)):
        learn.fit_one_cycle(3, 5e-2, wd=0.2, cbs=Fails(error))
    assert_same_parameters(before, parameters_of(learn))
    for trained in (learn, other):
        trained.fit(1)  # with the same Adam, weight decay, momentum and order
    assert_same_parameters(parameters_of(learn), parameters_of(other))


def test_a_diverging_training_names_epoch_and_batch_and_changes_nothing(make_learner):
    learn = make_learner(y_range=None)
    before = parameters_of(learn)
    with pytest.raises(ValueError, match=r"epoch 0, .*batch \d+"):
        learn.fit(2, 1e30)
    assert_same_parameters(before, parameters_of(learn))
    learn.fit(1)
    assert np.isfinite(learn.recorder.values[0][0])


def test_a_last_batch_that_diverges_is_not_kept(make_learner, ratings):
    learn = make_learner(CollabDataLoaders.from_dataset(ratings, bs=1000))
    before = parameters_of(learn)
    with pytest.raises(ValueError, match="epoch 0 diverged: pu is not finite"):
        learn.fit(1, 1e300)  # the loss of the only batch is that of the untrained model
    assert_same_parameters(before, parameters_of(learn))


@pytest.mark.parametrize("method", ["fit", "load", "lr_find"])
def test_another_thread_may_not_come_in_between(make_learner, monkeypatch, method):
    learn, expected = make_learner(), make_learner()
    learn.save("model")
    session = learn._session
    begin, arguments = session.open_training, {"fit": [1], "load": ["model"], "lr_find": []}[method]

    def begin_later(optimizer):
        monkeypatch.setattr(session, "open_training", begin)
        with (
            ThreadPoolExecutor(1) as pool,
            pytest.raises(ValueError, match=f"{method} .* the learner is in training"),
        ):
            pool.submit(getattr(learn, method), *arguments).result()
        return begin(optimizer)

    monkeypatch.setattr(session, "open_training", begin_later)
    for trained in (learn, expected):
        trained.fit(1, 1e-2)
    assert_same_parameters(parameters_of(expected), parameters_of(learn))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda learn: learn.fit(-1), ValueError, "n_epoch must be at least 0, got -1"),
        (lambda learn: learn.fit(1.5), TypeError, "n_epoch must be an integer, got 1.5"),
        (lambda learn: learn.fit(1, "a"), TypeError, "lr must be a number, got 'a'"),
        (lambda learn: learn.fit(1, wd=-1), ValueError, "wd must be a finite number of at least 0"),
        (lambda learn: learn.fit(1, cbs=3), TypeError, "cbs must be a Callback or a list .* got 3"),
        (lambda learn: learn.fit(2, start_epoch=3), ValueError, "start_epoch must be at most 2"),
        (lambda learn: learn.fit_one_cycle(1, div=0), ValueError, "div must be above 0, got 0"),
        (lambda learn: learn.fit_one_cycle(1, div=5e-324), ValueError, "div=5e-324 is too small"),
        (
            lambda learn: learn.fit_flat_cos(1, div_final=5e-324),
            ValueError,
            "div_final=5e-324 is too small",
        ),
        (lambda learn: learn.fit_sgdr(0, 1), ValueError, "n_cycles must be at least 1, got 0"),
        (lambda learn: learn.validate(2), ValueError, "ds_idx must be at most 1, got 2"),
        (lambda learn: learn.get_preds(dl=3), TypeError, "dl must be a RatingsLoader, .* got 3"),
        (lambda learn: learn.predict({"user": "1"}), ValueError, "row lacks 'item': it has 'user'"),
        (lambda learn: learn.predict("1"), TypeError, "row must be a dict, .* got '1'"),
        (lambda learn: learn.predict([["1", "2"]]), TypeError, "row must be a dict, .* got "),
        (
            lambda learn: learn.predict({"user": ["1", "2"], "item": ["3", "4"]}),
            TypeError,
            r"row must hold one id as 'user', got \['1', '2'\]; for many rows there is get_preds",
        ),
        (lambda learn: learn.show_results(max_n=0), ValueError, "max_n must be at least 1, got 0"),
    ],
)
def test_wrong_arguments_are_refused(learn, call, error, message):
    before = parameters_of(learn)
    with pytest.raises(error, match=message):
        call(learn)
    assert_same_parameters(before, parameters_of(learn))


def test_rows_without_ratings_cannot_be_validated(learn):
    loader = RatingsLoader(*np.ones((2, 3), np.int32), None)
    with pytest.raises(ValueError, match=r"dl has no ratings: test_dl\(frame, with_labels=True\)"):
        learn.validate(dl=loader)
    with pytest.raises(ValueError, match="dl has no ratings"):
        learn.get_preds(dl=loader, with_loss=True)


def test_the_model_keeps_the_figures_of_the_epochs(make_learner):
    learn = make_learner(metrics=rmse)
    learn.fit(3, 1e-2)
    train, valid, errors = zip(*learn.recorder.values, strict=True)
    expected = {"train_loss": [*train], "valid_loss": [*valid], "rmse": [*errors]}
    assert learn.model.history_ == expected


# A model whose parameters were changed since its fit


CHANGED = {
    "EmbeddingNN": (lambda: EmbeddingNN(n_epochs=1, random_state=0), {"use_bn": False}),
    "DotBias": (lambda: DotBias(n_factors=4, n_epochs=1, random_state=0), {"n_factors": 7}),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_learner_begins_a_model_anew_with_its_changed_parameters(dls, ratings, name):
    make, changes = CHANGED[name]
    model = make().fit(ratings.build_full_trainset()).set_params(**changes)
    learn = Learner(dls, model)
    learn.fit(1)
    expected = Learner(dls, make().set_params(**changes))
    expected.fit(1)
    assert_same_parameters(arrays_of(expected.model), arrays_of(learn.model))
    assert vars(snapshot(model)).keys() == vars(model).keys()
    assert model.get_params().items() >= changes.items()


@pytest.mark.parametrize("name", CHANGED)
def test_a_learner_goes_on_with_a_model_as_it_was_fitted(dls, tmp_path, name):
    make, changes = CHANGED[name]
    learn, expected = (Learner(dls, make().fit(dls.trainset)) for _ in range(2))
    learn.model.set_params(**changes)
    for learner in (learn, expected):
        learner.fit(1)
    assert_same_parameters(arrays_of(expected.model), arrays_of(snapshot(learn.model)))
    saved = learn.save(tmp_path / "changed")
    learn.load(saved)
    expected.load(saved)
    assert learn.validate() == expected.validate()
