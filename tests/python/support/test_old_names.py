"""Classes are stored under their public names, and found by those that they had before."""

import importlib
import pickle
import subprocess
import sys

import pytest

import astonish
from astonish.models import ALGORITHMS
from astonish.support.old_names import MOVED
from astonish.support.public import current_name, full_name, public_class


@pytest.mark.parametrize("name", sorted(MOVED))
def test_the_old_name_of_a_module_is_an_alias(name):
    assert importlib.import_module(name) is importlib.import_module(MOVED[name])


def test_modules_know_themselves_by_their_names_of_today():
    importlib.import_module("astonish.models.svd")
    module = importlib.import_module("astonish.models.rating.svd")
    assert (module.__name__, module.__spec__.name) == ("astonish.models.rating.svd",) * 2


@pytest.mark.parametrize("cls", [*ALGORITHMS.values(), astonish.Prediction, astonish.Trainset])
def test_public_classes_are_pickled_by_their_public_names(cls):
    assert full_name(cls) == f"astonish.{cls.__name__}"
    assert pickle.loads(pickle.dumps(cls)) is cls
    assert public_class(full_name(cls)) is cls


def test_a_pickle_of_an_old_name_is_the_first_that_a_process_imports():
    program = (
        "import pickle; cls = pickle.loads(b'castonish.models.svd\\nSVD\\n.');"
        "import astonish; assert cls is astonish.SVD"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", ["AlgoBase", "NotFittedError"])
def test_a_class_of_a_module_that_is_a_folder_now(name):
    cls = pickle.loads(f"castonish.models.base\n{name}\n.".encode())
    assert cls.__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'other'"):
        _ = astonish.models.base.other


def test_the_name_of_today_of_a_class_in_a_file():
    assert current_name("astonish.models.svd.SVD") == "astonish.SVD"
    assert current_name("astonish.SVD") == "astonish.SVD"
    assert current_name("astonish.models.base.AlgoBase") == "astonish.AlgoBase"
    assert current_name("program.Mine") == "program.Mine"
    assert public_class("program.Mine") is None
