"""Nearest neighbours beside scikit-surprise's: the same numbers from the same ratings."""

import itertools

import numpy as np
import pytest

import astonish

from .conftest import Both

MODELS = ["KNNBasic", "KNNWithMeans", "KNNWithZScore", "KNNBaseline"]
MEASURES = ["cosine", "msd", "pearson", "pearson_baseline"]
ATTRIBUTES = ["means", "sigmas", "overall_sigma", "bu", "bi", "bx", "by"]

# Settings that ask for other code paths, each alone and some together.
OPTIONS = [
    {},
    {"k": 0},
    {"k": 1},
    {"k": 3, "min_k": 3},
    {"k": 10**6},
    {"min_k": 5},
    {"min_k": 10**6},
    {"sim_options": {"min_support": 3}},
    {"sim_options": {"min_support": 10**6}},
    {"sim_options": {"name": "pearson_baseline", "shrinkage": 0}},
    {"sim_options": {"name": "pearson_baseline", "shrinkage": 12.5, "min_support": 4}},
    {"sim_options": {"name": "PEARSON", "user_based": False}},
    {"sim_options": {"name": "pearson_baseline"}, "bsl_options": {"method": "sgd"}},
    {"sim_options": {"name": "pearson_baseline"}, "bsl_options": {"n_epochs": 2, "reg_u": 1}},
]


def make(library, name, **options):
    """A model; dicts of options are copied, because scikit-surprise writes to them."""
    options = {
        key: dict(value) if isinstance(value, dict) else value for key, value in options.items()
    }
    return getattr(library, name)(**{"verbose": False, **options})


def fit_both(name, trainsets, **options):
    libraries = Both(astonish, pytest.importorskip("surprise"))
    return Both(
        *(make(lib, name, **options).fit(ts) for lib, ts in zip(libraries, trainsets, strict=True))
    )


def assert_same_predictions(ours, theirs):
    """Lists of predictions are equal, estimates to the last bit."""
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert tuple(mine) == tuple(other)


def assert_same_attributes(ours, theirs):
    assert {name for name in ATTRIBUTES if hasattr(ours, name)} == {
        name for name in ATTRIBUTES if hasattr(theirs, name)
    }
    for name in ATTRIBUTES:
        np.testing.assert_array_equal(
            getattr(ours, name, None), getattr(theirs, name, None), err_msg=name
        )


def trainsets_of(surprise, ratings, scale):
    """The same (user, item, rating) tuples as a training set of each library."""
    libraries = Both(astonish, surprise)
    raw = [(user, item, rating, None) for user, item, rating in ratings]
    return Both(
        *(
            library.Dataset(library.Reader(rating_scale=scale)).construct_trainset(raw)
            for library in libraries
        )
    )


def small_ratings(seed=5):
    """Half stars: pairs rated twice and three times, users and items with one rating."""
    raw = astonish.make_ratings(40, 30, 500, rating_scale=(0.5, 5), step=0.5, seed=seed).raw_ratings
    ratings = [(user, item, rating) for user, item, rating, _ in raw]
    again = [(user, item, 5.5 - rating) for user, item, rating in ratings[::7]]
    lone = [("lone", ratings[0][1], 4.5), (ratings[0][0], "only", 2.0), ("hermit", "cave", 3.5)]
    return ratings + again + again[:5] + lone


@pytest.fixture(scope="module")
def half_stars(surprise):
    return trainsets_of(surprise, small_ratings(), (0.5, 5))


def pairs_of(trainset):
    """Known pairs of all users and items, and unknown ids."""
    known = [(u, i, 3.0) for u in trainset.user_ids for i in trainset.item_ids]
    return [*known, ("?", "1", None), ("1", "?", 2), ("?", "?", None), (1, "1", 4.0)]


