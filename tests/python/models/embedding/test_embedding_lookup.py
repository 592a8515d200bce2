"""Embeddings and biases by raw id."""

import numpy as np
import pytest

from astonish import DotBias


@pytest.fixture(scope="module")
def model(trainset):
    return DotBias(n_factors=3, n_epochs=1, random_state=0).fit(trainset)


@pytest.mark.parametrize("is_item", [True, False])
def test_rows_by_raw_id(model, is_item):
    trainset, ids = model.trainset, ["3", "1", "3"]
    rows = trainset.inner_items(ids) if is_item else trainset.inner_users(ids)
    factors, biases = (model.qi, model.bi) if is_item else (model.pu, model.bu)
    np.testing.assert_array_equal(model.weight(ids, is_item), factors[rows])
    np.testing.assert_array_equal(model.bias(ids, is_item=is_item), biases[rows])


def test_what_is_looked_up_is_a_copy(model):
    before = model.qi.copy()
    model.weight(["1"])[:] = 9
    model.i_weight.weight[:] = 9
    np.testing.assert_array_equal(model.qi, before)


TABLES = {"u_weight": "pu", "i_weight": "qi", "u_bias": "bu", "i_bias": "bi"}


@pytest.mark.parametrize("name", TABLES)
def test_tables_begin_with_the_unknown_id(model, name):
    rows = getattr(model, TABLES[name])
    table = getattr(model, name).weight
    assert table.shape == (len(rows) + 1, rows.size // len(rows))
    assert table.dtype == rows.dtype
    assert not table[0].any()
    np.testing.assert_array_equal(table[1:].squeeze(), rows)


def test_ids_of_a_frame(model):
    pd = pytest.importorskip("pandas")
    ids = pd.Series(["5", "2"])
    np.testing.assert_array_equal(model.bias(ids), model.bias(["5", "2"]))


@pytest.mark.parametrize("method", ["weight", "bias"])
def test_wrong_ids_are_refused(model, method):
    with pytest.raises(KeyError, match="item 'nothing' is not in the training data"):
        getattr(model, method)(["1", "nothing"])
    with pytest.raises(KeyError, match="user 'nobody' is not in the training data"):
        getattr(model, method)(["nobody"], is_item=False)
    with pytest.raises(TypeError, match="arr must be a sequence of ids, got '1'"):
        getattr(model, method)("1")
    with pytest.raises(ValueError, match="this DotBias is not fitted"):
        getattr(DotBias(), method)(["1"])
