"""What a fit does to a model."""

import copy

import numpy as np
import pytest

from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.contract.construction import OPTIONS
from astonish.testing.data import all_pairs, trainset_of
from astonish.testing.state import assert_same_state, estimates, is_within_scale, reseed, state_of


def another(name, value):
    """Another value of a parameter than that of the model, were it wrong for `fit`."""
    if name == "n_threads":
        return 2
    if name in OPTIONS:
        return {"user_based": not value.get("user_based", True), "name": "pearson", "method": "sgd"}
    if isinstance(value, bool):
        return not value
    return value + 2 if isinstance(value, (int, float)) else "another"


def answers(model, trainset):
    """Scores of lists, of the model as it is."""
    if "ranks" not in model.abilities:
        return np.empty(0)
    return reseed(model).recommend(trainset.user_ids[:20], n=5)[1]


class FittingContract(ContractBase):
    """What a fit does to a model."""

    def test_fit_returns_the_model(self, case, trainset):
        model = case.make()
        assert model.fit(trainset) is model
        assert model.trainset is trainset

    def test_fit_forgets_the_past(self, case, trainset, other_trainset):
        pairs = all_pairs(trainset)
        refitted = case.make().fit(other_trainset).fit(trainset)
        assert estimates(refitted, pairs) == estimates(case.make().fit(trainset), pairs)

    def test_fit_refuses_what_is_no_trainset(self, case):
        model = case.make()
        before = state_of(model)
        with pytest.raises(TypeError, match=r"must be .*, got list"):
            model.fit([("u", "i", 3.0)])
        assert_same_state(model, before)

    def test_the_same_seed_gives_the_same_model(self, case, trainset):
        model, pairs = case.make(), all_pairs(trainset)
        first = estimates(model.fit(trainset), pairs)
        assert estimates(model.fit(trainset), pairs) == first
        assert estimates(case.make().fit(trainset), pairs) == first

    @needs("random_state")
    def test_another_seed_gives_another_model(self, case, trainset, fitted):
        pairs = all_pairs(trainset)
        other = case.make(random_state=1).fit(trainset)
        assert estimates(other, pairs) != estimates(fitted, pairs)

    @needs("n_threads")
    def test_fitting_is_the_same_with_any_number_of_threads(self, case, trainset, fitted):
        pairs = all_pairs(trainset)  # 30,000: several chunks a thread
        expected = estimates(fitted, pairs)
        for n_threads in (1, 2, 3, 7):
            assert estimates(case.make(n_threads=n_threads).fit(trainset), pairs) == expected

    def test_parameters_that_are_set_after_fit_are_for_the_next_fit(self, case, trainset, tmp_path):
        model, pairs = case.make().fit(trainset), all_pairs(trainset)[::11]
        expected, lists = estimates(model, pairs), answers(model, trainset)
        before = copy.copy(model)
        changes = {name: another(name, value) for name, value in model.get_params().items()}
        model.set_params(**changes)
        assert model.get_params() == changes
        model.save(tmp_path / "model.npz")
        for same in (model, copy.deepcopy(model), type(model).load(tmp_path / "model.npz")):
            assert estimates(same, pairs) == expected
            reseed(same)
            assert [same.predict(*pair).est for pair in pairs[:9]] == expected[:9]
            np.testing.assert_array_equal(answers(same, trainset), lists)
            assert reseed(same).estimate(3, 5) == reseed(before).estimate(3, 5)
        model.set_params(**case.make().get_params())
        assert estimates(model.fit(trainset), pairs) == expected

    @needs("n_epochs")
    def test_fit_heeds_parameters_that_were_set(self, case, trainset):
        pairs = all_pairs(trainset)[::11]
        model = case.make(n_epochs=1).fit(trainset)
        model.set_params(n_epochs=2).fit(trainset)
        assert estimates(model, pairs) == estimates(case.make(n_epochs=2).fit(trainset), pairs)

    @pytest.mark.parametrize(
        "ratings",
        [
            [("u", "i", 4.0)],
            [("u", "i", 4.0), ("u", "j", 2.0), ("u", "k", 1.0)],
            [("u", "i", 4.0), ("v", "i", 2.0), ("w", "i", 1.0)],
            [("u", "i", 4.0), ("u", "i", 2.0), ("v", "i", 3.0), ("u", "i", 4.0)],
            [("u", "i", 3.0), ("v", "j", 3.0)],
        ],
        ids=["one rating", "one user", "one item", "a pair three times", "one value"],
    )
    def test_degenerate_data(self, case, ratings):
        model = case.make().fit(trainset_of(*ratings))
        predictions = reseed(model).test(ratings)
        assert all(is_within_scale(prediction.est, model) for prediction in predictions)
        reseed(model)
        assert predictions == [model.predict(*rating) for rating in ratings]

    @pytest.mark.parametrize(
        ("ability", "arguments"),
        [
            ("predict", ("u", "i")),
            ("test", ([("u", "i", 3.0)],)),
            ("predict_many", (["u"], ["i"])),
            ("save", ("nowhere",)),
        ],
    )
    def test_a_model_that_is_not_fitted_says_so(
        self, case, ability, arguments, monkeypatch, tmp_path
    ):
        monkeypatch.chdir(tmp_path)
        message = rf"this {case.cls.__name__} is not fitted: call fit"
        for error in (ValueError, AttributeError):  # scikit-surprise's is the second
            with pytest.raises(error, match=message):
                getattr(case.make(), ability)(*arguments)
        assert not list(tmp_path.iterdir())

    @needs("ranks")
    def test_a_model_that_is_not_fitted_recommends_nothing(self, case):
        with pytest.raises(ValueError, match=rf"this {case.cls.__name__} is not fitted: call fit"):
            case.make().recommend(["u"])
