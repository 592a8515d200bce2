"""Measures, splits and cross-validation beside scikit-surprise's."""

import inspect
import re

import numpy as np
import pytest

import astonish
from astonish.evaluation.cross_validation import print_summary
from astonish.evaluation.scoring import fit_and_score

RANDOM_SPLITTERS = ("KFold", "RepeatedKFold", "ShuffleSplit", "LeaveOneOut")
SPLITTERS = (*RANDOM_SPLITTERS, "PredefinedKFold")
MEASURES = ("rmse", "mse", "mae", "fcp")


def content(fold):
    """All that a fold holds: inner ids, the order of ratings, raw ids, and the test set."""
    trainset, testset = fold
    return (
        list(trainset.all_ratings()),
        {item: list(ratings) for item, ratings in trainset.ir.items()},
        [trainset.to_raw_uid(user) for user in trainset.all_users()],
        [trainset.to_raw_iid(item) for item in trainset.all_items()],
        trainset.rating_scale,
        testset,
    )


def folds(library, data, name, **options):
    splitter = getattr(library.model_selection, name)(**options)
    return [content(fold) for fold in splitter.split(data)]


# Splits

OPTIONS = [
    ("KFold", {"random_state": 0}),
    ("KFold", {"n_splits": 7, "random_state": 1}),
    ("KFold", {"n_splits": 100, "random_state": 1}),
    ("KFold", {"n_splits": 4, "shuffle": False}),
    ("RepeatedKFold", {"random_state": 0}),
    ("RepeatedKFold", {"n_splits": 3, "n_repeats": 2, "random_state": 1}),
    ("LeaveOneOut", {"random_state": 0}),
    ("LeaveOneOut", {"n_splits": 2, "random_state": 1, "min_n_ratings": 12}),
    ("LeaveOneOut", {"n_splits": 2, "random_state": 1, "min_n_ratings": 14.5}),
    ("ShuffleSplit", {"random_state": 0}),
    ("ShuffleSplit", {"n_splits": 2, "test_size": 0.333, "random_state": 1}),
    ("ShuffleSplit", {"n_splits": 2, "test_size": 37, "random_state": 1}),
    ("ShuffleSplit", {"n_splits": 2, "train_size": 0.333, "random_state": 1}),
    ("ShuffleSplit", {"n_splits": 2, "test_size": None, "train_size": 0.61, "random_state": 1}),
    ("ShuffleSplit", {"n_splits": 2, "test_size": None, "train_size": 61, "random_state": 1}),
    ("ShuffleSplit", {"n_splits": 2, "test_size": 100, "train_size": 200, "random_state": 1}),
    ("ShuffleSplit", {"n_splits": 2, "shuffle": False}),
]


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_folds_are_the_same(both, small, name, options):
    ours, theirs = both(lambda library: folds(library, small.of(library), name, **options))
    assert ours == theirs


@pytest.mark.parametrize("name", RANDOM_SPLITTERS)
def test_folds_from_the_global_generator_are_the_same(both, small, name):
    def split(library):
        np.random.seed(9)
        return folds(library, small.of(library), name), np.random.rand()

    ours, theirs = both(split)
    assert ours == theirs


@pytest.mark.parametrize("name", RANDOM_SPLITTERS)
def test_folds_from_a_random_state_are_the_same(both, small, name):
    def split_twice(library):
        splitter = getattr(library.model_selection, name)(
            n_splits=2, random_state=np.random.RandomState(9)
        )
        data = small.of(library)
        return [content(fold) for _ in range(2) for fold in splitter.split(data)]

    ours, theirs = both(split_twice)
    assert ours == theirs


@pytest.mark.parametrize("name", RANDOM_SPLITTERS)
def test_folds_of_half_stars_are_the_same(both, latest_small, name):
    def split(library):
        splitter = getattr(library.model_selection, name)(5, random_state=3)
        return content(next(splitter.split(latest_small.of(library))))

    ours, theirs = both(split)
    assert ours == theirs


@pytest.mark.parametrize(
    "options",
    [
        {"random_state": 0},
        {"test_size": 0.25, "random_state": 1},
        {"test_size": None, "train_size": 100, "random_state": 2},
        {"shuffle": False},
    ],
)
def test_train_test_split_is_the_same(both, small, options):
    def split(library):
        data = small.of(library)
        return content(library.model_selection.train_test_split(data, **options))

    ours, theirs = both(split)
    assert ours == theirs


def test_predefined_folds_are_the_same(u1):
    assert content(u1.ours) == content(u1.theirs)