# Half stars: most sums are exact


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("user_based", [True, False])
def test_every_model_with_every_similarity(half_stars, name, measure, user_based):
    sim_options = {"name": measure, "user_based": user_based}
    ours, theirs = fit_both(name, half_stars, k=7, sim_options=sim_options)
    pairs = pairs_of(half_stars.ours)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))
    one_by_one = [ours.predict(*pair, clip=False) for pair in pairs[::19]]
    assert_same_predictions(one_by_one, [theirs.predict(*pair, clip=False) for pair in pairs[::19]])
    np.testing.assert_array_equal(ours.sim, theirs.sim)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))  # by the matrix


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: str(options or "defaults"))
def test_every_option(half_stars, name, options):
    ours, theirs = fit_both(name, half_stars, **options)
    pairs = pairs_of(half_stars.ours)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))
    np.testing.assert_array_equal(ours.sim, theirs.sim)
    assert_same_attributes(ours, theirs)
    assert vars(theirs).keys() - vars(ours).keys() <= {"n_x", "n_y", "xr", "yr"}


@pytest.mark.parametrize("name", MODELS[1:])
def test_no_neighbours_needed(half_stars, name):
    ours, theirs = fit_both(name, half_stars, min_k=0, sim_options={"min_support": 4})
    pairs = pairs_of(half_stars.ours)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("user_based", [True, False])
def test_what_belongs_to_x_and_y(half_stars, name, user_based):
    ours, theirs = fit_both(name, half_stars, sim_options={"user_based": user_based})
    for attribute in ("n_x", "n_y", "xr", "yr", "k", "min_k", "sim_options", "bsl_options"):
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    assert ours.switch(1, 2) == theirs.switch(1, 2)
    assert_same_attributes(ours, theirs)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("user_based", [True, False])
def test_neighbours(half_stars, measure, user_based):
    sim_options = {"name": measure, "user_based": user_based}
    ours, theirs = fit_both("KNNBasic", half_stars, sim_options=sim_options)
    for x in range(ours.n_x):
        for k in (-1, 0, 1, 10, 1000):
            assert ours.get_neighbors(x, k) == theirs.get_neighbors(x, k)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_printed(both, half_stars, name, measure, capsys):
    def printed(library):
        options = {"name": measure, "user_based": False}
        model = make(library, name, sim_options=options, verbose=True).fit(half_stars.of(library))
        model.test(pairs_of(half_stars.ours)[::97], verbose=True)
        model.predict("?", "1", 3, verbose=True)
        return capsys.readouterr().out

    ours, theirs = both(printed)
    assert ours == theirs
    assert "similarity matrix" in ours


@pytest.mark.parametrize("name", MODELS)
def test_a_matrix_that_the_user_assigns(half_stars, name):
    """Of few different values, so that many similarities are equal and some are negative."""
    ours, theirs = fit_both(name, half_stars, k=5, min_k=2)
    n = half_stars.ours.n_users
    ours.sim = theirs.sim = np.random.RandomState(0).randint(-1, 3, (n, n)).astype(float)
    pairs = pairs_of(half_stars.ours)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))


@pytest.mark.parametrize("name", MODELS)
def test_a_second_fit(half_stars, surprise, name):
    other = trainsets_of(surprise, small_ratings(seed=6)[:200], (0.5, 5))
    sim_options = {"name": "pearson_baseline"}
    ours, theirs = fit_both(name, half_stars, sim_options=sim_options)
    ours.fit(other.ours)
    theirs.fit(other.theirs)
    pairs = pairs_of(half_stars.ours)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))


# Ratings whose sums must be rounded


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("user_based", [True, False])
@pytest.mark.parametrize("kind", ["tenths", "normal"])
def test_ratings_that_are_no_fractions_of_two(surprise, name, measure, user_based, kind):
    rng = np.random.RandomState(3)
    values = rng.randint(1, 100, 1000) / 10 if kind == "tenths" else rng.normal(4, 2, 1000)
    ratings = [
        (user, item, float(value))
        for (user, item, _), value in zip(small_ratings(), values, strict=False)
    ]
    trainsets = trainsets_of(surprise, ratings, (-10, 10))
    sim_options = {"name": measure, "user_based": user_based, "min_support": 2}
    ours, theirs = fit_both(name, trainsets, k=7, sim_options=sim_options)
    # Its pearson may be NaN, the root of what rounding left below 0; such a rater is no neighbour.
    theirs.sim = np.nan_to_num(theirs.sim, nan=0.0)
    np.testing.assert_array_equal(ours.sim, theirs.sim)
    assert_same_attributes(ours, theirs)
    pairs = pairs_of(trainsets.ours)
    assert_same_predictions(ours.test(pairs), theirs.test(pairs))


