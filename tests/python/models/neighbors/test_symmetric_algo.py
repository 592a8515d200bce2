"""Subclasses of the nearest-neighbour models and of their base."""

import numpy as np
import pytest

from astonish import AlgoBase, KNNWithMeans, PredictionImpossible
from astonish.models.neighbors.symmetric_algo import SymmetricAlgo

from ..helpers import all_pairs, assert_same_state, state_of
from .helpers import FRIENDS, options_of


@pytest.mark.parametrize("on_instance", [False, True])
def test_similarities_of_the_user(cls, trainset, on_instance):
    calls = []

    def compute_similarities(*_):
        calls.append(1)
        return np.full((200, 200), 0.5, dtype=np.float32)

    Mine = type("Mine", (cls,), {"compute_similarities": compute_similarities})  # noqa: N806
    model = (cls if on_instance else Mine)(verbose=False)
    if on_instance:
        model.compute_similarities = compute_similarities
    model.fit(trainset)
    assert len(calls) == 1
    model.test(all_pairs(trainset))
    assert len(calls) == 1
    expected = cls(verbose=False).fit(trainset)
    expected.sim = np.full((200, 200), 0.5)
    assert model.test(all_pairs(trainset)) == expected.test(all_pairs(trainset))


def test_similarities_of_the_user_may_begin_with_ours(cls, trainset, capsys):
    class Squared(cls):
        def compute_similarities(self):
            return super().compute_similarities() ** 2

    model = Squared().fit(trainset)
    assert capsys.readouterr().out.count("similarity matrix") == 2
    plain = cls(verbose=False).fit(trainset)
    np.testing.assert_array_equal(model.sim, plain.sim**2)


def test_similarities_of_the_user_are_not_kept_where_they_fail(cls, trainset):
    class Failing(cls):
        def compute_similarities(self):
            raise RuntimeError("no idea")

    model = Failing(verbose=False)
    before = state_of(model)
    with pytest.raises(RuntimeError, match="no idea"):
        model.fit(trainset)
    assert_same_state(model, before)


@pytest.mark.parametrize("keeps", [False, True])
def test_baselines_of_the_user_are_computed_once(cls, trainset, keeps):
    calls = []

    class Mine(cls):
        def compute_baselines(self):
            calls.append(1)
            biases = np.linspace(-1, 1, 200), np.linspace(1, -1, 150)
            if keeps:
                self.bu, self.bi = biases
            return biases

    model = Mine(sim_options=options_of("pearson_baseline"), verbose=False).fit(trainset)
    model.test(all_pairs(trainset))
    model.predict("1", "2")
    assert len(calls) == 1
    other = cls(sim_options=options_of("pearson_baseline"), verbose=False).fit(trainset)
    assert (model.sim != other.sim).any()


def test_a_switch_of_the_user():
    """Whose switch goes the other way compares items, whatever the options say."""

    class Turned(KNNWithMeans):
        def switch(self, u_stuff, i_stuff):
            return i_stuff, u_stuff

    model = Turned(verbose=False).fit(FRIENDS)
    expected = KNNWithMeans(sim_options=options_of(user_based=False), verbose=False).fit(FRIENDS)
    assert (model.n_x, model.xr) == (expected.n_x, expected.xr)
    np.testing.assert_array_equal(model.means, expected.means)
    assert model.test(all_pairs(FRIENDS)) == expected.test(all_pairs(FRIENDS))


def test_an_estimate_of_the_user_may_begin_with_ours(cls, trainset):
    class Halved(cls):
        def estimate(self, u, i):
            answer = super().estimate(u, i)
            est, details = answer if isinstance(answer, tuple) else (answer, {})
            return est / 2, {**details, "halved": True}

    pairs = all_pairs(trainset)[::97] + all_pairs(trainset)[-2:]
    plain = cls(verbose=False).fit(trainset)
    for ours, theirs in zip(
        Halved(verbose=False).fit(trainset).test(pairs), plain.test(pairs), strict=True
    ):
        if theirs.details["was_impossible"]:
            assert ours == theirs
        else:
            assert ours.details == {**theirs.details, "halved": True}
            unclipped = plain.predict(*ours[:3], clip=False).est
            assert ours.est == np.clip(unclipped / 2, 1, 5)


