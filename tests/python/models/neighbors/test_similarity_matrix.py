"""The matrix of similarities: when it is made, what users assign, who is similar."""

import copy
import pickle

import numpy as np
import pytest

from astonish import (
    KNNBasic,
    load,
)

from ..helpers import all_pairs
from .helpers import FRIENDS, options_of


def test_the_matrix_is_made_when_it_is_looked_at(quiet, trainset):
    model = quiet(sim_options=options_of("pearson_baseline")).fit(trainset)
    pairs = all_pairs(trainset)
    expected = model.test(pairs)
    model.predict("1", "2")
    assert "sim" not in vars(model)
    np.testing.assert_array_equal(model.sim, model.compute_similarities())
    assert model.sim is vars(model)["sim"]
    assert model.test(pairs) == expected


@pytest.mark.parametrize(
    "convert",
    [
        lambda matrix: matrix.astype(np.float32),
        lambda matrix: matrix.astype(int),
        np.asfortranarray,
        lambda matrix: np.repeat(matrix, 2, axis=1)[:, ::2],
        lambda matrix: matrix.astype(">f8"),
        lambda matrix: matrix.tolist(),
    ],
    ids=["float32", "int", "Fortran", "strided", "big-endian", "list"],
)
def test_a_matrix_that_the_user_assigns_is_used(quiet, trainset, convert):
    matrix = np.random.RandomState(0).randint(-2, 9, (200, 200)).astype(float)
    model = quiet(k=5).fit(trainset)
    without = model.test(all_pairs(trainset))
    model.sim = matrix
    expected = model.test(all_pairs(trainset))
    assert expected != without
    model.sim = convert(matrix)
    assert model.test(all_pairs(trainset)) == expected
    assert model.predict(*expected[0][:3]) == expected[0]
    assert model.get_neighbors(3, 10) == neighbors_by_sorting(matrix, 3, 10)


def test_rows_of_the_matrix_are_those_of_x():
    """It need not be symmetric: row x says how much x trusts others."""
    model = KNNBasic(verbose=False).fit(FRIENDS)
    model.sim = np.array([[0, 1, 3], [0, 0, 0], [1, 1, 0]])
    assert model.predict("a", "k").est == (1 * 5 + 3 * 2) / 4
    assert model.predict("c", "k").est == 5
    assert model.predict("b", "k").details["was_impossible"]


@pytest.mark.parametrize(
    "sim", [np.eye(4), np.eye(2), np.ones((3, 2)), np.ones(3), np.float64(1), []], ids=np.shape
)
def test_a_matrix_of_the_wrong_shape_is_refused(quiet, sim):
    model = quiet().fit(FRIENDS)
    model.sim = sim
    for ask in (lambda: model.predict("a", "k"), lambda: model.test([("a", "k", None)])):
        with pytest.raises(ValueError, match=r"sim must be of shape \(3, 3\), got \("):
            ask()


def test_a_similarity_that_is_no_number_never_counts(quiet):
    model = quiet().fit(FRIENDS)
    model.sim = np.array([[1, 1, np.nan], [1, 1, 1], [np.nan, np.nan, np.nan]])
    assert model.predict("a", "k").details["actual_k"] == 1
    assert model.predict("c", "k").details.get("actual_k", 0) == 0


def test_another_fit_forgets_the_matrix(quiet, trainset):
    model = quiet().fit(trainset)
    model.sim = np.zeros((200, 200))
    model.fit(FRIENDS)
    assert "sim" not in vars(model)
    assert model.sim.tolist()[0] == [1, 1, 0.5]


def test_there_is_no_matrix_before_fit(quiet):
    assert not hasattr(quiet(), "sim")


def neighbors_by_sorting(matrix, x, k):
    others = [other for other in range(len(matrix)) if other != x]
    return sorted(others, key=lambda other: -matrix[x][other])[:k]


@pytest.mark.parametrize("user_based", [True, False])
def test_get_neighbors(trainset, user_based):
    options = options_of("pearson", user_based)
    model = KNNBasic(sim_options=options, verbose=False).fit(trainset)
    for x in range(0, model.n_x, 11):
        for k in (0, 1, 10, model.n_x - 1, 10**6):
            assert model.get_neighbors(x, k) == neighbors_by_sorting(model.sim, x, k)
    assert model.get_neighbors(0, -3) == []
    with pytest.raises(IndexError):
        model.get_neighbors(model.n_x, 1)


def test_neighbours_that_are_alike_come_by_number():
    model = KNNBasic(verbose=False).fit(FRIENDS)
    model.sim = np.ones((3, 3), dtype=bool)
    assert [model.get_neighbors(x, 2) for x in range(3)] == [[1, 2], [0, 2], [0, 1]]


@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("how", ["pickle", "deepcopy", "save"])
def test_copies_before_and_after_the_matrix_was_looked_at(quiet, trainset, looked, how, tmp_path):
    model = quiet(sim_options=options_of("pearson_baseline")).fit(trainset)
    if looked:
        model.sim[:] = 0.25  # other answers than from the ratings
    expected = model.test(all_pairs(trainset))
    if how == "pickle":
        twin = pickle.loads(pickle.dumps(model))
    elif how == "deepcopy":
        twin = copy.deepcopy(model)
    else:
        model.save(tmp_path / "model.npz")
        twin = load(tmp_path / "model.npz")
    assert ("sim" in vars(twin)) == looked
    assert twin.test(all_pairs(trainset)) == expected
    np.testing.assert_array_equal(twin.sim, model.sim)
    assert twin.xr == model.xr