# Real data

HANDFUL = [
    ("KNNBasic", {"name": "msd", "user_based": True}),
    ("KNNBasic", {"name": "cosine", "user_based": False}),
    ("KNNWithMeans", {"name": "pearson", "user_based": False, "min_support": 3}),
    ("KNNWithZScore", {"name": "cosine", "user_based": True}),
    ("KNNBaseline", {"name": "pearson_baseline", "user_based": False}),
    ("KNNBaseline", {"name": "pearson_baseline", "user_based": True, "shrinkage": 0}),
]


@pytest.mark.parametrize(("name", "sim_options"), HANDFUL, ids=str)
def test_the_first_split_of_ml_100k(u1, name, sim_options):
    trainsets, testsets = zip(*u1, strict=True)
    ours, theirs = fit_both(name, trainsets, sim_options=sim_options)
    assert_same_predictions(ours.test(testsets[0][::5]), theirs.test(testsets[1][::5]))
    assert_same_attributes(ours, theirs)
    np.testing.assert_array_equal(ours.sim, theirs.sim)


@pytest.mark.parametrize(("name", "sim_options"), HANDFUL[::3] + HANDFUL[5:], ids=str)
def test_half_stars_of_latest_small(latest_small, name, sim_options):
    trainsets = Both(*(data.build_full_trainset() for data in latest_small))
    testset = list(itertools.islice(trainsets.ours.build_testset(), 0, None, 40))
    ours, theirs = fit_both(name, trainsets, sim_options=sim_options)
    assert_same_predictions(ours.test(testset), theirs.test(testset))
    assert_same_attributes(ours, theirs)


def test_the_errors_of_the_first_split(u1, surprise):
    trainsets, testsets = zip(*u1, strict=True)
    ours, theirs = fit_both("KNNBasic", trainsets)
    for measure in ("rmse", "mae", "fcp"):
        value = getattr(astonish.accuracy, measure)(ours.test(testsets[0][::9]), verbose=False)
        expected = getattr(surprise.accuracy, measure)(theirs.test(testsets[1][::9]), verbose=False)
        assert value == pytest.approx(expected, rel=0, abs=1e-12)


# The functions of the module `similarities`


def functions(surprise, measure):
    """The function of each library, called with n_x, yr and min_support."""
    from astonish.models.statistics import similarities

    def call(module, n_x, yr, min_support, **options):
        function = getattr(module, measure)
        if measure != "pearson_baseline":
            return function(n_x, yr, min_support)
        rng = np.random.RandomState(0)
        return function(
            n_x, yr, min_support, 3.0, rng.normal(size=n_x), rng.normal(size=50), **options
        )

    return Both(similarities, surprise.similarities), call


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("min_support", [1, 2, 5])
def test_functions_take_a_training_set(half_stars, surprise, measure, min_support):
    modules, call = functions(surprise, measure)
    for n_x, side in ((half_stars.ours.n_users, "ir"), (half_stars.ours.n_items, "ur")):
        expected = call(modules.theirs, n_x, getattr(half_stars.theirs, side), min_support)
        for trainset in half_stars:
            matrix = call(modules.ours, n_x, getattr(trainset, side), min_support)
            np.testing.assert_array_equal(matrix, expected)
            assert matrix.dtype == expected.dtype


@pytest.mark.parametrize("measure", MEASURES)
def test_functions_take_a_dict_in_any_order(surprise, measure):
    rng = np.random.RandomState(1)
    yr = {
        int(y): [(int(x), float(rng.rand())) for x in rng.randint(0, 8, 9)]
        for y in rng.permutation(50)[:20]
    }
    modules, call = functions(surprise, measure)
    ours, theirs = (call(module, 8, yr, min_support=1) for module in modules)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("shrinkage", [0, 0.5, 1000])
