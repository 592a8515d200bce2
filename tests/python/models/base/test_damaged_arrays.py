"""Files whose arrays contradict the model are refused when they are loaded, not when it is used."""

import re

import numpy as np
import pytest

import astonish
from astonish import (
    ALS,
    SVD,
    CoClustering,
    EmbeddingNN,
    FactorModel,
    ImplicitALS,
    KNNBasic,
    SlopeOne,
    make_ratings,
)
from astonish.data.sides import Sides

from ..conftest import CASES
from ..helpers import edit

TRAINSET = make_ratings(12, 9, 60, seed=1).build_full_trainset()


def fitted(name):
    cls, parameters = CASES[name]
    return cls(**parameters).fit(TRAINSET)


def with_nan(array):
    changed = array.astype(array.dtype if array.dtype.kind == "f" else float)
    changed.ravel()[-1] = np.nan
    return changed


DAMAGES = {
    "a row less": lambda array: array[:-1],
    "a row more": lambda array: np.concatenate((array, array[-1:])),
    "another dimension": lambda array: array[..., np.newaxis],
    "no array": lambda array: array.ravel()[0],
    "text": lambda array: array.astype(str),
    "NaN": with_nan,
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def refused(path, array):
    return pytest.raises(
        ValueError, match=rf"{re.escape(str(path))} is a damaged model file \(.*{array}"
    )


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", CASES)
def test_every_array_of_every_model_is_checked(name, damage, path):
    model = fitted(name)
    names = [attribute for attribute, value in vars(model).items() if isinstance(value, np.ndarray)]
    for attribute in names:
        model.save(path)

        def change(header, arrays, attribute=attribute):
            value = DAMAGES[damage](getattr(model, attribute))
            arrays["damaged"] = value
            header["attributes"][attribute] = {"$array": "damaged"}

        edit(path, change)
        if attribute in ("bu", "bi", "popularity_") and attribute not in model._fitted_arrays():
            astonish.load(path)  # which this model does not look at
            continue
        with refused(path, attribute):
            astonish.load(path)


@pytest.mark.parametrize("name", CASES)
def test_a_lacking_array_is_named(name, path):
    model = fitted(name)
    for attribute, spec in model._fitted_arrays().items():
        if spec.is_optional:
            continue
        model.save(path)
        edit(path, lambda header, _, attribute=attribute: header["attributes"].pop(attribute))
        with pytest.raises(ValueError, match=rf"damaged model file .*{attribute}"):
            astonish.load(path)


@pytest.mark.parametrize("name", CASES)
def test_whole_files_of_every_model_load(name, path):
    model = fitted(name)
    model.save(path)
    assert vars(astonish.load(path)).keys() == vars(model).keys()


def test_numbers_of_factors_that_differ_are_refused(path):
    SVD(n_factors=3, n_epochs=1).fit(TRAINSET).save(path)
    edit(path, lambda _, arrays: arrays.update(qi=arrays["qi"][:, :2]))
    with refused(path, r"qi must have the shape \(9, 3\) to fit pu, got \(9, 2\)"):
        SVD.load(path)


def test_a_cluster_that_does_not_exist_is_refused(path):
    CoClustering(random_state=0).fit(TRAINSET).save(path)
    edit(path, lambda _, arrays: arrays["cltr_i"].put(4, 3))
    with refused(path, r"cltr_i\[4\] must be from 0 to 2, got 3"):
        CoClustering.load(path)


def test_the_place_of_what_is_not_finite_is_said(path):
    ALS(n_factors=3, n_epochs=1).fit(TRAINSET).save(path)
    edit(path, lambda _, arrays: arrays["pu"].put(7, np.inf))
    with refused(path, r"pu\[2, 1\] must be finite, got inf"):
        ALS.load(path)


def test_a_network_of_other_layers_is_refused(path):
    EmbeddingNN(layers=[4], emb_szs=[3, 2], n_epochs=1).fit(TRAINSET).save(path)
    edit(path, lambda header, _: header["attributes"].update(layers_={"$tuple": [5, 1]}))
    with refused(path, "weight_0"):
        EmbeddingNN.load(path)


@pytest.mark.parametrize("name", ["DotBias", "EmbeddingNN"])
def test_embeddings_of_whole_numbers_are_refused(name, path):
    fitted(name).save(path)
    edit(path, lambda _, arrays: arrays.update(pu=arrays["pu"].astype(int)))
    with refused(path, "pu must be an array of float32 or float64, got one of int64"):
        astonish.load(path)


@pytest.mark.parametrize("bounds", [[5, 1], ["a", "b"], [1], [float("-inf"), 5]], ids=str)
def test_bounds_that_are_none_are_refused(bounds, path):
    fitted("DotBias").save(path)
    edit(path, lambda header, _: header["attributes"].update(y_range_=bounds))
    with refused(path, "y_range"):
        astonish.load(path)


@pytest.mark.parametrize(
    "name", ["KNNBasic", "KNNWithMeans", "SlopeOne", "NormalPredictor", "EmbeddingNN", "Model"]
)
def test_a_file_of_factors_under_the_name_of_another_class_is_refused(name, path):
    SVD(n_factors=3, n_epochs=1).fit(TRAINSET).save(path)
    edit(path, lambda header, _: header.update({"class": f"astonish.{name}"}))
    with pytest.raises(ValueError, match=r"model\.npz (is a damaged|holds a)"):
        astonish.load(path)


def swapped(_, arrays):
    """Two ratings of different users and items change places, on one side."""
    indices = arrays["trainset.by_item.indices"]
    first, last = indices[0], indices[-1]
    indices[0], indices[-1] = last, first


def changed_value(_, arrays):
    arrays["trainset.by_item.values"][3] += 0.5


@pytest.mark.parametrize("change", [swapped, changed_value])
def test_sides_that_hold_different_ratings_are_refused(change, path):
    SVD(n_factors=3, n_epochs=1).fit(TRAINSET).save(path)
    edit(path, change)
    with refused(path, "trainset.by_user and trainset.by_item do not hold the same ratings"):
        SVD.load(path)


@pytest.mark.parametrize("side", ["by_user", "by_item"])
@pytest.mark.parametrize(
    ("part", "value"), [("values", np.nan), ("indices", 99), ("offsets", -1)], ids=str
)
def test_the_side_of_a_damaged_training_set_is_named(side, part, value, path):
    SVD(n_factors=3, n_epochs=1).fit(TRAINSET).save(path)
    edit(path, lambda _, arrays: arrays[f"trainset.{side}.{part}"].put(1, value))
    with refused(path, f"trainset.{side}: .*{part}"):
        SVD.load(path)


def test_sides_are_compared_in_any_order():
    users, items = np.array([0, 0, 1, 1], np.int32), np.array([1, 0, 1, 1], np.int32)
    columns = users, items, np.array([4.0, 2.0, 5.0, 1.0])
    backwards = tuple(column[::-1].copy() for column in columns)
    by_user, _ = Sides.from_triplets(*columns, (2, 2))
    _, by_item = Sides.from_triplets(*backwards, (2, 2))
    assert Sides(by_user, by_item).are_the_same()
    assert not Sides(by_user, by_user).are_the_same()


@pytest.mark.parametrize("name", ["SVD", "KNNBaseline", "CoClustering", "EmbeddingNN"])
def test_a_model_that_contradicts_itself_is_not_saved(name, path):
    model = fitted(name)
    attribute = next(iter(set(model._fitted_arrays()) & {"pu", "bu", "user_mean"}))
    setattr(model, attribute, getattr(model, attribute)[:-1])
    with pytest.raises(ValueError, match=f"^{attribute} must have the shape"):
        model.save(path)
    assert not path.exists()


# What must still load


def test_what_users_assign_may_be_lists_and_of_any_dtype(path):
    model = SVD(n_factors=2, n_epochs=1).fit(TRAINSET)
    model.pu, model.bu = model.pu.astype(np.float32).tolist(), np.arange(12)
    model.save(path)
    loaded = SVD.load(path)
    assert loaded.predict("1", "1") == model.predict("1", "1")
    assert all(getattr(loaded, name).dtype == np.float64 for name in ("pu", "qi", "bu", "bi"))
    assert isinstance(model.pu, list)  # nothing is changed in the model that is saved


ASSIGNED = {"float16": np.float16, "int": int, "bool": bool, "big endian": ">f8", "list": None}


@pytest.mark.parametrize("kind", ASSIGNED)
@pytest.mark.parametrize("name", ["SVD", "ALS", "DotBias", "EmbeddingNN", "KNNWithMeans"])
def test_arrays_of_other_types_are_saved_as_float64(name, kind, path):
    model = fitted(name)
    attribute = "means" if name == "KNNWithMeans" else "pu"
    array, dtype = getattr(model, attribute), ASSIGNED[kind]
    setattr(model, attribute, array.tolist() if dtype is None else array.astype(dtype))
    model.save(path)
    loaded = astonish.load(path)
    np.testing.assert_array_equal(getattr(loaded, attribute), getattr(model, attribute))
    arrays = [getattr(loaded, name, None) for name in model._fitted_arrays()]
    assert {array.dtype.str for array in arrays if array is not None} == {"<f8"}


def test_float32_beside_float64_is_saved_as_float64(path):
    model = SVD(n_factors=2, n_epochs=1).fit(TRAINSET)
    model.pu = model.pu.astype(np.float32)
    model.save(path)
    loaded = SVD.load(path)
    assert loaded.pu.dtype == np.float64
    assert loaded.test([("1", "1", 3.0)]) == model.test([("1", "1", 3.0)])


def test_clusters_are_saved_as_whole_numbers(path):
    model = fitted("CoClustering")
    expected = model.cltr_u
    model.cltr_u, model.cltr_i = expected.tolist(), model.cltr_i.astype(np.uint8)
    model.save(path)
    loaded = astonish.load(path)
    np.testing.assert_array_equal(loaded.cltr_u, expected)
    assert loaded.cltr_u.dtype == loaded.cltr_i.dtype == np.int64


@pytest.mark.skipif(np.longdouble(1).itemsize == 8, reason="long double is float64 here")
def test_more_digits_than_files_keep_are_not_saved(path):
    model = SVD(n_factors=2, n_epochs=1).fit(TRAINSET)
    model.bi = model.bi.astype(np.longdouble)
    with pytest.raises(
        ValueError, match=r"^bi must be an array of at most float64, got .*float\d+"
    ):
        model.save(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda array: array.astype(complex), "pu must be an array of numbers, got one of complex"),
        (lambda array: array.astype(object), "pu must be an array of numbers, got one of object"),
        (lambda array: [[1.0], *array[1:].tolist()], "pu must be an array of numbers: "),
    ],
    ids=["complex", "object", "ragged"],
)
def test_what_is_no_array_of_real_numbers_is_not_saved(change, message, path):
    model = SVD(n_factors=2, n_epochs=1).fit(TRAINSET)
    model.pu = change(model.pu)
    with pytest.raises(ValueError, match=f"^{message}"):
        model.save(path)
    assert not path.exists()


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.longdouble, int])
@pytest.mark.parametrize(("name", "attribute"), [("SVD", "pu"), ("KNNWithZScore", "means")])
def test_files_with_arrays_of_several_types_load_as_float64(name, attribute, dtype, path):
    model = fitted(name)
    changed = getattr(model, attribute).astype(dtype)
    model.save(path)
    setattr(model, attribute, changed)

    def change(header, arrays):
        arrays["changed"] = changed
        header["attributes"][attribute] = {"$array": "changed"}
        if "factors" in header:
            arrays["factors"] = changed.astype(np.float64)
            header["factors"][attribute] = {"$array": "factors"}

    edit(path, change)
    loaded = astonish.load(path)
    assert getattr(loaded, attribute).dtype == np.float64
    assert loaded.predict("1", "1") == model.predict("1", "1")


