"""Principal components against the eigenvectors of the covariance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import ALS, SVD, AlgoBase, BaselineOnly
from astonish.interpret import principal_components
from astonish.models.base.hooks import NotFittedError


def by_eigenvectors(factors, n_components):
    """Coordinates and shares; a component may point either way."""
    factors = np.asarray(factors, np.float64)
    centred = factors - factors.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)
    order = np.argsort(-variances)[:n_components]
    return centred @ directions[:, order], variances[order] / variances.sum()


def assert_equal_up_to_sign(coordinates, expected):
    signs = np.sign((coordinates * expected).sum(axis=0))
    np.testing.assert_allclose(coordinates, expected * signs, rtol=0, atol=1e-9)


def test_items(model, trainset):
    item_ids, coordinates, shares = principal_components(model, 4)
    expected, expected_shares = by_eigenvectors(model.qi, 4)
    assert item_ids.tolist() == trainset.item_ids
    assert coordinates.dtype == np.float64
    assert_equal_up_to_sign(coordinates, expected)
    np.testing.assert_allclose(shares, expected_shares, rtol=1e-9)
    np.testing.assert_allclose(coordinates.mean(axis=0), 0, atol=1e-12)


def user_factors(model):
    if not hasattr(model, "_factors_of"):
        return model.pu
    factors, rows = model._factors_of(np.arange(200, dtype=np.int32), 1)
    return factors.pu[rows]


def test_users(model, trainset):
    ids, coordinates, shares = principal_components(model, 2, side="user")
    expected, expected_shares = by_eigenvectors(user_factors(model), 2)
    assert ids.tolist() == trainset.user_ids
    assert_equal_up_to_sign(coordinates, expected)
    np.testing.assert_allclose(shares, expected_shares, rtol=1e-9)


def test_components_of_some_items_are_theirs_alone(svd, trainset):
    some = trainset.item_ids[20:2:-1]
    components = principal_components(svd, ids=np.array(some, dtype=object))
    expected, shares = by_eigenvectors(svd.qi[20:2:-1], 3)
    assert components.ids.tolist() == some
    assert_equal_up_to_sign(components.coordinates, expected)
    np.testing.assert_allclose(components.shares, shares, rtol=1e-9)


def test_all_shares_sum_up_to_one(svd):
    shares = principal_components(svd, 7).shares
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert (np.diff(shares) <= 0).all()


def with_factors(trainset, qi):
    model = SVD(n_factors=1, n_epochs=0).fit(trainset)
    model.qi = qi
    return model


def test_the_farthest_item_is_on_the_positive_side(model):
    coordinates = principal_components(model, 5).coordinates
    farthest = np.abs(coordinates).argmax(axis=0)
    assert (coordinates[farthest, np.arange(5)] > 0).all()


def test_of_equally_far_items_the_first_is_on_the_positive_side(trainset):
    for seed in range(40):  # rounding makes now the one, now the other the farther
        line = np.zeros((150, 7))
        line[5] = np.random.RandomState(seed).normal(size=7)
        line[9] = -line[5]
        line[20:] = np.random.RandomState(seed).normal(0, 0.01, (130, 7))
        line[20:] -= line[20:].mean(axis=0)
        coordinates = principal_components(with_factors(trainset, line), 1).coordinates
        assert coordinates[5] > 0 > coordinates[9]


@given(st.integers(0, 2**32 - 1))
def test_a_rotation_of_the_factors_changes_nothing(trainset, seed):
    rng = np.random.RandomState(seed)
    factors = rng.normal(size=(150, 4)) * [4, 3, 2, 1]
    rotation, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    before = principal_components(with_factors(trainset, factors))
    after = principal_components(with_factors(trainset, factors @ rotation))
    np.testing.assert_allclose(after.coordinates, before.coordinates, rtol=0, atol=1e-9)
    np.testing.assert_allclose(after.shares, before.shares, rtol=1e-9)


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_scale_does_not_matter(svd, trainset, scale):
    expected = principal_components(svd)
    scaled = principal_components(with_factors(trainset, svd.qi * scale))
    np.testing.assert_allclose(scaled.coordinates / scale, expected.coordinates, atol=1e-9)
    np.testing.assert_allclose(scaled.shares, expected.shares, rtol=1e-9)


def test_components_without_variance_have_no_share(trainset):
    flat = np.zeros((150, 3))
    flat[:, 1] = np.arange(150)
    _, coordinates, shares = principal_components(with_factors(trainset, flat))
    np.testing.assert_allclose(shares, [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(coordinates[:, 0], np.arange(149, -150, -2) / 2, atol=1e-9)


def test_users_of_a_model_of_newcomers(models):
    newcomers = models["ALS"].fold_in([("me", "1", 5.0), ("me", "2", 1.0), ("you", "9", 3.0)])
    components = principal_components(newcomers, 1, side="user")
    assert components.ids.tolist() == ["me", "you"]
    difference = np.asarray(newcomers.pu[0] - newcomers.pu[1], np.float64)
    np.testing.assert_allclose(
        components.coordinates[:, 0], np.array([0.5, -0.5]) * np.linalg.norm(difference), rtol=1e-5
    )
    assert principal_components(newcomers).ids.tolist() == models["ALS"].trainset.item_ids


@pytest.mark.parametrize("n_components", [8, 200])
def test_more_components_than_factors(svd, n_components):
    message = f"n_components is {n_components}, too many for 150 items of 7 factors"
    with pytest.raises(ValueError, match=message):
        principal_components(svd, n_components)


def test_too_few_items(svd):
    with pytest.raises(ValueError, match="n_components is 3, too many for 3 items of 7 factors"):
        principal_components(svd, ids=["1", "2", "3"])
    with pytest.raises(ValueError, match="too many for 0 items"):
        principal_components(svd, 1, ids=[])


def test_factors_that_have_no_components(trainset):
    with pytest.raises(ValueError, match="the item factors are all equal"):
        principal_components(with_factors(trainset, np.full((150, 3), 0.1)))
    broken = np.zeros((150, 3))
    broken[7, 1] = np.nan
    with pytest.raises(ValueError, match="the item factors of the model are not finite"):
        principal_components(with_factors(trainset, broken))


def test_bad_input_is_named(svd, trainset):
    with pytest.raises(NotFittedError, match="this ALS is not fitted"):
        principal_components(ALS())
    with pytest.raises(TypeError, match="model must be a model of astonish"):
        principal_components(svd.qi)
    with pytest.raises(TypeError, match="this BaselineOnly has no item factors"):
        principal_components(BaselineOnly(verbose=False).fit(trainset))
    with pytest.raises(TypeError, match="this BaselineOnly has no user factors"):
        principal_components(BaselineOnly(verbose=False).fit(trainset), side="user")
    with pytest.raises(ValueError, match="n_components must be at least 1, got 0"):
        principal_components(svd, 0)
    with pytest.raises(ValueError, match="side must be one of 'item', 'user', got 'items'"):
        principal_components(svd, side="items")
    with pytest.raises(ValueError, match=r"ids\[1\] is 'zz'"):
        principal_components(svd, 1, ["1", "zz"])
    with pytest.raises(TypeError, match="ids must be a sequence of ids"):
        principal_components(svd, 1, "12")


class Vectors(AlgoBase):
    """A model of the user whose items have vectors."""

    def fit(self, trainset):
        super().fit(trainset)
        self.qi = np.eye(trainset.n_items, 3)
        return self


class Factors(Vectors):
    abilities = Vectors.abilities | {"has_factors"}


def test_a_model_of_the_user_declares_that_it_has_factors(trainset):
    with pytest.raises(TypeError, match="this Vectors has no item factors"):
        principal_components(Vectors().fit(trainset))
    assert principal_components(Factors().fit(trainset), 2)[1].shape == (trainset.n_items, 2)
