"""What a model file keeps."""

import subprocess
import sys
import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest

import astonish
from astonish import SVD

from ..helpers import arrays_of, edit, trainset_of
from .helpers import Mean


def round_trip(model, path):
    model.save(path)
    return type(model).load(path)


# What is kept


def test_parameters_and_arrays_come_back(model, path):
    loaded = round_trip(model, path)
    assert vars(loaded).keys() == vars(model).keys()
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name))
    for name in ("n_factors", "lr_bu", "random_state", "verbose", "solver", "sim_options"):
        assert getattr(loaded, name) == getattr(model, name)


def test_the_training_set_comes_back(model, path):
    loaded, original = round_trip(model, path).trainset, model.trainset
    assert list(loaded.all_ratings()) == list(original.all_ratings())
    assert loaded.build_testset() == original.build_testset()
    assert dict(loaded.ir) == dict(original.ir)
    assert loaded.rating_scale == (1, 5)
    assert type(loaded.rating_scale) is tuple
    assert loaded.global_mean == original.global_mean


@pytest.fixture
def stamped():
    """A model of ratings with timestamps."""
    data = astonish.Dataset(astonish.Reader(rating_scale=(1, 5)))
    rows = [("u", "i", 4.0, "30"), ("v", "j", 3.5, "-5"), ("u", "j", 2.0, None)]
    return SVD(n_factors=2, random_state=0).fit(data.construct_trainset(rows))


def test_timestamps_come_back(stamped, path):
    loaded = round_trip(stamped, path).trainset
    assert loaded.timestamps.dtype == np.int64
    assert loaded.timestamps.tolist() == [30, -(2**63), -5]
    assert not loaded.timestamps.flags.writeable
    assert loaded.to_ratings().timestamps.tolist() == [30, -(2**63), -5]


def test_a_training_set_without_timestamps_has_none(model, path):
    model.save(path)
    assert not any("timestamps" in name for name in arrays_of(path))
    assert SVD.load(path).trainset.timestamps is None


@pytest.mark.parametrize(
    "timestamps", [np.zeros(2, np.int64), np.zeros(3), np.zeros((3, 1), np.int64)], ids=str
)
def test_timestamps_that_do_not_fit_are_refused(stamped, path, timestamps):
    stamped.save(path)
    edit(path, lambda _, arrays: arrays.update({"trainset.timestamps": timestamps}))
    with pytest.raises(ValueError, match=r"is a damaged model file .*timestamps must be int64"):
        SVD.load(path)


IDS = [0, 10**30, -2.5, "é", "", None, ("a", (1, None)), False, np.int64(7), np.float32(0.5)]


def test_ids_of_every_kind_come_back(path):
    trainset = trainset_of(*((user, item, 3.0) for user in IDS for item in IDS))
    loaded = round_trip(SVD(n_factors=1, n_epochs=1).fit(trainset), path)
    # False equals 0, as everywhere in Python
    assert loaded.trainset.user_ids == [0, 10**30, -2.5, "é", "", None, ("a", (1, None)), 7, 0.5]
    for each in IDS:
        assert loaded.trainset.to_inner_uid(each) == trainset.to_inner_uid(each)


@pytest.mark.parametrize(
    "raw_id",
    [
        b"\xff",
        uuid.UUID(int=7),
        date(2020, 2, 29),
        datetime(2020, 2, 29, 1, tzinfo=timezone(timedelta(hours=2))),
        Decimal("1.50"),
        (b"", (date(1, 1, 1), Decimal("0"))),
    ],
    ids=lambda raw_id: type(raw_id).__name__,
)
def test_ids_that_json_lacks_come_back(path, raw_id):
    trainset = trainset_of((raw_id, "i", 3.0), ("u", raw_id, 4.0))
    model = SVD(n_factors=1, random_state=0).fit(trainset)
    loaded = round_trip(model, path)
    assert loaded.trainset.user_ids == trainset.user_ids
    assert type(loaded.trainset.user_ids[0]) is type(raw_id)
    assert loaded.predict(raw_id, raw_id) == model.predict(raw_id, raw_id)


def test_bool_ids_stay_bools(path):
    loaded = round_trip(SVD(n_factors=1).fit(trainset_of((True, False, 3.0))), path)
    assert loaded.trainset.user_ids[0] is True
    assert loaded.trainset.item_ids[0] is False


ATTRIBUTES = [
    None,
    True,
    10**40,
    -0.1,
    float("inf"),
    "$array",
    [1, [2.5, None]],
    (1, ("a", [()])),
    {"a": {"b": (1, 2)}, 3: 4, True: []},
    {},
    {"$array": "pu"},
]


