"""What ImplicitALS is fitted to."""

import numpy as np
import pytest
from scipy.sparse import coo_matrix, csr_matrix

from astonish import Dataset, Reader, Trainset

from ..helpers import assert_same_state, state_of
from .helpers import SOLVERS, double, random_plays


def test_frames_and_trainsets_and_matrices_say_the_same():
    pd = pytest.importorskip("pandas")
    plays = coo_matrix(random_plays())
    frame = pd.DataFrame({"user": plays.row, "item": plays.col, "plays": plays.data})
    data = Dataset.load_from_df(frame, Reader(rating_scale=(0, 100)))
    options = {"n_factors": 4, "n_epochs": 2}
    from_frame = double(**options).fit(frame)
    from_trainset = double(**options).fit(data.build_full_trainset())
    assert isinstance(from_frame.trainset, Trainset)
    np.testing.assert_array_equal(from_frame.pu, from_trainset.pu)
    np.testing.assert_array_equal(from_frame.qi, from_trainset.qi)


def test_a_frame_without_weights_has_weights_of_one():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"user": ["u", "u", "v"], "item": ["i", "j", "j"]})
    model = double(n_factors=2).fit(frame)
    expected = double(n_factors=2).fit(frame.assign(weight=1.0))
    np.testing.assert_array_equal(model.pu, expected.pu)


def test_rows_and_columns_of_a_matrix_are_ids_even_where_they_are_empty():
    model = double(n_factors=3, n_epochs=2).fit(random_plays())
    assert model.trainset.user_ids == list(range(60))
    assert model.trainset.item_ids == list(range(45))
    assert not model.pu[0].any()
    assert not model.qi[7].any()


@pytest.mark.parametrize("solver", SOLVERS)
def test_whoever_is_empty_gets_what_is_popular(solver):
    plays = csr_matrix([[1, 1, 0, 0], [0, 5, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0], [0, 2, 0, 1.0]])
    model = double(n_factors=2, solver=solver).fit(plays)
    item_ids, scores = model.recommend([3, 0], n=4)
    assert item_ids[0].tolist() == [1, 3, 0, None]
    assert scores[0, :3].tolist() == [0.8, 0.4, 0.2]
    assert item_ids[1].tolist() == [3, None, None, None]
    filtered, _ = model.recommend([3], n=2, filter_items=[1])
    assert filtered[0].tolist() == [3, 0]


@pytest.mark.parametrize("weight", [-1.0, -1e-300])
def test_a_negative_weight_is_refused(weight):
    model = double(n_factors=2).fit(random_plays())
    before = state_of(model)
    message = rf"interaction number 1 \(user 1, item 0\) has the weight {weight}.*not be negative"
    with pytest.raises(ValueError, match=message):
        model.fit(csr_matrix([[0, 2.0], [weight, 1.0]]))
    assert_same_state(model, before)


@pytest.mark.parametrize("what", [[("u", "i", 3.0)], None, np.eye(2), "plays"])
def test_what_is_no_interactions_is_a_type_error(what):
    with pytest.raises(TypeError, match=f"got {type(what).__name__}"):
        double().fit(what)


def test_an_empty_matrix_is_refused():
    with pytest.raises(ValueError, match="empty"):
        double().fit(csr_matrix((3, 2)))
