"""The extension modules: which one is loaded, what it exports, and that its stubs are true."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

import astonish
from astonish import _core, _cpu

PACKAGE = Path(astonish.__file__).parent
LEVELS = _cpu.built_levels()
USABLE = [level for level in LEVELS if level <= _cpu.best_level()]

TRAIN = """
import astonish, numpy, sys
data = astonish.make_ratings(n_users=60, n_items=40, n_ratings=900, seed=3)
trainset = data.build_full_trainset()
model = astonish.SVD(n_factors=13, random_state=0).fit(trainset)
items, scores = model.recommend(trainset.user_ids, n=7)
exact = astonish.SVD(n_factors=13, random_state=0, solver="bitwise").fit(trainset)
implicit = astonish.SVDpp(n_factors=13, random_state=0).fit(trainset)
exact_implicit = astonish.SVDpp(n_factors=13, random_state=0, solver="bitwise").fit(trainset)
nmf = astonish.NMF(n_factors=43, random_state=0).fit(trainset)
neighbors = astonish.KNNWithZScore(sim_options={"name": "pearson_baseline"}, verbose=False)
others = [
    astonish.BaselineOnly(verbose=False, bsl_options={"reg_u": 0.3}),
    astonish.SlopeOne(),
    astonish.CoClustering(random_state=0),
    neighbors,
]
pairs = list(zip(*trainset.build_anti_testset()))[:2]
estimates = [each.fit(trainset).predict_many(*pairs) for each in others]
numpy.savez(sys.argv[1], pu=model.pu, qi=model.qi, items=items.astype(str), scores=scores,
            yj=implicit.yj, exact=exact.pu, exact_yj=exact_implicit.yj, nmf=nmf.pu,
            sim=neighbors.sim, estimates=estimates,
            level=astonish._core.cpu_level)
