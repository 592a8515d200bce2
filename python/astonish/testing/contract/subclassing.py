"""Methods that a subclass, or an instance, changes."""

import numpy as np
import pytest

from astonish.models.base.prediction import Prediction, PredictionImpossible
from astonish.testing.contract.base import ContractBase
from astonish.testing.state import estimates


def constant_estimate(*_):
    return 2.5


def constant_predict(uid, iid, r_ui=None, **_):
    return Prediction(uid, iid, r_ui, 2.5, {"mine": True})


def override(cls, where, **methods):
    """A function that makes a model of `cls` with methods replaced in the class or the instance."""
    if where == "class":
        own = {name: staticmethod(method) for name, method in methods.items()}
        return type("Mine", (cls,), own)

    def make(**parameters):
        model = cls(**parameters)
        vars(model).update(methods)
        return model

    return make


class SubclassingContract(ContractBase):
    """Methods that a subclass, or an instance, changes."""

    @pytest.fixture(params=["class", "instance"])
    def where(self, request):
        return request.param

    @pytest.mark.parametrize("method", [constant_estimate, constant_predict])
    def test_an_overridden_method_is_what_counts(self, case, trainset, where, method):
        name = method.__name__.removeprefix("constant_")
        model = override(case.cls, where, **{name: method})(**case.parameters).fit(trainset)
        assert estimates(model, [("1", "2", 3.0), ("zzz", "2", 3.0)]) == [2.5, 2.5]
        assert model.predict_many(["1", "zzz"], ["2", "2"]).tolist() == [2.5, 2.5]

    def test_an_overridden_default_prediction_answers_the_impossible(self, case, trainset, where):
        def impossible(*_):
            raise PredictionImpossible("no idea")

        make = override(case.cls, where, estimate=impossible, default_prediction=lambda: 1.75)
        model = make(**case.parameters).fit(trainset)
        (prediction,) = model.test([("1", "2", 3.0)])
        assert prediction.est == 1.75
        assert prediction.details == {"was_impossible": True, "reason": "no idea"}
        assert model.predict_many(["1"], ["2"]).tolist() == [1.75]

    def test_an_override_of_a_method_sees_inner_ids(self, case, trainset, where):
        seen = []

        def estimate(u, i):
            seen.append((u, i))
            return 3.0

        model = override(case.cls, where, estimate=estimate)(**case.parameters).fit(trainset)
        model.test([("1", "2", None), (8.5, None, None)])
        known = trainset.to_inner_uid("1"), trainset.to_inner_iid("2")
        assert seen == [known, ("UKN__8.5", "UKN__None")]

    @pytest.mark.parametrize("nan", [float("nan"), np.float32("nan"), (float("nan"), {"k": 3})])
    def test_an_estimate_that_is_nan_is_impossible(self, case, trainset, where, nan):
        make = override(case.cls, where, estimate=lambda _u, _i: nan)
        model = make(**case.parameters).fit(trainset)
        (prediction,) = model.test([("1", "2", 3.0)])
        assert prediction.est == model.default_prediction()
        reason = "The estimate is not a number."
        assert prediction.details == {"was_impossible": True, "reason": reason}
