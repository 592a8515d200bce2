"""Items and users of similar factors against all cosines."""

import numpy as np
import pytest

from astonish import SVD, BaselineOnly, SVDpp

from .. import reference
from ..helpers import trainset_of


def cosines(rows):
    with np.errstate(invalid="ignore"):
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units @ units.T


def expected(rows, ids, n, excluded=()):
    """Raw ids by a full sort; rows of zeros have cosines of NaN, which nothing lists."""
    ids = [*ids, None]
    places = (
        reference.ranking(row, n, {place, *excluded}) for place, row in enumerate(cosines(rows))
    )
    return [[ids[place] for place in row] for row in places]


@pytest.fixture(scope="module")
def model(trainset):
    model = SVD(n_factors=5, random_state=0).fit(trainset)
    model.qi[[4, 40]] = 0
    model.pu[7] = 0
    return model


@pytest.mark.parametrize("n", [1, 10, 160])
def test_items(model, trainset, n):
    item_ids, similarities = model.similar_items(trainset.item_ids, n)
    assert item_ids.tolist() == expected(model.qi, trainset.item_ids, n)
    assert (np.isnan(similarities) == (item_ids == None)).all()  # noqa: E711
    best = -np.sort(-cosines(model.qi)[0])[1 : n + 1]
    np.testing.assert_allclose(similarities[0, : min(n, 147)], best[:147], atol=1e-12)
    assert item_ids[4].tolist() == [None] * n


def test_users(model, trainset):
    user_ids, _ = model.similar_users(trainset.user_ids, 9)
    assert user_ids.tolist() == expected(model.pu, trainset.user_ids, 9)


def test_users_of_a_model_whose_factors_take_work(trainset):
    model = SVDpp(n_factors=3, n_epochs=2, random_state=0).fit(trainset)
    factors, _ = model._factors_of(np.arange(200, dtype=np.int32), 1)
    user_ids, _ = model.similar_users(trainset.user_ids[:5], 9)
    assert user_ids.tolist() == expected(factors.pu, trainset.user_ids, 9)[:5]


def test_candidates_and_filters(model, trainset):
    ids = trainset.item_ids
    item_ids, _ = model.similar_items(ids, 12, candidates=ids[:60], filter_items=ids[30:])
    assert item_ids.tolist() == expected(model.qi, ids, 12, range(30, 150))


def test_scale_does_not_matter(model, trainset):
    expected_ids = model.similar_items(trainset.item_ids)[0]
    other = SVD(n_factors=5, random_state=0).fit(trainset)
    for scale in (1e-200, 1e200):
        other.qi = model.qi * scale
        np.testing.assert_array_equal(other.similar_items(trainset.item_ids)[0], expected_ids)


def test_the_number_of_threads_changes_nothing(model, trainset):
    one = model.similar_items(trainset.item_ids, 9)
    for model.n_threads in (1, 2, 3, 7):
        for ours, theirs in zip(model.similar_items(trainset.item_ids, 9), one, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_bad_input_is_named(model):
    with pytest.raises(ValueError, match=r"item_ids\[1\] is 'zz'"):
        model.similar_items(["1", "zz"])
    with pytest.raises(ValueError, match=r"user_ids\[0\] is 7"):
        model.similar_users([7])
    with pytest.raises(TypeError, match="item_ids must be a sequence"):
        model.similar_items("1")
    with pytest.raises(TypeError, match="candidates must be a sequence of ids, got"):
        model.similar_items(["1"], candidates={"1": ["2"]})
    with pytest.raises(ValueError, match="n must be at least 1"):
        model.similar_users(["1"], n=0)
    biases = BaselineOnly(verbose=False).fit(trainset_of(("u", "a", 3.0)))
    with pytest.raises(ValueError, match="no factors"):
        biases.similar_items(["a"])
