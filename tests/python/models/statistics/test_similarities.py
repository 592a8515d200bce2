"""Matrices of similarities against one-page references, and what they must always be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import AlgoBase, make_ratings
from astonish.models.statistics import similarities

from .. import reference
from ..helpers import trainset_of

MEASURES = {
    "cosine": similarities.cosine,
    "msd": similarities.msd,
    "pearson": similarities.pearson,
}
half_stars = st.integers(0, 10).map(lambda twice: twice / 2)


@st.composite
def ratings_of_y(draw, ratings=half_stars):
    """n_x, and {y: [(x, rating), ...]} with keys and raters in any order, pairs repeated."""
    n_x = draw(st.integers(1, 7))
    ys = draw(st.lists(st.integers(0, 9), unique=True, max_size=6))
    rating = st.tuples(st.integers(0, n_x - 1), ratings)
    return n_x, {y: draw(st.lists(rating, max_size=8)) for y in ys}


def biases(seed, n):
    return np.random.RandomState(seed).normal(0, 0.3, n)


def baseline_similarities(n_x, yr, min_support=1, shrinkage=100, x_biases=None):
    x_biases = biases(0, n_x) if x_biases is None else x_biases
    return similarities.pearson_baseline(
        n_x, yr, min_support, 2.5, x_biases, biases(1, 10), shrinkage
    )


# References


@pytest.mark.parametrize("name", MEASURES)
@given(ratings=ratings_of_y(), min_support=st.integers(0, 4))
def test_each_measure_equals_the_reference_to_the_last_bit(name, ratings, min_support):
    expected = reference.similarities(name, *ratings, min_support)
    np.testing.assert_array_equal(MEASURES[name](*ratings, min_support), expected)


@pytest.mark.parametrize("name", ["cosine", "msd"])
@given(ratings=ratings_of_y(ratings=st.floats(-100, 100)))
def test_ratings_that_must_be_rounded(name, ratings):
    expected = reference.similarities(name, *ratings)
    np.testing.assert_array_equal(MEASURES[name](*ratings, 1), expected)


@given(
    ratings=ratings_of_y(),
    min_support=st.integers(0, 4),
    shrinkage=st.sampled_from([0, 1, 2.5, 100]),
)
def test_pearson_baseline_equals_the_reference(ratings, min_support, shrinkage):
    n_x, yr = ratings
    x_biases, y_biases = biases(0, n_x), biases(1, 10)
    expected = reference.similarities(
        "pearson_baseline",
        n_x,
        yr,
        min_support,
        baselines=lambda x, y: 2.5 + y_biases[y] + x_biases[x],
        shrinkage=shrinkage,
    )
    actual = baseline_similarities(n_x, yr, min_support, shrinkage)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-15)


def test_by_hand():
    yr = {0: [(0, 3.0), (1, 4.0)], 1: [(1, 3.0), (0, 4.0)]}
    assert similarities.cosine(2, yr, 1).tolist() == [[1, 24 / 25], [24 / 25, 1]]
    assert similarities.msd(2, yr, 1).tolist() == [[1, 0.5], [0.5, 1]]
    assert similarities.pearson(2, yr, 1).tolist() == [[1, -1], [-1, 1]]
    # Baselines are 2 and 3; what they leave is (1, 2) and (1, 0).
    left = similarities.pearson_baseline(2, yr, 1, 3.0, [-1.0, 0.0], [0.0, 0.0], shrinkage=4)
    assert left[0, 1] == 1 / np.sqrt(5) * (1 / 5)


# What holds for any ratings


@pytest.mark.parametrize("measure", [*MEASURES.values(), baseline_similarities])
@given(ratings=ratings_of_y())
def test_symmetric_with_ones_on_the_diagonal(measure, ratings):
    matrix = measure(*ratings, 1)
    assert matrix.shape == (ratings[0], ratings[0])
    assert matrix.dtype == np.float64
    np.testing.assert_array_equal(matrix, matrix.T)
    assert (np.diag(matrix) == 1).all()


@pytest.mark.parametrize(
    "measure", [similarities.cosine, similarities.pearson, baseline_similarities]
)
@given(ratings=ratings_of_y())
def test_correlations_are_at_most_one(measure, ratings):
    assert np.abs(measure(*ratings, 1)).max() <= 1 + 1e-12


@given(ratings_of_y())
def test_msd_lies_between_zero_and_one(ratings):
    matrix = similarities.msd(*ratings, 1)
    assert matrix.min() >= 0
    assert matrix.max() <= 1


@pytest.mark.parametrize("name", MEASURES)
@given(ratings=ratings_of_y(), data=st.data())
def test_other_numbers_for_the_same_raters_permute_the_matrix(name, ratings, data):
    n_x, yr = ratings
    order = data.draw(st.permutations(range(n_x)))  # the new number of each x
    renamed = {y: [(order[x], r) for x, r in rated] for y, rated in yr.items()}
    matrix = MEASURES[name](n_x, renamed, 1)
    np.testing.assert_array_equal(matrix[np.ix_(order, order)], MEASURES[name](n_x, yr, 1))


@pytest.mark.parametrize("measure", [*MEASURES.values(), baseline_similarities])
@given(ratings=ratings_of_y())
def test_more_support_only_sets_similarities_to_zero(measure, ratings):
    some, all_of_them = measure(*ratings, 3), measure(*ratings, 1)
    assert ((some == all_of_them) | (some == 0)).all()


@given(ratings_of_y(ratings=st.sampled_from([0.1, 0.3, 0.7])))
def test_rounding_never_makes_a_similarity_that_is_no_number(ratings):
    assert np.isfinite(similarities.pearson(*ratings, 1)).all()


# Forms of yr

YR = {2: [(0, 3.0), (1, 4.5), (2, 1.0)], 0: [(2, 2.0), (0, 5.0)], 5: [(1, 1.5), (2, 4.0), (0, 2.5)]}


@pytest.mark.parametrize("name", MEASURES)
def test_a_training_set_is_as_good_as_a_dict(name):
    trainset = make_ratings(30, 20, 300, seed=3).build_full_trainset()
    for n_x, yr in ((30, trainset.ir), (20, trainset.ur)):
        expected = MEASURES[name](n_x, dict(yr), 2)
        np.testing.assert_array_equal(MEASURES[name](n_x, yr, 2), expected)


def test_the_biases_of_a_training_set_are_found():
    trainset = make_ratings(30, 20, 300, seed=3).build_full_trainset()
    model = AlgoBase(sim_options={"name": "pearson_baseline", "shrinkage": 7}).fit(trainset)
    arguments = 1, trainset.global_mean, *model.compute_baselines(), 7
    for yr in (trainset.ir, dict(trainset.ir)):
        matrix = similarities.pearson_baseline(30, yr, *arguments)
        np.testing.assert_array_equal(matrix, model.compute_similarities())


def test_more_x_than_the_ratings_name():
    trainset = trainset_of(("u", "i", 3.0), ("v", "i", 4.0))
    matrix = similarities.msd(3, trainset.ir, 1)
    assert matrix.tolist() == [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("form", [tuple, iter, lambda rated: (each for each in rated)])
def test_ratings_may_be_any_iterable(form):
    yr = {y: form(rated) for y, rated in YR.items()}
    np.testing.assert_array_equal(similarities.cosine(3, yr, 1), similarities.cosine(3, YR, 1))


def test_keys_need_no_order_and_biases_follow_them():
    ascending = dict(sorted(YR.items()))
    for measure in (*MEASURES.values(), baseline_similarities):
        np.testing.assert_allclose(measure(3, YR, 1), measure(3, ascending, 1), rtol=0, atol=1e-15)
    moved = {y + 1: rated for y, rated in YR.items()}
    y_biases = biases(1, 10)
    actual = similarities.pearson_baseline(3, moved, 1, 2.5, biases(0, 3), [9.0, *y_biases])
    np.testing.assert_array_equal(actual, baseline_similarities(3, YR))


def test_keys_that_are_no_numbers_have_no_biases_but_ratings():
    named = {str(y): rated for y, rated in YR.items()}
    np.testing.assert_array_equal(similarities.msd(3, named, 1), similarities.msd(3, YR, 1))


@pytest.mark.parametrize("measure", [*MEASURES.values(), baseline_similarities])
def test_no_ratings(measure):
    np.testing.assert_array_equal(measure(3, {}, 1), np.eye(3))
    np.testing.assert_array_equal(measure(3, {4: []}, 1), np.eye(3))
    assert measure(0, {}, 1).shape == (0, 0)


def test_raters_of_nothing_but_zeros():
    yr = {0: [(0, 0.0), (1, 0.0), (2, 3.0)]}
    np.testing.assert_array_equal(similarities.cosine(3, yr, 0), np.eye(3))


def test_no_support_asked_for_and_none_there():
    """Nothing in common is no similarity, whatever the least support."""
    np.testing.assert_array_equal(similarities.msd(2, {0: [(0, 1.0)], 1: [(1, 1.0)]}, 0), np.eye(2))


def test_several_blocks_of_rows():
    trainset = make_ratings(600, 30, 3000, seed=3).build_full_trainset()
    matrix = similarities.msd(600, trainset.ir, 1)
    np.testing.assert_array_equal(matrix, matrix.T)
    rows = [0, 255, 256, 511, 512, 599]
    chosen = {row: k for k, row in enumerate(rows)}
    yr = {y: [(chosen[x], r) for x, r in rated if x in chosen] for y, rated in trainset.ir.items()}
    np.testing.assert_array_equal(
        matrix[np.ix_(rows, rows)], reference.similarities("msd", len(rows), yr)
    )


# Errors


@pytest.mark.parametrize("x", [3, 100, -1])
def test_a_rater_who_does_not_exist_is_an_index_error(x):
    with pytest.raises(IndexError, match=rf"is {x}, outside \[0, 3\)"):
        similarities.msd(3, {0: [(1, 3.0), (x, 3.0)]}, 1)


def test_a_training_set_of_more_raters_than_n_x_is_an_index_error():
    trainset = trainset_of(("u", "i", 3.0), ("v", "i", 4.0))
    with pytest.raises(IndexError, match=r"is 1, outside \[0, 1\)"):
        similarities.msd(1, trainset.ir, 1)


@pytest.mark.parametrize("measure", [*MEASURES.values(), baseline_similarities])
@pytest.mark.parametrize(
    ("n_x", "min_support", "error", "message"),
    [
        (-1, 1, ValueError, "n_x must be at least 0, got -1"),
        (2**31, 1, ValueError, "n_x must be at most 2147483647, got 2147483648"),
        ("3", 1, TypeError, "n_x must be an integer, got '3'"),
        (3, -1, ValueError, "min_support must be at least 0, got -1"),
        (3, 2**31, ValueError, "min_support must be at most 2147483647"),
        (3, 1.5, TypeError, "min_support must be an integer, got 1.5"),
        (3, None, TypeError, "min_support must be an integer, got None"),
    ],
)
def test_a_bad_argument_is_named_with_its_value(measure, n_x, min_support, error, message):
    x_biases = {"x_biases": np.zeros(3)} if measure is baseline_similarities else {}
    with pytest.raises(error, match=message):
        measure(n_x, YR, min_support, **x_biases)


@pytest.mark.parametrize(
    ("shrinkage", "error"),
    [(-1, ValueError), (float("nan"), ValueError), (float("inf"), ValueError), ("1", TypeError)],
)
def test_a_bad_shrinkage_is_named_with_its_value(shrinkage, error):
    with pytest.raises(error, match=f"shrinkage must be .*got {shrinkage!r}"):
        baseline_similarities(3, YR, 1, shrinkage)


def test_missing_biases_are_named():
    def call(x_biases, y_biases, yr=YR):
        return similarities.pearson_baseline(3, yr, 1, 2.5, x_biases, y_biases)

    assert call([0] * 3, [0] * 6).shape == (3, 3)
    assert call(np.zeros(4), np.zeros(9, dtype=np.float32)).shape == (3, 3)
    with pytest.raises(ValueError, match=r"y_biases must hold 6 numbers, got an array .*\(5,\)"):
        call(np.zeros(3), np.zeros(5))
    with pytest.raises(ValueError, match=r"x_biases must hold 3 numbers, got an array .*\(2,\)"):
        call(np.zeros(2), np.zeros(6))
    with pytest.raises(ValueError, match=r"x_biases must hold 3 numbers, got an array .*\(3, 1\)"):
        call(np.zeros((3, 1)), np.zeros(6))
    with pytest.raises(ValueError, match=r"y_biases must hold 6 numbers, got an array .*\(\)"):
        call(np.zeros(3), None)
    trainset = trainset_of(("u", "i", 3.0), ("v", "j", 4.0), ("w", "j", 4.0))
    with pytest.raises(ValueError, match=r"y_biases must hold 2 numbers, got an array .*\(1,\)"):
        call(np.zeros(3), np.zeros(1), trainset.ir)


def test_a_mean_that_is_no_number_is_named():
    with pytest.raises(ValueError, match="global_mean must be a finite number, got nan"):
        similarities.pearson_baseline(3, YR, 1, float("nan"), np.zeros(3), np.zeros(6))
