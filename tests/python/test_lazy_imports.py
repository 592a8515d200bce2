"""Importing the package is quick: what it offers and what it uses is imported on first use."""

import ast
import importlib
import json
import pickle
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import astonish
import astonish.models

HEAVY = (
    "click",
    "joblib",
    "multiprocessing.pool",
    "narwhals",
    "numpy",
    "pandas",
    "rich",
    "scipy",
    "tqdm",
)
FIT = """
import astonish
trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
astonish.SVD(n_epochs=1).fit(trainset).recommend(["1"], n=3)
"""
FROM_THREADS = """
import sys, threading
import astonish
names = [name for name in astonish.__all__ if not name.startswith("__")]
start, errors, found = threading.Barrier(8), [], []
def look(shift):
    try:
        start.wait()
        turned = names[shift * 5:] + names[:shift * 5]
        found.append({name: id(getattr(astonish, name)) for name in turned})
    except BaseException as error:
        errors.append(error)
threads = [threading.Thread(target=look, args=(shift,)) for shift in range(8)]
sys.setswitchinterval(1e-5)
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not errors, errors
assert len(found) == 8 and all(each == found[0] for each in found)
"""


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def imported_by(code):
    return set(json.loads(run(f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))")))


def test_importing_the_package_imports_nothing_heavy():
    # `python` may import some of them itself, where an installation has hooks.
    assert not (imported_by("import astonish") - imported_by("")) & set(HEAVY)


def test_fitting_and_ranking_needs_numpy_alone():
    assert (imported_by(FIT) - imported_by("")) & set(HEAVY) == {"numpy"}


def test_importing_the_package_takes_at_most_one_and_a_half_times_as_long_as_numpy():
    seconds = {"numpy": [], "astonish": []}
    for _ in range(7):
        for module, column in seconds.items():
            code = f"import time\nbegin = time.perf_counter()\nimport {module}\n"
            column.append(float(run(f"{code}print(time.perf_counter() - begin)")))
    medians = {module: statistics.median(column) for module, column in seconds.items()}
    assert medians["astonish"] <= 1.5 * medians["numpy"], seconds


def test_names_are_found_from_several_threads_at_once():
    for _ in range(3):
        run(FROM_THREADS)


@pytest.mark.parametrize("package", [astonish, astonish.models])
def test_every_name_is_what_its_stub_says(package):
    stub = Path(package.__file__).with_suffix(".pyi")
    for node in ast.parse(stub.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                assert alias.name == alias.asname, "only such names are offered by a stub"
                home = importlib.import_module(node.module)
                assert getattr(package, alias.name) is getattr(home, alias.name)
    assert set(package.__all__) <= set(dir(package))


def test_load_is_the_method_of_the_base():
    assert astonish.load == astonish.Model.load


def test_a_star_import_brings_every_public_name():
    names = {}
    exec("from astonish import *", names)
    assert {"SVD", "Dataset", "cross_validate", "GridSearchCV", "accuracy", "load"} <= set(names)
    assert not {"surprise", "collab", "models"} & set(names)


@pytest.mark.parametrize("room", ["collab", "interpret", "metrics", "models", "surprise", "dump"])
def test_rooms_are_attributes(room):
    done = run(f"import astonish; print(astonish.{room}.__name__)")
    assert done.strip() == f"astonish.{room}"


@pytest.mark.parametrize("package", [astonish, astonish.models])
def test_an_unknown_name_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'SDV'"):
        package.SDV  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'SDV'"):
        exec(f"from {package.__name__} import SDV")


def test_a_pickle_names_the_package_and_loads_in_a_new_process(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(pickle.dumps(astonish.SVD(n_factors=7)))
    code = f"import pickle; print(pickle.load(open({str(path)!r}, 'rb')).n_factors)"
    assert run(code).strip() == "7"
    assert b"astonish.models" not in path.read_bytes()
