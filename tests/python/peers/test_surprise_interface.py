"""Every public name of the installed scikit-surprise is in the mirror, and takes the same.

The installed package is walked, so the list of what must be there is its own.
"""

import importlib
import inspect
import pickle
import pkgutil

import numpy as np
import pytest

import astonish.surprise
from astonish import make_ratings

surprise = pytest.importorskip("surprise", reason="scikit-surprise (extra 'peers') is the judge")

WALK = pkgutil.walk_packages(surprise.__path__, "surprise.")
PARTS = ["", *(found.name.removeprefix("surprise") for found in WALK)]


def module(library, part):
    return importlib.import_module(library.__name__ + part)


def public_names(part):
    """The classes and functions of scikit-surprise that a module of it has, by their names."""
    return {
        name: value
        for name, value in vars(module(surprise, part)).items()
        if not name.startswith("_")
        and f"{getattr(value, '__module__', '')}.".startswith("surprise.")
    }


def defined(kind):
    """(part, name) of the classes or functions that scikit-surprise's modules define."""
    return [
        pytest.param(part, name, id=f"{part[1:]}.{name}")
        for part in PARTS
        for name, value in public_names(part).items()
        if value.__module__ == f"surprise{part}" and kind(value)
    ]


def is_function(value):
    return callable(value) and not inspect.isclass(value)


CLASSES = defined(inspect.isclass)
FUNCTIONS = defined(is_function)


def test_the_walk_finds_what_everyone_knows():
    assert ".prediction_algorithms.knns" in PARTS
    assert {"SVD", "KNNBaseline", "GridSearchCV", "LeaveOneOut"} <= {
        each.values[1] for each in CLASSES
    }
    assert {"train_test_split", "cosine", "rmse", "main"} <= {each.values[1] for each in FUNCTIONS}


@pytest.fixture(autouse=True)
def same_numbers(monkeypatch):
    """Take no liberty with the numbers."""
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")


# Names


@pytest.mark.parametrize("part", [part for part in PARTS if part != ".__main__"])
def test_every_name_can_be_imported(part):
    ours = module(astonish.surprise, part)
    assert not [name for name in public_names(part) if not hasattr(ours, name)]


@pytest.mark.parametrize("part", PARTS)
def test_what_is_exported_is_what_the_module_defines(part):
    theirs = module(surprise, part)
    expected = getattr(theirs, "__all__", None) or [
        name for name, value in public_names(part).items() if value.__module__ == theirs.__name__
    ]
    exported = module(astonish.surprise, part).__all__
    assert set(exported) - {"BUILTIN_DATASETS"} == set(expected)
    assert len(exported) == len(set(exported))


@pytest.mark.parametrize("part", PARTS)
def test_modules_are_attributes_of_their_packages(part):
    module(astonish.surprise, part)
    ours = astonish.surprise
    for name in part.split(".")[1:]:
        ours = getattr(ours, name)
    assert ours is module(astonish.surprise, part)


@pytest.mark.parametrize("part", [".builtin_datasets", ".dataset", ".reader"])
def test_builtin_datasets(part):
    ours, theirs = (module(lib, part).BUILTIN_DATASETS for lib in (astonish.surprise, surprise))
    assert ours.keys() == theirs.keys()
    for name, their in theirs.items():
        assert ours[name].url == their.url
        assert {**ours[name].reader_params} == their.reader_params
        assert type(ours[name])._fields == type(their)._fields


def test_files_of_builtin_datasets(monkeypatch):
    monkeypatch.delenv("ASTONISH_DATA", raising=False)
    monkeypatch.delenv("SURPRISE_DATA_FOLDER", raising=False)
    for name, their in surprise.builtin_datasets.BUILTIN_DATASETS.items():
        if "/.surprise_data/" in their.path:
            assert astonish.surprise.builtin_datasets.BUILTIN_DATASETS[name].path == their.path


def test_the_version_is_that_of_the_interface():
    assert astonish.surprise.__version__ == surprise.__version__


# Signatures

REQUIRED = inspect.Parameter.empty
ANY_ARGUMENTS = ["(*_)", "(self, *_)"]  # a method whose arguments are not named


def parameters(function):
    return [
        (each.name, _comparable(each.default), each.kind)
        for each in inspect.signature(function).parameters.values()
    ]


def _comparable(default):
    """Return the default as it was written.

    A tuple is as good as a mutable list; scikit-surprise writes into its default dicts when it
    makes an algorithm.
    """
    if isinstance(default, dict):
        return {key: value for key, value in default.items() if key != "user_based"}
    return tuple(default) if isinstance(default, list) else default


