"""A file whose parts contradict each other is refused."""

import numpy as np
import pytest

import astonish
from astonish import SVD, KNNBasic, SVDpp, make_ratings

from ..helpers import edit

FULL = make_ratings(20, 15, 120, seed=1).build_full_trainset()


def saved(model, path):
    model.fit(FULL).save(path)
    return path


@pytest.mark.parametrize(
    ("cls", "other"),
    [
        (SVD, "DotBias"),
        (SVD, "ImplicitALS"),
        (SVD, "ALS"),
        (SVD, "NMF"),
        (SVD, "BaselineOnly"),
        (SVDpp, "NMF"),
    ],
)
def test_the_file_of_another_class_is_refused(cls, other, tmp_path):
    path = saved(cls(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")
    edit(path, lambda header, _: header.update({"class": f"astonish.{other}"}))
    with pytest.raises(ValueError, match=r"model\.npz is a damaged model file"):
        astonish.load(path)


@pytest.mark.parametrize("part", ["factors", "kind"])
@pytest.mark.parametrize("value", [5, "x", [], {}, None])
def test_an_invalid_part_of_the_header_is_refused(part, value, tmp_path):
    path = saved(SVD(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")
    edit(path, lambda header, _: header.update({part: value}))
    with pytest.raises(ValueError, match=rf"damaged model file \(.*{part}"):
        SVD.load(path)


@pytest.mark.parametrize("cls", [SVD, SVDpp])
@pytest.mark.parametrize("name", ["pu", "qi", "bu", "bi"])
@pytest.mark.parametrize("damage", ["nan", "shape", "dtype"])
def test_factors_for_other_programs_are_checked(cls, name, damage, tmp_path):
    path = saved(cls(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")

    def change(header, arrays):
        member = header["factors"][name]["$array"]
        array = arrays[member].copy()
        changed = {"nan": array, "shape": array[1:], "dtype": array.astype("int32")}[damage]
        if damage == "nan":
            array[0] = np.nan
        header["factors"][name] = {"$array": "other"}
        arrays["other"] = changed

    edit(path, change)
    with pytest.raises(ValueError, match=rf"factors\.{name}"):
        cls.load(path)


def test_factors_that_are_not_the_attributes_are_refused(tmp_path):
    path = saved(SVD(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")

    def change(header, arrays):
        header["factors"]["qi"] = {"$array": "other"}
        arrays["other"] = arrays["qi"] + 1

    edit(path, change)
    with pytest.raises(ValueError, match="qi"):
        SVD.load(path)


def test_a_contradicting_biased_is_refused(tmp_path):
    path = saved(SVD(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")
    edit(path, lambda header, _: header["attributes"].update(biased=False))
    with pytest.raises(ValueError, match="biased"):
        SVD.load(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_k", "x"),
        ("k", -1),
        ("n_threads", "x"),
        ("sim_options", 5),
        ("sim_options", {"$dict": [["name", "foo"]]}),
    ],
)
def test_parameters_of_a_file_are_checked(name, value, tmp_path):
    path = saved(KNNBasic(verbose=False), tmp_path / "model.npz")

    def change(header, _):
        header["attributes"].pop("_fitted_with")
        header["attributes"][name] = value

    edit(path, change)
    named = "sim name foo" if isinstance(value, dict) else name
    with pytest.raises(ValueError, match=rf"model\.npz is a damaged model file \(.*{named}"):
        KNNBasic.load(path)


@pytest.mark.parametrize("name", ["qi", "trainset.by_user.values"])
def test_the_message_says_which_array_is_missing(name, tmp_path):
    path = saved(SVD(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")
    edit(path, lambda _, arrays: arrays.pop(name))
    with pytest.raises(ValueError, match=rf"damaged model file \(it lacks '{name}'\)"):
        SVD.load(path)


@pytest.mark.parametrize("part", ["offsets", "indices", "values"])
@pytest.mark.parametrize("damage", ["dtype", "ndim"])
def test_the_message_says_what_an_array_of_the_training_set_must_be(part, damage, tmp_path):
    path = saved(SVD(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")

    def change(_, arrays):
        name = f"trainset.by_user.{part}"
        arrays[name] = arrays[name].astype("int16") if damage == "dtype" else arrays[name][:, None]

    edit(path, change)
    with pytest.raises(ValueError, match=rf"\(trainset\.by_user: {part} must have one dimension"):
        SVD.load(path)


@pytest.mark.parametrize("side", ["user", "item"])
def test_the_message_says_which_ids_repeat(side, tmp_path):
    path = saved(SVD(n_factors=3, n_epochs=1, random_state=0), tmp_path / "model.npz")

    def change(header, _):
        ids = getattr(FULL, f"{side}_ids")
        header["trainset"][f"{side}_ids"] = [ids[0], ids[0], *ids[2:]]

    edit(path, change)
    with pytest.raises(ValueError, match=f"the {side} ids are not"):
        SVD.load(path)


def test_a_folder_is_no_file_to_write(tmp_path):
    model = SVD(n_factors=3, n_epochs=1).fit(FULL)
    for path in ("", ".", tmp_path, str(tmp_path)):
        with pytest.raises(IsADirectoryError) as caught:
            model.save(path)
        assert caught.value.filename == str(path)
    assert not list(tmp_path.iterdir())