def test_shrinkage_is_a_keyword(half_stars, surprise, shrinkage):
    modules, call = functions(surprise, "pearson_baseline")
    n_x = half_stars.ours.n_users
    ours, theirs = (
        call(module, n_x, trainset.ir, 1, shrinkage=shrinkage)
        for module, trainset in zip(modules, half_stars, strict=True)
    )
    np.testing.assert_array_equal(ours, theirs)


# Errors


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"sim_options": {"name": "jaccard"}}, NameError),
        ({"sim_options": {"name": "pearson_baseline"}, "bsl_options": {"method": "x"}}, ValueError),
        ({"sim_options": {"name": "MSDX", "user_based": False}}, NameError),
    ],
    ids=str,
)
def test_wrong_options_are_the_same_errors(both, half_stars, name, options, error):
    def message(library):
        with pytest.raises(error) as raised:
            make(library, name, **options).fit(half_stars.of(library))
        return str(raised.value)

    ours, theirs = both(message)
    assert ours == theirs


@pytest.mark.parametrize("name", MODELS)
def test_options_that_are_assigned_are_completed_like_those_of_the_constructor(
    surprise, half_stars, name
):
    """scikit-surprise completes the constructor's alone."""
    theirs = make(surprise, name)
    theirs.sim_options = {"name": "msd"}
    with pytest.raises(KeyError, match="user_based"):
        theirs.fit(half_stars.theirs)
    ours = make(astonish, name)
    ours.sim_options = {"name": "msd"}
    expected = make(astonish, name).fit(half_stars.ours)
    assert ours.fit(half_stars.ours).n_x == expected.n_x == half_stars.ours.n_users


# Algorithms of the user


def make_two_nearest(library):
    """A symmetric algorithm as scikit-surprise's own are written."""
    # The libraries keep it in different modules.
    lineage = {cls.__name__: cls for cls in library.KNNBasic.__mro__}
    symmetric_algo = lineage["SymmetricAlgo"]

    class TwoNearest(symmetric_algo):
        def __init__(self, sim_options={}, verbose=True, **kwargs):  # noqa: B006
            super().__init__(sim_options=sim_options, verbose=verbose, **kwargs)

        def fit(self, trainset):
            super().fit(trainset)
            self.means = [np.mean([r for _, r in self.xr[x]]) for x in range(self.n_x)]
            self.sim = self.compute_similarities()
            return self

        def estimate(self, u, i):
            if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
                raise library.PredictionImpossible("unknown")
            x, y = self.switch(u, i)
            others = sorted(((self.sim[x, z], r) for z, r in self.yr[y] if z != x), reverse=True)
            return np.mean([r for _, r in others[:2]] or self.means[x])

    return TwoNearest


@pytest.mark.parametrize("user_based", [True, False])
def test_a_symmetric_algorithm_of_the_user(both, half_stars, user_based):
    def predictions(library):
        options = {"name": "pearson_baseline", "user_based": user_based}
        model = make_two_nearest(library)(options, verbose=False, bsl_options={"method": "sgd"})
        return model.fit(half_stars.of(library)).test(pairs_of(half_stars.ours)[::3])

    assert_same_predictions(*both(predictions))


@pytest.mark.parametrize("name", MODELS)
def test_a_subclass_with_similarities_of_its_own(both, half_stars, name):
    def predictions(library):
        class Cubed(getattr(library, name)):
            def compute_similarities(self):
                return super().compute_similarities() ** 3

            def estimate(self, u, i):
                estimate = super().estimate(u, i)
                if not isinstance(estimate, tuple):
                    return estimate
                return estimate[0] + 0.25 * self.sim[0, 1], estimate[1]

        model = Cubed(k=4, verbose=False).fit(half_stars.of(library))
        return model.test(pairs_of(half_stars.ours)[::5])

    assert_same_predictions(*both(predictions))


