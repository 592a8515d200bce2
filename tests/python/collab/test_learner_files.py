"""Learners as files."""

import io
import warnings
from pathlib import Path

import numpy as np
import pytest

from astonish import DotBias
from astonish.collab import CollabDataLoaders, files, load_learner

from ..models.helpers import arrays_of, edit
from .helpers import assert_same_parameters, parameters_of


def test_parameters_and_adam_come_back(make_learner, tmp_path):
    learn, loaded = make_learner(), make_learner()
    learn.fit_one_cycle(2, 1e-2, wd=0.3)
    path = learn.save("best")
    assert path == tmp_path / "models" / "best.npz"
    order = learn._session.order.get_state()
    assert loaded.load("best") is loaded
    assert_same_parameters(parameters_of(learn), parameters_of(loaded))
    loaded._session.order.set_state(order)
    for trained in (learn, loaded):
        trained.fit(1, 1e-2)  # with the same Adam, weight decay and momentum
    assert_same_parameters(parameters_of(learn), parameters_of(loaded))


def test_the_optimizer_may_stay_out(make_learner):
    learn = make_learner()
    learn.fit(1)
    path = learn.save("bare", with_opt=False)
    assert sum(array.size for array in arrays_of(path).values()) < 2 * 4 * 90 + 2000
    with pytest.warns(UserWarning, match="bare.npz has no state of the optimizer") as caught:
        learn.load("bare")
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        learn.load("bare", with_opt=False)


def test_an_untrained_learner_is_saved_too(make_learner):
    make_learner(seed=1).save("fresh")
    loaded = make_learner(seed=2).load("fresh")
    assert_same_parameters(parameters_of(make_learner(seed=1)), parameters_of(loaded))


def test_a_loaded_model_does_not_share_its_arrays(make_learner):
    learn = make_learner()
    learn.save("model")
    first, second = (make_learner().load("model") for _ in range(2))
    first.model.pu[:] = 9
    assert not (second.model.pu == 9).any()


@pytest.mark.parametrize("use_nn", [False, True])
def test_a_file_has_the_parameters_alone(make_learner, use_nn):
    learn, loaded = (make_learner(use_nn=use_nn) for _ in range(2))
    learn.model.my_notes = np.zeros(3)
    learn.save("model", with_opt=False)
    loaded.load("model", with_opt=False)
    assert not hasattr(loaded.model, "my_notes")
    np.testing.assert_array_equal(loaded.model.pu, learn.model.pu)


def test_folders_and_suffixes(make_learner, tmp_path):
    learn = make_learner(path=tmp_path / "a", model_dir="b")
    assert learn.save("v1.0") == tmp_path / "a" / "b" / "v1.0.npz"
    assert learn.save("m.npz") == tmp_path / "a" / "b" / "m.npz"
    assert learn.save(tmp_path / "else") == tmp_path / "else.npz"


def test_another_model_is_refused(make_learner, tmp_path):
    make_learner().save("model")
    with pytest.raises(ValueError, match=r"model.npz has parameters .*\(50, 4\).*\(50, 3\)"):
        make_learner(n_factors=3).load("model")
    with pytest.raises(ValueError, match=r"float32 .*float64"):
        make_learner(dtype="float64").load("model")
    others = [(f"u{k}", str(k % 7), 3.0) for k in range(70)]
    dls = CollabDataLoaders.from_dataset(others, path=tmp_path)
    with pytest.raises(ValueError, match="parameters of other users or items than the model's"):
        make_learner(dls).load("model")
    edit(tmp_path / "models" / "model.npz", lambda header, _: header.update(model="EmbeddingNN"))
    with pytest.raises(ValueError, match="has parameters of EmbeddingNN, the model is DotBias"):
        make_learner().load("model")