def test_an_estimate_returns_python_numbers(quiet):
    model = quiet().fit(FRIENDS)
    estimate, details = model.estimate(0, 2)
    assert type(estimate) is float
    assert {name: type(value) for name, value in details.items()} == {"actual_k": int}


def test_a_predict_of_the_user_is_asked(cls, trainset):
    class Rounded(cls):
        def predict(self, *arguments, **options):
            prediction = super().predict(*arguments, **options)
            return prediction._replace(est=round(prediction.est))

    model = Rounded(verbose=False).fit(trainset)
    plain = cls(verbose=False).fit(trainset)
    pairs = all_pairs(trainset)[::301]
    assert [each.est for each in model.test(pairs)] == [
        round(each.est) for each in plain.test(pairs)
    ]


class FirstRater(SymmetricAlgo):
    """The rating of the most similar rater, as scikit-surprise's users write it."""

    def __init__(self, sim_options={}, verbose=True):  # noqa: B006
        SymmetricAlgo.__init__(self, sim_options=sim_options, verbose=verbose)

    def fit(self, trainset):
        SymmetricAlgo.fit(self, trainset)
        self.sim = self.compute_similarities()
        return self

    def estimate(self, u, i):
        if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
            raise PredictionImpossible("unknown")
        x, y = self.switch(u, i)
        others = [(self.sim[x, other], rating) for other, rating in self.yr[y] if other != x]
        return max(others)[1], {"n_y": self.n_y, "n_rated": len(self.xr[x])}


@pytest.mark.parametrize("user_based", [True, False])
def test_a_model_of_the_user_on_top_of_the_base(user_based, capsys):
    model = FirstRater(sim_options=options_of(user_based=user_based)).fit(FRIENDS)
    assert capsys.readouterr().out.count("\n") == 2
    prediction = model.predict("a", "k")
    assert prediction.est == (5 if user_based else 4)
    assert prediction.details == {"n_y": 3, "n_rated": 2, "was_impossible": False}
    assert model.test([("a", "k", None)]) == [prediction]
    assert model.predict("?", "k").details["reason"] == "unknown"


def test_the_base_is_declared():
    plain = {"sim_options": {}, "bsl_options": {}, "verbose": True, "n_threads": None}
    with pytest.warns(UserWarning, match="unexpected keyword argument 'k'"):
        model = SymmetricAlgo(k=3)
    assert dict(model.get_params(), sim_options={}) == plain
    with pytest.raises(ValueError, match="n_threads must be at least 1, got 0"):
        SymmetricAlgo(n_threads=0).fit(FRIENDS)


def test_a_subclass_need_not_call_the_constructor_of_the_base():
    class Mine(SymmetricAlgo):
        def __init__(self):
            self.mine = 3

        def estimate(self, *_):
            return 3.0

    assert Mine().fit(FRIENDS).predict("a", "k").est == 3


def test_the_base_alone_estimates_nothing():
    model = SymmetricAlgo(verbose=False).fit(FRIENDS)
    assert isinstance(model, AlgoBase)
    with pytest.raises(NotImplementedError):
        model.predict("a", "k")


def test_a_subclass_may_set_the_sides_itself(trainset):
    class Mine(SymmetricAlgo):
        def fit(self, trainset):
            super().fit(trainset)
            self.n_x, self.xr = trainset.n_items, trainset.ir
            return self

    model = Mine().fit(trainset)
    assert (model.n_x, model.n_y) == (trainset.n_items, trainset.n_items)
    assert model.xr is trainset.ir