@pytest.mark.parametrize("name", MODELS)
def test_cross_validation(both, small, name):
    def measures(library):
        folds = library.model_selection.KFold(3, random_state=1)
        model = make(library, name, sim_options={"name": "pearson"})
        return library.model_selection.cross_validate(model, small.of(library), ["RMSE"], folds)

    ours, theirs = both(measures)
    np.testing.assert_allclose(ours["test_rmse"], theirs["test_rmse"], rtol=0, atol=1e-12)


def test_a_dump_of_scikit_surprise_is_read(half_stars, surprise):
    """What its pickles hold, put into an object of ours."""
    for name in MODELS:
        theirs = make(surprise, name, sim_options={"name": "pearson_baseline"})
        theirs.fit(half_stars.theirs)
        ours = getattr(astonish, name).__new__(getattr(astonish, name))
        vars(ours).update(vars(theirs))
        ours.trainset = half_stars.ours
        pairs = pairs_of(half_stars.ours)[::3]
        assert_same_predictions(ours.test(pairs), theirs.test(pairs))
        assert (ours.n_x, ours.xr) == (theirs.n_x, theirs.xr)


# Where this package answers and scikit-surprise fails


def test_the_cosine_of_ratings_that_are_all_zero_is_zero(surprise):
    ratings = [("u", "i", 0.0), ("v", "i", 3.0), ("w", "i", 4.0), ("v", "j", 2.0)]
    trainsets = trainsets_of(surprise, ratings, (0, 5))
    options = {"sim_options": {"name": "cosine"}}
    with pytest.raises(ZeroDivisionError):
        make(surprise, "KNNBasic", **options).fit(trainsets.theirs)
    model = make(astonish, "KNNBasic", **options).fit(trainsets.ours)
    assert model.sim.tolist() == [[1, 0, 0], [0, 1, 1], [0, 1, 1]]
    assert model.predict("u", "i").details["actual_k"] == 1


@pytest.mark.parametrize("measure", ["cosine", "msd"])
def test_no_support_asked_for_and_none_there(surprise, measure):
    modules, call = functions(surprise, measure)
    yr = {0: [(0, 3.0)], 1: [(1, 3.0)]}
    with pytest.raises(ZeroDivisionError):
        call(modules.theirs, 2, yr, 0)
    assert call(modules.ours, 2, yr, 0).tolist() == [[1, 0], [0, 1]]


def test_no_neighbours_needed_and_none_there(half_stars):
    ours, theirs = fit_both("KNNBasic", half_stars, min_k=0)
    with pytest.raises(ZeroDivisionError):
        theirs.predict("hermit", "1")
    prediction = ours.predict("hermit", "1")
    assert prediction.details == {"was_impossible": True, "reason": "Not enough neighbors."}
    assert prediction.est == half_stars.ours.global_mean


def test_a_correlation_that_rounding_makes_no_number_is_zero(surprise):
    rating = next(r for r in np.arange(0.1, 100, 0.1) if 3 * (3 * (r * r)) - (3 * r) ** 2 < 0)
    yr = {y: [(0, rating), (1, float(y))] for y in range(3)}
    modules, call = functions(surprise, "pearson")
    assert np.isnan(call(modules.theirs, 2, yr, 1)[0, 1])
    assert call(modules.ours, 2, yr, 1).tolist() == [[1, 0], [0, 1]]


def test_ratings_that_are_all_alike_have_no_unit(surprise):
    """scikit-surprise divides 0 by 0 and predicts the highest rating."""
    ratings = [("u", "i", 3.0), ("v", "i", 3.0), ("v", "j", 3.0)]
    trainsets = trainsets_of(surprise, ratings, (1, 5))
    with pytest.warns(RuntimeWarning):
        theirs = make(surprise, "KNNWithZScore").fit(trainsets.theirs).predict("u", "j")
    assert theirs.est == 5
    ours = make(astonish, "KNNWithZScore").fit(trainsets.ours).predict("u", "j")
    assert ours.est == 3
    assert ours.details["was_impossible"]
