"""What a fit does to a model."""

import pytest

from astonish.testing.contract.base import ContractBase, needs
from astonish.testing.data import all_pairs, trainset_of
from astonish.testing.state import assert_same_state, estimates, is_within_scale, reseed, state_of


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