def test_other_files_are_refused(learn, tmp_path):
    with pytest.raises(FileNotFoundError):
        learn.load("nothing")
    path = learn.save("model")
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match=r"model\.npz is not a learner file, or it is damaged"):
        learn.load("model")
    learn.model.save(tmp_path / "models" / "whole.npz")
    with pytest.raises(ValueError, match=r"whole\.npz is not a learner file"):
        learn.load("whole")
    edit(learn.save("model"), lambda header, _: header.update(version=99))
    with pytest.raises(
        ValueError, match=r"has learner format version 99, .* reads versions 1 and 2"
    ):
        learn.load("model")
    edit(learn.save("model"), lambda header, _: header.pop("optimizer"))
    with pytest.raises(ValueError, match=r"model\.npz is a damaged learner file"):
        learn.load("model")


DAMAGES = {
    "a parameter that is no number": ("parameters.pu", np.full((50, 4), np.nan, np.float32)),
    "averages of another type": ("state.averages.qi", np.zeros((40, 4))),
    "squares of another shape": ("state.squares.qi", np.zeros((2, 4), np.float32)),
    "negative squares": ("state.squares.bu", np.full(50, -1, np.float32)),
    "infinite averages": ("state.averages.bu", np.full(50, np.inf, np.float32)),
}


@pytest.mark.parametrize(("place", "array"), DAMAGES.values(), ids=DAMAGES)
def test_arrays_that_cannot_be_are_refused(learn, place, array):
    def damage(_, arrays):
        (name,) = (name for name in arrays if place in name)
        arrays[name] = array

    assert_refused(learn, damage)


@pytest.mark.parametrize(
    ("name", "value"),
    [("wd", -1), ("wd", "x"), ("mom", 1), ("mom", True), ("step", -1), ("step", 0.5)],
)
def test_an_optimizer_that_cannot_be_is_refused(learn, name, value):
    def damage(header, _):
        fields = header["optimizer"]["$dict"]
        if name == "step":
            fields = fields[0][1]["$dict"]
        (place,) = (k for k, (key, _) in enumerate(fields) if key == name)
        fields[place][1] = value

    assert_refused(learn, damage)


def test_arrays_in_the_order_of_fortran_are_read(make_learner):
    learn, expected = make_learner(), make_learner()
    for trained in (learn, expected):
        trained.fit(1, 1e-2)

    def turn(_, arrays):
        arrays.update({name: np.asfortranarray(array) for name, array in arrays.items()})

    edit(learn.save("model"), turn)
    learn.load("model")
    for trained in (learn, expected):
        trained.fit(1, 1e-2)
    assert_same_parameters(parameters_of(expected), parameters_of(learn))


@pytest.mark.parametrize("state", [3, {"$dict": []}, {"$dict": [["step", 1]]}])
def test_an_invalid_state_is_refused(learn, state):
    def damage(header, _):
        header["optimizer"]["$dict"][0][1] = state

    assert_refused(learn, damage)


def assert_refused(learn, damage):
    """Damage a file of the learner: it is refused, and the learner stays as it is."""
    learn.fit(1, 1e-2)
    edit(learn.save("model"), damage)
    before, optimizer = parameters_of(learn), learn._session.optimizer
    with pytest.raises(ValueError, match=r"model\.npz is a damaged learner file"):
        learn.load("model")
    assert_same_parameters(before, parameters_of(learn))
    assert learn._session.optimizer is optimizer


def test_an_exported_learner_predicts(make_learner, tmp_path):
    frame_of = pytest.importorskip("pandas").DataFrame
    rows = [(k % 9, f"film {k % 11}", 1 + k % 5) for k in range(300)]
    frame = frame_of(rows, columns=["who", "title", "stars"])
    dls = CollabDataLoaders.from_df(frame, seed=1, path=tmp_path)
    learn = make_learner(dls)
    learn.fit(3, 1e-2)
    path = learn.export()
    assert path == tmp_path / "export.npz"
    loaded = load_learner(path)
    row = {"who": 3, "title": "film 5"}
    assert loaded.predict(row) == learn.predict(row)
    assert list(loaded.predict(row).row) == ["who", "title", "stars"]
    test_dl = loaded.dls.test_dl(frame[["who", "title"]])
    np.testing.assert_array_equal(
        loaded.get_preds(dl=test_dl)[0], learn.get_preds(dl=learn.dls.test_dl(frame))[0]
    )
    assert loaded.path == tmp_path
    assert not hasattr(learn.model, "column_names")