def test_raw_ratings_that_were_cut_are_split_the_same(both, small, tmp_path):
    path = tmp_path / "ratings"
    path.write_text("".join(f"{u} {i} {r}\n" for u, i, r, _ in small.ours.raw_ratings))

    def split(library):
        data = library.Dataset.load_from_file(str(path), library.Reader())
        np.random.RandomState(0).shuffle(data.raw_ratings)
        data.raw_ratings = data.raw_ratings[:100]
        rest = data.construct_testset(data.raw_ratings[90:])
        return [folds(library, data, name, random_state=0) for name in RANDOM_SPLITTERS], rest

    ours, theirs = both(split)
    assert ours == theirs


ERRORS = [
    ("KFold", {"n_splits": 1}),
    ("KFold", {"n_splits": 601}),
    ("KFold", {"random_state": "1"}),
    ("RepeatedKFold", {"n_splits": 1}),
    ("RepeatedKFold", {"n_splits": 601}),
    ("RepeatedKFold", {"random_state": "1"}),
    ("LeaveOneOut", {"min_n_ratings": 600}),
    ("LeaveOneOut", {"random_state": "1"}),
    ("ShuffleSplit", {"n_splits": 0}),
    ("ShuffleSplit", {"test_size": 0}),
    ("ShuffleSplit", {"test_size": -0.5}),
    ("ShuffleSplit", {"train_size": 0.0}),
    ("ShuffleSplit", {"test_size": 600}),
    ("ShuffleSplit", {"train_size": 601}),
    ("ShuffleSplit", {"test_size": 0.5, "train_size": 0.6}),
    ("ShuffleSplit", {"test_size": 300, "train_size": 301}),
]


@pytest.mark.parametrize(("name", "options"), ERRORS)
def test_errors_are_of_the_same_type(both, small, name, options):
    def error(library):
        with pytest.raises(ValueError, match=r"n_splits|random state|_size|_n_ratings") as caught:
            folds(library, small.of(library), name, **options)
        return type(caught.value)

    ours, theirs = both(error)
    assert ours is theirs


@pytest.mark.parametrize("name", SPLITTERS)
def test_splitters_have_the_same_parameters(surprise, name):
    ours, theirs = (getattr(each.model_selection, name) for each in (astonish, surprise))
    assert str(without_annotations(ours)) == str(without_annotations(theirs))


@pytest.mark.parametrize("cv", [None, 3, np.int64(3)])
def test_get_cv_is_the_same(surprise, cv):
    ours = astonish.model_selection.get_cv(cv)
    theirs = surprise.model_selection.split.get_cv(cv)
    assert type(ours).__name__ == type(theirs).__name__
    assert vars(ours) == vars(theirs)


def without_annotations(function):
    """The parameters but the keyword-only ones, of which scikit-surprise has none."""
    parameters = inspect.signature(function).parameters.values()
    return [
        (each.name, each.default, each.kind)
        for each in parameters
        if each.kind is not each.KEYWORD_ONLY
    ]


# Measures


def random_predictions(seed, n_users=12, n=200):
    """Predictions with many equal ratings, and some equal estimates."""
    rng = np.random.RandomState(seed)
    truths, estimates = rng.randint(1, 6, n).astype(float), np.round(1 + 4 * rng.rand(n), 2)
    users = rng.randint(n_users, size=n)
    columns = users.tolist(), truths.tolist(), estimates.tolist()
    return [(user, "i", truth, est, {}) for user, truth, est in zip(*columns, strict=True)]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("seed", range(5))
def test_measures_are_the_same(both, capsys, measure, seed):
    predictions = random_predictions(seed)

    def value_and_text(library):
        return getattr(library.accuracy, measure)(predictions), capsys.readouterr().out

    (ours, text), (theirs, their_text) = both(value_and_text)
    assert ours == pytest.approx(theirs, rel=1e-15, abs=0)
    assert text == their_text


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("predictions", [[], [("u", "i", 3, 3, {})]], ids=["none", "one"])
def test_measures_fail_alike(both, measure, predictions):
    def outcome(library):
        try:
            return getattr(library.accuracy, measure)(predictions, verbose=False)
        except ValueError as error:
            return str(error)

    ours, theirs = both(outcome)
    assert ours == theirs


@pytest.mark.parametrize("measure", MEASURES)
def test_measures_have_the_same_parameters(surprise, measure):
    ours, theirs = (getattr(each.accuracy, measure) for each in (astonish, surprise))
    assert without_annotations(ours) == without_annotations(theirs)


# Cross-validation


def cross_validate(library, data, **options):
    selection = library.model_selection
    model = library.SVD(n_factors=5, n_epochs=3, random_state=0)
    arguments = {"measures": MEASURES, "cv": selection.KFold(3, random_state=1), **options}
    return selection.cross_validate(model, data, **arguments)