class MyEstimates(SVD):
    """A class whose attributes are its own business."""

    def estimate(self, *_):
        return float(self.pu[0])


def test_a_class_of_the_user_may_have_other_arrays(path):
    model = MyEstimates(n_factors=2, n_epochs=1).fit(TRAINSET)
    model.pu = np.array([2.5, np.nan])
    model.save(path)
    assert MyEstimates.load(path).predict("1", "1").est == 2.5


def test_similarities_of_the_user_may_be_nan(path):
    model = KNNBasic(verbose=False).fit(TRAINSET)
    model.sim = np.full((12, 12), np.nan)
    model.save(path)
    assert np.isnan(KNNBasic.load(path).sim).all()


@pytest.mark.parametrize("side", ["user", "item"])
def test_folded_in_models_load(side, path):
    users_first = [("new", TRAINSET.item_ids[0], 4.0), ("new", TRAINSET.item_ids[1], 2.0)]
    items_first = [(TRAINSET.user_ids[0], "new", 4.0), (TRAINSET.user_ids[1], "new", 2.0)]
    ratings = users_first if side == "user" else items_first
    for model in (SVD(n_epochs=1), ImplicitALS(n_epochs=1), ALS(n_epochs=1)):
        folded = model.fit(TRAINSET).fold_in(ratings, side)
        folded.save(path)
        assert astonish.load(path).test(ratings) == folded.test(ratings)


def test_tables_that_were_looked_at_load(path):
    model = SlopeOne().fit(TRAINSET)
    assert np.isnan(model.dev).any() or model.freq.any()
    model.save(path)
    np.testing.assert_array_equal(SlopeOne.load(path).dev, model.dev)


def test_given_factors_load(path):
    FactorModel.from_arrays([[1.0]], [[2.0], [3.0]], y_range=(1, 5)).save(path)
    assert len(FactorModel.load(path).qi) == 2