"""


def run(code, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_best_usable_level_is_loaded():
    forced = os.environ.get("ASTONISH_CPU_LEVEL")
    assert _core.cpu_level == (forced or USABLE[-1])


def test_every_level_gives_the_same_model(tmp_path):
    results = {}
    for level in USABLE:
        done = run(TRAIN, str(tmp_path / level), ASTONISH_CPU_LEVEL=level)
        assert done.returncode == 0, done.stderr
        results[level] = np.load(tmp_path / f"{level}.npz")
    baseline = results[USABLE[0]]
    for level, result in results.items():
        assert result["level"] == level
        for name in ("pu", "qi", "yj", "scores"):
            np.testing.assert_allclose(result[name], baseline[name], rtol=0, atol=1e-12)
        for name in ("exact", "exact_yj", "nmf", "sim", "estimates", "items"):
            np.testing.assert_array_equal(result[name], baseline[name])


@pytest.mark.parametrize("level", ["v2", "v9", "native"])
def test_a_level_that_was_not_built_is_an_import_error(level):
    done = run("import astonish", ASTONISH_CPU_LEVEL=level)
    assert done.returncode != 0
    assert f"ImportError: ASTONISH_CPU_LEVEL='{level}'" in done.stderr


# Importing the package would load a core first, so its choice runs beside a probe that says v1.
ON_A_V1_CPU = """
import sys, types
package = types.ModuleType("astonish")
package.__path__ = [sys.argv[1]]
probe = types.ModuleType("astonish._cpu")
probe.built_levels = lambda: ["v1", "v3", "v4"]
probe.best_level = lambda: "v1"
package._cpu = probe
sys.modules.update({"astonish": package, "astonish._cpu": probe})
import astonish._core
"""


def test_a_level_that_the_cpu_lacks_is_an_import_error():
    done = run(ON_A_V1_CPU, str(PACKAGE), ASTONISH_CPU_LEVEL="v3")
    assert "ImportError: ASTONISH_CPU_LEVEL='v3': this CPU supports only v1" in done.stderr


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("nm") is None, reason="needs nm on Linux"
)
@pytest.mark.parametrize("name", [*(f"_core_{level}" for level in LEVELS), "_cpu"])
def test_a_module_exports_one_symbol(name):
    (path,) = Path(_cpu.__file__).parent.glob(f"{name}.*.so")
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", str(path)], capture_output=True, text=True, check=True
    )
    symbols = [line.split()[-1] for line in listing.stdout.splitlines()]
    assert symbols == [f"PyInit_{name}"]


FAMILIES = sorted(path.stem for path in (PACKAGE / "_core").glob("[!_]*.pyi"))


def stub_of(family):
    return ast.parse((PACKAGE / "_core" / f"{family}.pyi").read_text()).body


def test_the_stubs_name_the_families():
    public = {name for name in vars(_core) if name[0] != "_"}
    assert public - {"ModuleType", "importlib", "os", "sys"} == {*FAMILIES, "cpu_level"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_a_module(family):
    assert importlib.import_module(f"astonish._core.{family}") is getattr(_core, family)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stub_names_what_its_family_has(family):
    definitions = (ast.FunctionDef, ast.ClassDef)
    named = {node.name for node in stub_of(family) if isinstance(node, definitions)}
    assert named == {name for name in vars(getattr(_core, family)) if name[0] != "_"}


def stub_arguments():
    """The argument names of each function and constructor of the stubs."""
    for family in FAMILIES:
        for node in stub_of(family):
            functions = node.body if isinstance(node, ast.ClassDef) else [node]
            for function in functions:
                if isinstance(function, ast.FunctionDef):
                    path = (node.name,) if node is function else (node.name, function.name)
                    yield (family, *path), [argument.arg for argument in function.args.args]


def test_the_stubs_name_the_arguments_of_the_module():
    for path, arguments in stub_arguments():
        described = reduce(getattr, path, _core).__doc__
        signature = re.search(rf"\b{path[-1]}\((?!\*args).*\) ->", described).group()
        assert re.findall(r"[(,] ?(\w+): ", signature) == arguments, path


def test_the_core_refuses_to_copy():
    offsets, indices, values = np.array([0, 1]), np.array([0], dtype=np.int32), np.ones(1)
    with pytest.raises(TypeError):
        _core.ratings.Ratings(offsets.astype(np.float64), indices, values, 1)
    with pytest.raises(TypeError):
        _core.ratings.Ratings(offsets, indices.astype(np.int64), values, 1)
    strided = np.zeros((4, 2), dtype=np.int32)[:, 0]
    with pytest.raises(TypeError):
        _core.ratings.renumber(strided, 1)


def test_results_cannot_be_written_into_read_only_arrays():
    frozen = np.zeros((1, 1))
    frozen.setflags(write=False)
    one = np.ones(1)
    ratings = _core.ratings.Ratings(np.array([0, 1]), np.array([0], dtype=np.int32), one, 1)
    with pytest.raises(ValueError, match="not writeable"):
        _core.sgd.fit_sgd(
            ratings,
            frozen,
            np.ones((1, 1)),
            one.copy(),
            one.copy(),
            3.0,
            True,
            _core.sgd.SgdOptions(),
        )


def test_available_threads_is_what_the_affinity_allows():
    if hasattr(os, "sched_getaffinity"):
        assert 1 <= _core.parallel.available_threads() <= len(os.sched_getaffinity(0))
    else:
        assert _core.parallel.available_threads() >= 1


@pytest.mark.parametrize("wanted", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_threads_in_the_environment_is_named(monkeypatch, wanted):
    monkeypatch.setenv("ASTONISH_NUM_THREADS", wanted)
    trainset = astonish.make_ratings(n_users=5, n_items=4, n_ratings=10).build_full_trainset()
    with pytest.raises(ValueError, match=f"ASTONISH_NUM_THREADS.*{wanted}"):
        astonish.SVD(n_factors=2).fit(trainset)


class Treacherous:
    """An id whose comparison empties the list that it stands in."""

    def __init__(self, victim):
        self.victim = victim

    def __hash__(self):
        return 7

    def __eq__(self, other):
        self.victim.clear()
        return self is other


def test_ids_that_change_their_list_while_they_are_coded():
    ids = []
    ids.extend([Treacherous(ids) for _ in range(50)])
    codes, table = _core.ratings.encode_ids(ids)
    assert (len(codes), len(table), ids) == (50, 50, [])
    ids.extend([Treacherous(ids) for _ in range(50)])
    assert _core.ratings.lookup_ids(table, ids).tolist() == [-1] * 50


def test_pairs_are_counted_alike_by_any_number_of_threads():
    rng = np.random.RandomState(1)
    lengths = rng.randint(0, 40, 500)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    ratings, estimates = rng.randint(1, 6, offsets[-1]).astype(float), rng.rand(offsets[-1])
    one, *others = (
        _core.metrics.count_pairs_by_user(offsets, ratings, estimates, n) for n in (1, 2, 7)
    )
    assert sum(map(np.sum, one)) > 0
    for other in others:
        np.testing.assert_array_equal(other, one)


@pytest.mark.parametrize(
    ("offsets", "n_estimates", "n_threads", "message"),
    [
        ([0, 2, 1, 3], 3, 1, r"offsets\[2\] is 1"),
        ([0, 2, 4], 3, 1, r"offsets\[2\] is 4"),
        ([0, 3], 2, 1, "estimates has 2 entries, expected 3"),
        ([0, 3], 3, 0, "n_threads is 0"),
    ],
)
def test_pairs_that_do_not_fit_are_refused(offsets, n_estimates, n_threads, message):
    with pytest.raises(ValueError, match=message):
        _core.metrics.count_pairs_by_user(
            np.array(offsets), np.ones(3), np.ones(n_estimates), n_threads
        )


def test_codes_that_are_no_int32_are_refused():
    with pytest.raises(TypeError):
        _core.ratings.lookup_ids({"a": "b"}, ["a"])
    with pytest.raises(IndexError, match="codes holds 4294967296"):
        _core.ratings.lookup_ids({"a": 2**32}, ["a"])


def shifted(array):
    """The same numbers one byte off the addresses of their type."""
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    copy = memory.view(array.dtype).reshape(array.shape)
    copy[...] = array
    assert not copy.flags.aligned
    return copy


@pytest.mark.parametrize("place", range(4))
def test_arrays_across_addresses_are_refused(place):
    arrays = [np.ones((3, 2)), np.ones((4, 2)), np.ones(3), np.ones(4)]
    arrays[place] = shifted(arrays[place])
    name, codes = ("pu", "qi", "bu", "bi")[place], np.zeros(1, np.int32)
    with pytest.raises(ValueError, match=f"{name} is not aligned in memory"):
        _core.factors.estimate_pairs(*arrays, 0.0, True, codes, codes, 1)


@pytest.mark.parametrize("n", [2**61, 2**62, 2**63])
def test_a_result_beyond_all_memory_is_refused(n):
    factors, nothing = np.ones((3, 2)), np.zeros(0, np.int64)
    with pytest.raises(MemoryError):
        _core.topk.topk(factors, factors, n, None, nothing, np.zeros(0, np.int32), 1)