def test_an_exported_learner_may_be_trained_on(learn):
    learn.fit(1)
    loaded = load_learner(learn.export("model.npz"))
    before = parameters_of(loaded)
    assert_same_parameters(parameters_of(learn), before)
    with loaded.no_logging():
        loaded.fit(1, 1e-2)
    assert loaded.recorder.metric_names == ["epoch", "train_loss", "time"]
    assert not np.array_equal(before["pu"], loaded.model.pu)


def test_an_exported_learner_is_a_model(learn, ratings, tmp_path):
    learn.fit(1)
    model = DotBias.load(learn.export())
    assert model.predict("1", "2").est == learn.model.predict("1", "2").est
    saved = DotBias(n_factors=2, n_epochs=1).fit(ratings.build_full_trainset())
    saved.save(tmp_path / "plain.npz")
    loaded = load_learner(tmp_path / "plain.npz")
    assert list(loaded.dls.classes) == ["user", "item"]


@pytest.mark.parametrize("use_nn", [False, True])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("column_names", 3),
        ("column_names", [["a"], "b", "c"]),
        ("batch_size", "many"),
        ("sampling", None),
        ("random_state", "some"),
        ("pu", 3),
        ("qi", {"$array": "trainset.by_user.values"}),
        ("y_range_", 7),
    ],
)
def test_an_export_that_cannot_be_is_refused(make_learner, use_nn, name, value):
    path = make_learner(use_nn=use_nn).export()
    edit(path, lambda header, _: header["attributes"].update({name: value}))
    with pytest.raises(ValueError, match=r"export\.npz is a damaged model file"):
        load_learner(path)


def test_what_is_no_export_is_refused(learn, tmp_path):
    with pytest.raises(ValueError, match="is not a model file, or it is damaged"):
        load_learner(learn.save("model"))
    with pytest.raises(FileNotFoundError):
        load_learner(tmp_path / "nothing.npz")


@pytest.mark.parametrize("name", ["load", "load_learner"])
def test_a_lack_of_memory_is_no_damage(learn, monkeypatch, name):
    def lack(*_):
        raise MemoryError("too large")

    saved, exported = learn.save("model"), learn.export()
    monkeypatch.setattr(files, "unpack" if name == "load" else "loaders_of", lack)
    with pytest.raises(MemoryError, match="too large"):
        learn.load(saved) if name == "load" else load_learner(exported)


# Open files


def test_parameters_and_adam_go_through_an_open_file(make_learner, tmp_path):
    learn, loaded, file = make_learner(), make_learner(), io.BytesIO()
    learn.fit_one_cycle(2, 1e-2, wd=0.3)
    assert learn.save(file) is file
    assert loaded.load(file) is loaded
    assert_same_parameters(parameters_of(learn), parameters_of(loaded))
    assert loaded._session.optimizer.wd == 0.3
    assert not list(tmp_path.iterdir())
    assert not file.closed


def test_a_learner_goes_through_an_open_file(make_learner, tmp_path):
    learn = make_learner()
    with (tmp_path / "model").open("w+b") as file:
        assert learn.export(file) is file
        file.seek(0)
        loaded = load_learner(file)
    assert loaded.dls.path == Path()
    pair = learn.dls.train.users[0], learn.dls.train.items[0]
    maps = learn.dls.classes.values()
    ids = [classes[int(code)] for classes, code in zip(maps, pair, strict=True)]
    assert loaded.predict(ids) == learn.predict(ids)


def test_an_open_file_that_is_no_learner_is_named(learn, tmp_path):
    path = tmp_path / "nothing"
    path.write_bytes(b"nothing")
    with path.open("rb") as file, pytest.raises(ValueError, match=f"{path} is not a"):
        learn.load(file)
    with path.open("rb") as file, pytest.raises(ValueError, match=f"{path} is not a"):
        load_learner(file)
    with path.open() as file, pytest.raises(TypeError, match="open in binary mode"):
        learn.load(file)