def assert_same_signature(ours, theirs):
    """The same parameters in the same order; ours may take further keywords."""
    if str(inspect.signature(theirs)) in ANY_ARGUMENTS:
        return
    wanted = parameters(theirs)
    extra = {each.name for each in inspect.signature(ours).parameters.values()} - {
        name for name, _, _ in wanted
    }
    mine = parameters(ours)
    added = [each for each in mine if each[0] in extra]
    assert [each for each in mine if each[0] not in extra] == wanted
    for name, default, kind in added:
        is_optional = kind == inspect.Parameter.KEYWORD_ONLY and default is not REQUIRED
        assert is_optional or kind == inspect.Parameter.VAR_KEYWORD, name


@pytest.mark.parametrize(("part", "name"), FUNCTIONS)
def test_functions_take_the_same(part, name):
    assert_same_signature(
        *(getattr(module(lib, part), name) for lib in (astonish.surprise, surprise))
    )


@pytest.mark.parametrize(("part", "name"), CLASSES)
def test_constructors_take_the_same(part, name):
    ours, theirs = (getattr(module(lib, part), name) for lib in (astonish.surprise, surprise))
    if issubclass(theirs, Exception):
        assert issubclass(ours, Exception)
    else:
        assert_same_signature(ours, theirs)


@pytest.mark.parametrize(("part", "name"), CLASSES)
def test_methods_take_the_same(part, name):
    ours, theirs = (getattr(module(lib, part), name) for lib in (astonish.surprise, surprise))
    for method, value in inspect.getmembers(theirs):
        if method.startswith("_"):
            continue
        assert hasattr(ours, method), method
        if inspect.isroutine(value) and not issubclass(theirs, (tuple, Exception)):
            assert_same_signature(getattr(ours, method), value)


@pytest.mark.parametrize(("part", "name"), CLASSES)
def test_classes_have_the_same_ancestors(part, name):
    ours, theirs = (getattr(module(lib, part), name) for lib in (astonish.surprise, surprise))
    for each in theirs.__mro__[1:]:
        if each.__module__.startswith("surprise.") and each.__name__ != name:
            home = module(astonish.surprise, each.__module__.removeprefix("surprise"))
            assert issubclass(ours, getattr(home, each.__name__))


# Algorithms

ALGORITHMS = [
    each.values[1]
    for each in CLASSES
    if each.values[1] in surprise.__all__
    and issubclass(getattr(surprise, each.values[1]), surprise.AlgoBase)
]
RATINGS = make_ratings(30, 25, 300, seed=3).raw_ratings


def make(library, name):
    options = {"verbose": False, "random_state": 0}
    accepted = inspect.signature(getattr(surprise, name)).parameters
    return getattr(library, name)(**{key: options[key] for key in options if key in accepted})