@pytest.mark.parametrize("train", [False, True])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_cross_validate_measures_the_same(both, small, train, n_jobs):
    ours, theirs = both(
        lambda library: cross_validate(
            library,
            small.of(library),
            return_train_measures=train,
            n_jobs=n_jobs if library is astonish else 1,
        )
    )
    assert sorted(ours) == sorted(theirs)
    for key, expected in theirs.items():
        assert type(ours[key]) is type(expected)
        assert len(ours[key]) == len(expected)
        if not key.endswith("_time"):
            assert ours[key].dtype == expected.dtype
            np.testing.assert_allclose(ours[key], expected, rtol=0, atol=1e-9)


def test_cross_validate_of_half_stars(both, latest_small):
    ours, theirs = both(
        lambda library: cross_validate(
            library,
            latest_small.of(library),
            measures=["rmse", "mae"],
            cv=library.model_selection.ShuffleSplit(1, random_state=0),
        )
    )
    np.testing.assert_allclose(ours["test_rmse"], theirs["test_rmse"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours["test_mae"], theirs["test_mae"], rtol=0, atol=1e-9)


def test_cross_validate_from_the_global_generator(both, small):
    def measure(library):
        np.random.seed(11)
        model = library.SVD(n_factors=5, n_epochs=2)
        result = library.model_selection.cross_validate(model, small.of(library), cv=3)
        return result["test_rmse"]

    ours, theirs = both(measure)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


@pytest.mark.parametrize("train", [False, True])
def test_the_table_is_the_same(both, small, capsys, train):
    def table(library):
        cross_validate(library, small.of(library), return_train_measures=train, verbose=True)
        text = capsys.readouterr().out
        return re.sub(r"(?m)^((?:Fit|Test) time.*)$", lambda row: masked(row[1]), text)

    ours, theirs = both(table)
    assert ours == theirs
    assert "Fit time" in ours


def masked(row):
    """A row of times with its digits hidden: the seconds differ."""
    return re.sub(r"\d", "9", row)


def test_functions_have_the_same_parameters(surprise):
    theirs = surprise.model_selection.validation
    for function in (astonish.model_selection.cross_validate, fit_and_score, print_summary):
        assert without_annotations(function) == without_annotations(
            getattr(theirs, function.__name__)
        )


@pytest.mark.parametrize("train", [False, True])
def test_a_fold_scores_the_same(both, u1, train):
    def score(library):
        function = fit_and_score
        if library is not astonish:
            function = library.model_selection.validation.fit_and_score
        model = library.SVD(n_factors=5, n_epochs=2, random_state=0)
        return function(model, *u1.of(library), ["rmse", "MAE"], train)

    mine, theirs = both(score)
    assert isinstance(mine, tuple)
    assert len(mine) == len(theirs) == 4
    for one, other in zip(mine[:2], theirs[:2], strict=True):
        assert list(one) == list(other)
        assert one == pytest.approx(other, rel=0, abs=1e-9)


@pytest.mark.parametrize("train", [{}, {"mae": np.array([0.5, 0.25, 0.125])}])
@pytest.mark.parametrize("n_splits", [3, 2])
def test_summaries_are_printed_the_same(both, capsys, train, n_splits):
    def text(library):
        print_table = print_summary
        if library is not astonish:
            print_table = library.model_selection.validation.print_summary
        tests = {"mae": np.array([1.0, 2.0, 3.12345]), "fcp": [0.5, 0.25, 0.125]}
        times = (1, 2.5, 3), (0.001, 0.1, 123.456)
        print_table(library.SVD(), ["mae", "fcp"], tests, train, *times, n_splits)
        return capsys.readouterr().out

    mine, theirs = both(text)
    assert mine == theirs


def test_an_unknown_measure_is_caught_by_the_same_handler(both, small):
    def fail(library):
        with pytest.raises(AttributeError, match="ndcg"):
            cross_validate(library, small.of(library), measures=["ndcg"])

    both(fail)


@pytest.mark.parametrize("measures", [("RMSE", "Mae"), ["fcp"], {"mse": 1}, iter(["rmse"])])
def test_measures_of_any_kind_are_the_same(both, small, measures):
    measures = list(measures) if not isinstance(measures, dict | tuple) else measures
    ours, theirs = both(
        lambda library: cross_validate(library, small.of(library), measures=measures)
    )
    assert list(ours) == list(theirs)


def test_a_model_is_left_fitted_to_the_last_fold(both, small):
    def last_fold(library):
        model = library.SVD(n_factors=2, n_epochs=1, random_state=0)
        selection = library.model_selection
        selection.cross_validate(model, small.of(library), cv=selection.KFold(4, shuffle=False))
        return list(model.trainset.all_ratings())

    ours, theirs = both(last_fold)
    assert ours == theirs
