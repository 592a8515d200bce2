"""Copies, pickles and files of a model."""

import copy
import pickle

import numpy as np
import pytest

from astonish.models.base.model import Model
from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.data import all_pairs
from astonish.testing.state import estimates, reseed


class CopiesContract(ContractBase):
    """Copies, pickles and files of a model."""

    @pytest.mark.parametrize(
        "duplicate",
        [copy.deepcopy, copy.copy, lambda model: pickle.loads(pickle.dumps(model))],
        ids=["deepcopy", "copy", "pickle"],
    )
    def test_a_copy_predicts_the_same(self, case, fitted, trainset, duplicate):
        pairs = all_pairs(trainset)
        assert estimates(duplicate(fitted), pairs) == estimates(fitted, pairs)
        unfitted = duplicate(case.make())
        assert estimates(unfitted.fit(trainset), pairs) == estimates(fitted, pairs)

    def test_a_deep_copy_shares_nothing(self, case, trainset, other_trainset):
        model, pairs = case.make().fit(trainset), all_pairs(trainset)
        before = estimates(model, pairs)
        copy.deepcopy(model).fit(other_trainset)
        assert estimates(model, pairs) == before

    def test_a_saved_model_predicts_the_same(self, fitted, trainset, tmp_path):
        fitted.save(tmp_path / "model.npz")
        for base in (type(fitted), Model):
            loaded = base.load(tmp_path / "model.npz")
            assert type(loaded) is type(fitted)
            expected = reseed(fitted).test(all_pairs(trainset))
            assert reseed(loaded).test(all_pairs(trainset)) == expected

    def test_a_loaded_model_can_be_fitted_again(self, fitted, trainset, other_trainset, tmp_path):
        fitted.save(tmp_path / "model.npz")
        loaded = type(fitted).load(tmp_path / "model.npz").fit(other_trainset).fit(trainset)
        assert estimates(loaded, all_pairs(trainset)) == estimates(fitted, all_pairs(trainset))

    @needs("ranks")
    def test_a_saved_model_recommends_the_same(self, fitted, trainset, tmp_path):
        fitted.save(tmp_path / "model.npz")
        expected = reseed(fitted).recommend(trainset.user_ids, n=20)
        loaded = reseed(type(fitted).load(tmp_path / "model.npz"))
        result = loaded.recommend(trainset.user_ids, n=20)
        for ours, theirs in zip(result, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