def build_trainset(library):
    return library.Dataset(library.Reader()).construct_trainset(RATINGS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_constructors_store_the_same(name):
    ours, theirs = (make(library, name) for library in (astonish.surprise, surprise))
    stored = vars(theirs)
    assert {key: getattr(ours, key) for key in stored} == stored


@pytest.mark.parametrize("name", ALGORITHMS)
def test_fitted_algorithms_have_the_same_attributes(name):
    ours, theirs = (
        make(library, name).fit(build_trainset(library))
        for library in (astonish.surprise, surprise)
    )
    assert not [key for key in vars(theirs) if not hasattr(ours, key)]
    for key, value in vars(theirs).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(np.asarray(getattr(ours, key)), value, rtol=0, atol=1e-9)
            assert np.asarray(getattr(ours, key)).dtype.kind == value.dtype.kind


@pytest.mark.parametrize("name", ALGORITHMS)
def test_algorithms_can_be_pickled(name):
    algo = make(astonish.surprise, name).fit(build_trainset(astonish.surprise))
    again = pickle.loads(pickle.dumps(algo))
    assert type(again) is type(algo)
    assert again.trainset.n_ratings == 300


@pytest.mark.parametrize("name", ["baseline_als", "baseline_sgd"])
def test_functions_for_baselines_take_the_algorithm(name):
    ours, theirs = (
        getattr(library.prediction_algorithms.optimize_baselines, name)(
            library.AlgoBase(bsl_options={"n_epochs": 3}).fit(build_trainset(library))
        )
        for library in (astonish.surprise, surprise)
    )
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(our, their)


@pytest.mark.parametrize(
    "name",
    [
        "_raw2inner_id_users",
        "_raw2inner_id_items",
        "_inner2raw_id_users",
        "_inner2raw_id_items",
        "_global_mean",
    ],
)
def test_private_attributes_of_a_trainset(name):
    values = []
    for library in (astonish.surprise, surprise):
        trainset = build_trainset(library)
        trainset.global_mean, trainset.to_raw_uid(0), trainset.to_raw_iid(0)  # what fills them
        values.append(getattr(trainset, name))
    assert values[0] == values[1]


# Errors


def build_data(library):
    data = library.Dataset.load_from_df
    frame = pytest.importorskip("pandas").DataFrame(RATINGS).iloc[:, :3]
    return data(frame, library.Reader())


def fit(library, name, **options):
    return getattr(library, name)(**options).fit(build_trainset(library))


def search(library, **options):
    grid = {"n_factors": [2], "n_epochs": [1]}
    return library.model_selection.GridSearchCV(library.SVD, grid, ["rmse"], 2, **options)


ERRORS = {
    "the name of a reader": lambda lib: lib.Reader("nosuch"),
    "a field that is none": lambda lib: lib.Reader(line_format="user thing rating"),
    "a field that is missing": lambda lib: lib.Reader(line_format="user item"),
    "a short line": lambda lib: lib.Reader().parse_line("1 2"),
    "a rating that is no number": lambda lib: lib.Reader().parse_line("1 2 x"),
    "the name of a data set": lambda lib: lib.Dataset.load_builtin("nosuch"),
    "a data set without a source": lambda lib: lib.dataset.DatasetAutoFolds(reader=lib.Reader()),
    "a file": lambda lib: lib.Dataset.load_from_file("nosuch", lib.Reader()),
    "the files of folds": lambda lib: lib.Dataset.load_from_folds([("no", "such")], lib.Reader()),
    "a raw user": lambda lib: build_trainset(lib).to_inner_uid("nosuch"),
    "a raw item": lambda lib: build_trainset(lib).to_inner_iid("nosuch"),
    "an inner user": lambda lib: build_trainset(lib).to_raw_uid(10**6),
    "an inner item": lambda lib: build_trainset(lib).to_raw_iid(10**6),
    "a random state": lambda lib: lib.utils.get_rng("1"),
    "too few folds": lambda lib: next(lib.model_selection.KFold(1).split(build_data(lib))),
    "too many folds": lambda lib: next(lib.model_selection.KFold(301).split(build_data(lib))),
    "a splitter": lambda lib: lib.model_selection.split.get_cv("5"),
    "an empty test set": lambda lib: lib.model_selection.ShuffleSplit(test_size=0),
    "a test set of everything": lambda lib: lib.model_selection.train_test_split(
        build_data(lib), test_size=300
    ),
    "no fold to leave one out of": lambda lib: next(
        lib.model_selection.LeaveOneOut(min_n_ratings=1000).split(build_data(lib))
    ),
    "no predictions": lambda lib: lib.accuracy.rmse([]),
    "no pair of predictions": lambda lib: lib.accuracy.fcp([("u", "i", 3, 3, {})]),
    "a method for baselines": lambda lib: (
        lib.AlgoBase(bsl_options={"method": "nosuch"}).fit(build_trainset(lib)).compute_baselines()
    ),
    "a similarity": lambda lib: (
        lib.AlgoBase(sim_options={"name": "nosuch"}).fit(build_trainset(lib)).compute_similarities()
    ),
    "a negative start": lambda lib: lib.NMF(init_low=-1),
    "factors of unknown users": lambda lib: fit(lib, "SVD", biased=False).estimate("UKN__", 0),
    "factors without biases": lambda lib: fit(lib, "NMF").estimate("UKN__", 0),
    "neighbours of unknown users": lambda lib: fit(lib, "KNNBasic").estimate("UKN__", 0),
    "too few neighbours": lambda lib: fit(lib, "KNNBasic", min_k=1000).estimate(0, 0),
    "slopes of unknown users": lambda lib: fit(lib, "SlopeOne").estimate("UKN__", 0),
    "a search that keeps no model": lambda lib: search(lib).predict("1", "1"),
    "a measure to refit by": lambda lib: search(lib, refit="fcp").fit(build_data(lib)),
    "a dump": lambda lib: lib.dump.load("nosuch"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_of_the_same_type(case):
    with pytest.raises(Exception) as theirs:  # noqa: PT011 (which one is the question)
        ERRORS[case](surprise)
    with pytest.raises(Exception) as ours:  # noqa: PT011
        ERRORS[case](astonish.surprise)
    assert theirs.type.__name__ in [each.__name__ for each in ours.type.__mro__]
