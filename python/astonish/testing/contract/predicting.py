"""What a fitted model predicts."""

import numpy as np
import pytest

from astonish.models.base.prediction import Prediction
from astonish.testing.contract.base import ContractBase, needs, parameter_names
from astonish.testing.data import all_pairs, trainset_of
from astonish.testing.state import is_within_scale, reseed

UNKNOWN_IDS = [
    0,
    -1,
    10**30,
    2.5,
    float("nan"),
    None,
    True,
    ("1",),
    "zzz",
    np.int64(1),
    np.str_("?"),
]


def make_for_two_ratings(case):
    """A model that learns them, though all of them are one batch of an epoch."""
    by_batches = "batch_size" in parameter_names(case.cls)
    return case.make(**({"n_epochs": 300, "lr_max": 0.1} if by_batches else {}))


class PredictingContract(ContractBase):
    """What a fitted model predicts."""

    def test_predict_test_and_predict_many_agree_to_the_last_bit(self, fitted, trainset):
        pairs = all_pairs(trainset)[::7] + all_pairs(trainset)[-2:]
        reseed(fitted)
        one_by_one = [fitted.predict(*pair) for pair in pairs]
        assert reseed(fitted).test(pairs) == one_by_one
        users, items, _ = zip(*pairs, strict=True)
        assert reseed(fitted).predict_many(users, items).tolist() == [
            prediction.est for prediction in one_by_one
        ]

    def test_test_returns_predictions_of_python_floats(self, fitted):
        prediction = fitted.test([("1", "2", 3.5)])[0]
        assert type(prediction) is Prediction
        assert isinstance(prediction.est, float)
        assert prediction[:3] == ("1", "2", 3.5)
        assert prediction.details["was_impossible"] is False

    def test_test_takes_any_iterable_and_keeps_its_order(self, fitted, trainset):
        pairs = trainset.build_testset()[:20]
        expected = reseed(fitted).test(pairs)
        assert reseed(fitted).test(iter(pairs)) == expected
        if not fitted._draws_estimates:
            assert fitted.test(pairs[::-1])[::-1] == expected

    def test_details_are_not_shared(self, fitted):
        first, second = fitted.test([("1", "2", 3.0), ("1", "2", 3.0)])
        assert first.details is not second.details

    def test_nothing_to_predict(self, fitted):
        assert fitted.test([]) == []
        nothing = fitted.predict_many([], [])
        assert nothing.shape == (0,)
        assert nothing.dtype == np.float64

    def test_predict_many_takes_arrays(self, fitted):
        users, items = ["1", "2", "zzz"], ["3", "4", "5"]
        from_arrays = reseed(fitted).predict_many(np.array(users), np.array(items, dtype=object))
        np.testing.assert_array_equal(from_arrays, reseed(fitted).predict_many(users, items))

    def test_predict_many_refuses_lists_of_different_lengths(self, fitted):
        with pytest.raises(ValueError, match="equally long, got 2 and 1"):
            fitted.predict_many(["1", "2"], ["1"])

    @pytest.mark.parametrize("lone", ["1", b"1", 1, None])
    def test_predict_many_refuses_a_lone_id(self, fitted, lone):
        with pytest.raises(TypeError, match="item_ids must be a sequence of ids"):
            fitted.predict_many(["1"], lone)

    @pytest.mark.parametrize("unknown", UNKNOWN_IDS, ids=repr)
    def test_unknown_ids_are_answered(self, fitted, unknown):
        for pair in ((unknown, "2"), ("1", unknown), (unknown, unknown)):
            prediction = reseed(fitted).predict(*pair)
            assert prediction.uid is pair[0]
            assert prediction.iid is pair[1]
            assert is_within_scale(prediction.est, fitted)
            assert reseed(fitted).test([(*pair, None)]) == [prediction]

    def test_numpy_scalars_are_the_ids_they_equal(self, case):
        model = case.make().fit(trainset_of((1, "a", 4.0), (2, "b", 2.0)))
        expected = reseed(model).predict(1, "a").est
        assert reseed(model).predict(np.int64(1), np.str_("a")).est == expected
        assert reseed(model).predict_many(np.array([1]), np.array(["a"])).tolist() == [expected]

    def test_integers_and_strings_are_different_ids(self, case):
        model = make_for_two_ratings(case).fit(trainset_of((1, 7, 5.0), ("1", 7, 1.0)))
        known = model.trainset
        assert {known.to_inner_uid(1), known.to_inner_uid("1")} == {0, 1}
        if "has_factors" in model.abilities:  # models of items alone say the same to both
            assert model.predict(1, 7).est != model.predict("1", 7).est

    def test_an_unhashable_id_is_a_type_error(self, fitted):
        with pytest.raises(TypeError, match="unhashable"):
            fitted.predict(["1"], "1")
        with pytest.raises(TypeError, match="unhashable"):
            fitted.test([(["1"], "1", None)])

    def test_verbose_prints_each_prediction(self, fitted, capsys):
        predictions = fitted.test([("1", "2", 3.0), ("zzz", "2", None)], verbose=True)
        assert capsys.readouterr().out.splitlines() == list(map(str, predictions))

    @needs("rates")
    @pytest.mark.parametrize(("rating", "scale", "end"), [(1.0, (3, 4), 3), (2.5, (-1, 0), 0)])
    def test_estimates_are_clipped_to_the_scale(self, case, rating, scale, end):
        trainset = trainset_of(("u", "i", rating), ("v", "i", rating), scale=scale)
        model = make_for_two_ratings(case).fit(trainset)
        assert model.predict("u", "i").est == end
        unclipped = model.predict("u", "i", clip=False).est
        assert max(scale[0], min(scale[1], unclipped)) == end
        assert model.test([("u", "i", rating)])[0].est == end
        assert model.predict_many(["u"], ["i"]).tolist() == [end]