@pytest.mark.parametrize("value", ATTRIBUTES, ids=repr)
def test_attributes_of_plain_python_come_back(model, path, value):
    model.extra = value
    loaded = round_trip(model, path).extra
    assert loaded == value
    assert type(loaded) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6).reshape(2, 3),
        np.array(2.5, dtype=np.float32),
        np.empty((0, 4), dtype=bool),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(["a", "bc"]),
        np.array([1, 2], dtype=">i2"),
    ],
    ids=lambda value: f"{value.dtype}{value.shape}",
)
def test_arrays_come_back(model, path, value):
    model.extra = value
    loaded = round_trip(model, path).extra
    assert loaded.dtype == value.dtype
    np.testing.assert_array_equal(loaded, value)


def test_nested_arrays_come_back(model, path):
    model.extra = {"1": np.zeros(1), 1: [np.ones(2), (np.full(3, 2.0),)]}
    loaded = round_trip(model, path).extra
    assert loaded["1"].tolist() == [0]
    assert loaded[1][0].tolist() == [1, 1]
    assert loaded[1][1][0].tolist() == [2, 2, 2]


def test_attributes_of_other_models_may_be_called_as_those_that_are_left_out(path):
    model = Mean().fit(trainset_of(("u", "i", 4.0)))
    model.validation, model.callback = 0.25, "mine"
    loaded = round_trip(model, path)
    assert (loaded.validation, loaded.callback) == (0.25, "mine")


@pytest.mark.parametrize("name", ["header", "file", "allow_pickle", "args", "path"])
def test_an_array_may_have_any_name(model, path, name):
    setattr(model, name, np.arange(3))
    assert getattr(round_trip(model, path), name).tolist() == [0, 1, 2]


@pytest.mark.parametrize("value", [np.float32(0.5), np.int8(-3), np.bool_(True), np.str_("x")])
def test_numpy_scalars_come_back_as_what_they_equal(model, path, value):
    model.extra = value
    assert round_trip(model, path).extra == value


def test_nan_comes_back(model, path):
    model.extra = float("nan")
    assert np.isnan(round_trip(model, path).extra)


def test_a_random_state_comes_back_where_it_was(model, path):
    model.random_state = np.random.RandomState(3)
    model.random_state.normal()  # leaves half a pair behind
    loaded = round_trip(model, path)
    assert loaded.random_state.normal(size=5).tolist() == model.random_state.normal(size=5).tolist()


def test_a_subclass_of_the_user_comes_back(path):
    model = Mean(sim_options={"name": "cosine"}).fit(trainset_of(("u", "i", 4.0)))
    loaded = round_trip(model, path)
    assert type(loaded) is Mean
    assert loaded.sim_options == {"user_based": True, "name": "cosine"}
    assert loaded.predict("u", "i") == model.predict("u", "i")


def test_astonish_load_reads_any_model(model, path):
    model.save(str(path))
    assert type(astonish.load(str(path))) is SVD


def test_another_process_reads_the_file(model, path):
    model.save(path)
    code = "import astonish, sys; print(astonish.load(sys.argv[1]).predict('u', 'j').est)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) == model.predict("u", "j").est


# Parameters that were changed after the fit


def test_a_model_with_changed_parameters_answers_as_it_was_fitted(model, path):
    expected = model.predict("u", "j").est
    loaded = round_trip(model.set_params(biased=False, n_factors=7), path)
    assert loaded.predict("u", "j").est == expected
    assert loaded.get_params() == model.get_params()


@pytest.mark.parametrize(
    ("fitted_with", "message"),
    [
        ([["predict", 5]], "'predict' is not a parameter of SVD"),
        ([["__class__", 5]], "'__class__' is not a parameter of SVD"),
        ([["trainset", 5]], "'trainset' is not a parameter of SVD"),
        ([["pu", 5]], "'pu' is not a parameter of SVD"),
        ([[7, 5]], "7 is not a parameter of SVD"),
        (5, "parameters of the fit must be a dict"),
        (None, "parameters of the fit must be a dict"),
    ],
    ids=str,
)
def test_other_names_than_those_of_parameters_are_refused(model, path, fitted_with, message):
    def damage(header, _):
        packed = {"$dict": fitted_with} if isinstance(fitted_with, list) else fitted_with
        header["attributes"]["_fitted_with"] = packed

    model.save(path)
    edit(path, damage)
    with pytest.raises(ValueError, match=rf"damaged model file \(.*{message}"):
        SVD.load(path)
