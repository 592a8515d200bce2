"""A learner of the network does what one of the dot product does."""

import numpy as np
import pytest

from astonish import EmbeddingNN
from astonish.collab import SaveModelCallback, collab_learner, load_learner


@pytest.fixture
def make_network(make_learner):
    def make(**options):
        return make_learner(**{"use_nn": True, "layers": [8, 4], "config": {"ps": 0.1}, **options})

    return make


def arrays_of(learn):
    """Copies of parameters and of what batch normalisation has measured."""
    arrays = vars(learn.model).items()
    return {name: array.copy() for name, array in arrays if isinstance(array, np.ndarray)}


def assert_same(first, second):
    assert list(first) == list(second)
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)


def test_a_training_set_is_learned_as_the_model_fits_it(ratings):
    trainset = ratings.build_full_trainset()
    options = {"layers": [8, 4], "y_range": (0.5, 5.5)}
    learn = collab_learner(trainset, use_nn=True, seed=7, verbose=False, **options)
    learn.fit_one_cycle(3, 5e-3, wd=0.1)
    model = EmbeddingNN(n_epochs=3, random_state=7, **options).fit(trainset)
    for name, array in arrays_of(learn).items():
        np.testing.assert_array_equal(array, getattr(model, name), err_msg=name)


@pytest.mark.parametrize("n_threads", [2, 3, 7])
def test_threads_change_nothing(make_network, n_threads):
    trained = [make_network(n_threads=threads) for threads in (1, n_threads)]
    for learn in trained:
        learn.fit_one_cycle(2, 1e-2)
    assert_same(*map(arrays_of, trained))


def test_it_learns_and_answers(make_network):
    learn = make_network()
    learn.fit_one_cycle(5, 1e-2)
    losses = learn.recorder.column("train_loss")
    assert losses[-1] < losses[0]
    preds, targs = learn.get_preds()
    assert learn.validate() == [pytest.approx(np.mean((preds - targs) ** 2))]
    assert learn.validate()[0] == learn.recorder.values[-1][1]
    _, rating, _ = learn.predict(("1", "2"))
    assert rating == pytest.approx(learn.model.predict("1", "2", clip=False).est)
    with pytest.warns(UserWarning, match="taken as '#na#': user 'nobody'"):
        assert np.isfinite(learn.predict(("nobody", "2")).preds)
    assert learn.model.recommend(["1"], n=3)[0].shape == (1, 3)
    assert learn.model.weight(["2"]).shape == (1, learn.model.qi.shape[1])
    with pytest.raises(TypeError, match="this EmbeddingNN has no biases"):
        learn.model.bias(["2"])


def test_trials_and_failures_change_nothing(make_network):
    learn = make_network()
    learn.fit(1)
    before = arrays_of(learn)
    assert learn.lr_find(show_plot=False).valley > 0
    assert_same(before, arrays_of(learn))
    with pytest.raises(ValueError, match="stop"):
        learn.fit(2, cbs=Stops())
    assert_same(before, arrays_of(learn))


class Stops(SaveModelCallback):
    def after_epoch(self):
        raise ValueError("stop")


def test_files(make_network):
    learn, loaded = make_network(), make_network()
    learn.fit_one_cycle(2, 1e-2, cbs=SaveModelCallback(with_opt=True))
    learn.save("net")
    order = learn._session.order.get_state()
    loaded.load("net")
    assert_same(arrays_of(learn), arrays_of(loaded))
    loaded._session.order.set_state(order)
    for trained in (learn, loaded):
        trained.fit(1, 1e-2)
    assert_same(arrays_of(learn), arrays_of(loaded))
    exported = load_learner(learn.export())
    assert_same(arrays_of(learn), arrays_of(exported))
    assert exported.predict(("1", "2")) == learn.predict(("1", "2"))


def test_parameters_of_other_layers_are_refused(make_network):
    make_network().save("net")
    with pytest.raises(ValueError, match=r"weight_0.*\(8, .*weight_0.*\(5, "):
        make_network(layers=[5]).load("net")


def test_summary(make_network, capsys):
    make_network().summary()
    assert "norm_mean_1" in capsys.readouterr().out
