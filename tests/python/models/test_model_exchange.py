"""What model files say to programs in C++, and what those leave out; see test_consumer.py."""

import json

import numpy as np
import pytest

from astonish import SVD, SVDpp
from astonish.models import AlgoBase
from astonish.support.public import full_name

from .helpers import arrays_of, edit, trainset_of

RATINGS = ("u", "i", 4.0), ("u", "j", 2.0), ("v", "j", 3.5)


@pytest.fixture
def model():
    return SVD(n_factors=2, n_epochs=2, random_state=0).fit(trainset_of(*RATINGS))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


class Mean(AlgoBase):
    """A model without factors."""

    def estimate(self, *_):
        return self.trainset.global_mean


def header_of(path):
    return json.loads(arrays_of(path)["header"].tobytes())


def test_the_factors_are_named_and_stored_once(model, path):
    model.save(path)
    header = header_of(path)
    assert (header["version"], header["kind"]) == (2, "factors")
    for name in ("pu", "qi", "bu", "bi"):
        assert header["attributes"][name] == {"$array": name}
        assert header["factors"][name] == header["attributes"][name]
    assert header["factors"]["global_mean"] == model.trainset.global_mean
    assert header["factors"]["biased"] is True


def test_the_factors_of_svdpp_are_those_of_its_estimate(path):
    model = SVDpp(n_factors=2, random_state=0).fit(trainset_of(*RATINGS))
    model.save(path)
    pu, qi, bu, bi = (
        arrays_of(path)[header_of(path)["factors"][name]["$array"]]
        for name in ("pu", "qi", "bu", "bi")
    )
    expected = model.trainset.global_mean + bu[0] + bi[1] + pu[0] @ qi[1]
    assert model.estimate(0, 1) == pytest.approx(expected, rel=1e-12)
    assert not np.array_equal(pu, model.pu)


def test_a_model_that_is_no_product_of_factors_names_none(model, path):
    Mean().fit(model.trainset).save(path)
    assert header_of(path)["kind"] == "attributes"
    assert "factors" not in header_of(path)


def as_a_program_writes_it(header, _):
    """Leave the attributes that model_file.cpp writes, and say so."""
    names = ("pu", "qi", "bu", "bi", "n_factors", "biased")
    header["attributes"] = {name: header["attributes"][name] for name in names}
    header["trainset"]["global_mean"] = header["factors"]["global_mean"] = 3.25
    header["defaults"] = True


def test_a_file_of_a_program_has_the_defaults_of_its_class(model, path):
    model.save(path)
    edit(path, as_a_program_writes_it)
    loaded = SVD.load(path)
    assert {*vars(loaded), "history_", "stopped_by_"} == set(vars(model))
    assert (loaded.n_factors, loaded.n_epochs, loaded.sim_options) == (2, 20, {"user_based": True})
    assert loaded.trainset.global_mean == 3.25
    difference = 3.25 - model.trainset.global_mean
    assert loaded.estimate(0, 1) == pytest.approx(model.estimate(0, 1) + difference, rel=1e-12)


class Demanding(SVD):
    """A model that cannot be made of nothing."""

    def __init__(self, needed):
        super().__init__()
        self.needed = needed


def test_a_class_without_defaults_is_refused(model, path):
    model.save(path)
    edit(path, as_a_program_writes_it)
    edit(path, lambda header, _: header.update({"class": full_name(Demanding)}))
    with pytest.raises(ValueError, match=r"is a damaged model file .*'needed'"):
        SVD.load(path)


@pytest.mark.parametrize("mean", [None, "3", True, float("nan"), 10**400])
def test_a_mean_that_is_no_finite_number_is_refused(model, path, mean):
    model.save(path)
    edit(path, lambda header, _: header["trainset"].update(global_mean=mean))
    with pytest.raises(ValueError, match=r"is a damaged model file .*global_mean"):
        SVD.load(path)
