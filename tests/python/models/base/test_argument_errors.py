"""Errors say which argument is wrong, and what it was."""

import re

import numpy as np
import pytest

import astonish
from astonish import (
    ALS,
    NMF,
    SVD,
    AlgoBase,
    BaselineOnly,
    CoClustering,
    DotBias,
    EmbeddingNN,
    FactorModel,
    ImplicitALS,
    KNNBasic,
    SlopeOne,
    SVDpp,
    make_ratings,
)
from astonish.model_selection import GridSearchCV, cross_validate
from astonish.support import memory

DATA = make_ratings(30, 20, 300, seed=1)
TRAINSET = DATA.build_full_trainset()
NOT_REAL = [None, "3", (3.0,), (3.0, None), (None, {}), [3.0], {}]
NOT_REAL += [np.array("x"), np.complex128(3), np.timedelta64(3), np.ma.masked]


@pytest.fixture(scope="module")
def model():
    return ALS(n_factors=3, n_epochs=1).fit(TRAINSET)


def raises(error, message):
    return pytest.raises(error, match=re.escape(message))


# Ids


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda model, ids: model.predict_many(ids, ["1", "1"]), "user_ids"),
        (lambda model, ids: model.predict_many(["1", "1"], ids), "item_ids"),
        (lambda model, ids: model.recommend(ids), "user_ids"),
        (lambda model, ids: model.recommend(["1"], candidates=ids), "candidates"),
        (lambda model, ids: model.recommend(["1"], filter_items=ids), "filter_items"),
        (lambda model, ids: model.recommend(["1"], candidates={"1": ids}), "candidates['1']"),
        (lambda model, ids: model.recommend_for([ids]), "histories[0]"),
        (lambda model, ids: model.similar_items(ids), "item_ids"),
        (lambda model, ids: model.similar_users(ids), "user_ids"),
        (lambda model, ids: model.predict_table(ids, ["1"]), "user_ids"),
    ],
)
def test_an_unhashable_id_is_named(model, ask, name):
    with raises(TypeError, f"{name}[1] is unhashable and can be no id: ['2']"):
        ask(model, ["1", ["2"]])


def test_an_unhashable_id_of_a_pair_is_named(model):
    with raises(TypeError, "the user id ['1'] is unhashable"):
        model.predict(["1"], "1")
    with raises(TypeError, "the item id {} is unhashable"):
        model.explain("1", {})


# Ratings


@pytest.mark.parametrize("method", ["partial_fit", "fold_in"])
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (("1", "2", "five"), ValueError, "[1] has the rating 'five': could not convert"),
        (("1", "2", None), TypeError, "[1] has the rating None: "),
        (("1", "2", 10**400), ValueError, "[1] has the rating 1000"),
        (("1", [], 3.0), TypeError, "[1] is unhashable and can be no id: []"),
        (("1", "2"), TypeError, "[1] must be (user id, item id, rating), got ('1', '2')"),
    ],
)
def test_a_wrong_rating_is_named(model, method, wrong, error, message):
    with raises(error, f"ratings{message}"):
        getattr(model, method)([("1", "1", 3.0), wrong])


class Constant(AlgoBase):
    """A model without a kernel."""

    def estimate(self, *_):
        return 3.0


@pytest.mark.parametrize("cls", [ALS, Constant])
@pytest.mark.parametrize(
    ("testset", "message"),
    [
        (None, "testset must be a list of (user id, item id, rating), got None"),
        ("1", "testset must be a list of (user id, item id, rating), got '1'"),
        (3, "testset must be a list of (user id, item id, rating), got 3"),
        (
            [("1", "2", 3.0), ("1", "2")],
            "testset[1] must be (user id, item id, rating), got ('1', '2')",
        ),
        ([None], "testset[0] must be (user id, item id, rating), got None"),
        ([("1", "2", 3, 4)], "testset[0] must be (user id, item id, rating), got"),
    ],
)
def test_a_wrong_testset_is_named(cls, testset, message):
    with raises(TypeError, message):
        cls().fit(TRAINSET).test(testset)


def test_rows_of_a_testset_may_be_any_triples(model):
    assert model.test([["1", "2", 3.0], iter(("1", "2", 3.0))][:1]) == model.test([("1", "2", 3.0)])


# Parameters


@pytest.mark.parametrize("seed", [-1, 2**32])
@pytest.mark.parametrize("cls", [SVD, ALS, NMF, astonish.CoClustering])
def test_a_wrong_seed_is_named(cls, seed):
    with pytest.raises(ValueError, match=rf"random_state must be at (least|most) .*, got {seed}"):
        cls(random_state=seed).fit(TRAINSET)


@pytest.mark.parametrize("cls", [SVD, SVDpp, NMF, ALS, ImplicitALS, DotBias])
def test_factors_that_do_not_fit_into_memory_are_refused_before_any_work(cls):
    model = cls(n_factors=2**31 - 1)
    message = r"n_factors=2147483647 would take [\d,]+ bytes, of the [\d,]+ that are free: fewer"
    with pytest.raises(MemoryError, match=message):
        model.fit(TRAINSET)
    assert not hasattr(model, "trainset")


@pytest.mark.parametrize("cls", [ALS, ImplicitALS])
def test_systems_that_do_not_fit_into_memory_are_refused_before_any_work(cls, monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 10**9)
    model = cls(n_factors=30_000, n_threads=2)
    with pytest.raises(MemoryError, match=r"n_factors=30000 would take [\d,]+ bytes"):
        model.fit(TRAINSET)
    assert SVD(n_factors=30_000, n_epochs=0).fit(TRAINSET).pu.shape == (30, 30_000)


@pytest.mark.parametrize("sizes", [{"emb_szs": (2**31 - 1, 1)}, {"layers": [2**30]}], ids=str)
def test_a_network_that_does_not_fit_into_memory_is_refused(sizes):
    with pytest.raises(MemoryError, match=r"emb_szs=.* and layers=.* would take [\d,]+ bytes"):
        EmbeddingNN(**sizes).fit(TRAINSET)


@pytest.mark.parametrize("sizes", [{"n_cltr_u": 2**31 - 1}, {"n_cltr_i": 10**8}], ids=str)
def test_clusters_that_do_not_fit_into_memory_are_refused_before_any_work(sizes, monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 10**9)
    model = CoClustering(**sizes)
    message = r"n_cltr_u=\d+ and n_cltr_i=\d+ would take [\d,]+ bytes, .* free: fewer clusters"
    with pytest.raises(MemoryError, match=message):
        model.fit(TRAINSET)
    assert not hasattr(model, "trainset")


# Evaluation


@pytest.mark.parametrize("cv", [-1, 0, 1, True], ids=repr)
def test_fewer_folds_than_two_are_refused(cv):
    with raises(ValueError, f"cv must be at least 2 folds, got {cv!r}"):
        cross_validate(SlopeOne(), DATA, cv=cv)
    with raises(ValueError, f"cv must be at least 2 folds, got {cv!r}"):
        GridSearchCV(SVD, {"n_epochs": [1]}, cv=cv).fit(DATA)


@pytest.mark.parametrize(
    "weights", [np.ones((300, 1)), np.float64(3), 3, "many", [[1]] * 300, np.array(["a"] * 300)]
)
def test_weights_that_cannot_be_cut_into_folds_are_named(weights):
    with raises(ValueError, "fit_params['sample_weight'] must hold numbers in one dimension"):
        cross_validate(ALS(), DATA, fit_params={"sample_weight": weights})


# Models that are not fitted


@pytest.mark.parametrize(
    "ask",
    [
        lambda: KNNBasic().compute_baselines(),
        lambda: KNNBasic().compute_similarities(),
        lambda: KNNBasic().get_neighbors(0, 3),
        lambda: KNNBasic().estimate(0, 0),
        lambda: KNNBasic().sim,
        lambda: KNNBasic().n_x,
        lambda: SlopeOne().freq,
        lambda: SlopeOne().estimate(0, 0),
        lambda: SVD().estimate(0, 0),
        lambda: SVD().pu,
        lambda: BaselineOnly().compute_baselines(),
        lambda: astonish.CoClustering().estimate(0, 0),
        lambda: astonish.NormalPredictor().estimate(0, 0),
        lambda: DotBias().estimate(0, 0),
        lambda: DotBias().weight(["1"]),
        lambda: DotBias().u_weight,
        lambda: Constant().trainset,
    ],
)
def test_a_model_that_is_not_fitted_says_so(ask):
    for error in (ValueError, AttributeError):
        with pytest.raises(error, match="is not fitted: call fit"):
            ask()


def test_what_no_model_has_is_an_ordinary_attribute_error(model):
    for each in (SVD(), model):
        with raises(AttributeError, "object has no attribute 'recomend'"):
            each.recomend  # noqa: B018
        assert not hasattr(each, "nothing")
    assert not hasattr(SVD(), "pu")


# Files


def test_a_folder_that_does_not_exist_is_named_by_the_path_that_was_given(model, tmp_path):
    path = tmp_path / "nowhere" / "model.npz"
    with pytest.raises(FileNotFoundError) as caught:
        model.save(path)
    assert caught.value.filename == str(path)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError) as caught:
        model.save(tmp_path / "file" / "model.npz")
    assert caught.value.filename == str(tmp_path / "file" / "model.npz")


# Classes of the user


def test_an_sgd_that_takes_no_weights_is_named():
    class Mine(SVD):
        def sgd(self, trainset):
            super().sgd(trainset)

    assert Mine(n_epochs=1).fit(TRAINSET).trainset is TRAINSET
    with raises(TypeError, "Mine has an sgd() of its own that takes no sample_weight"):
        Mine(n_epochs=1).fit(TRAINSET, sample_weight=np.ones(300))


def test_an_sgd_that_takes_any_weights_gets_them():
    class Mine(SVD):
        def sgd(self, trainset, **kwargs):
            self.got = list(kwargs)
            super().sgd(trainset, **kwargs)

    assert Mine(n_epochs=1).fit(TRAINSET, sample_weight=np.ones(300)).got == ["sample_weight"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        *((answer, TypeError) for answer in NOT_REAL),
        (np.array([3.0, 4.0]), ValueError),
        (np.zeros((0,)), ValueError),
    ],
    ids=repr,
)
def test_an_estimate_that_is_not_one_number_is_named(answer, error):
    class Mine(AlgoBase):
        def estimate(self, *_):
            return answer

    model = Mine().fit(TRAINSET)
    message = "Mine.estimate must return a number, or a number and a dict of details, got"
    for ask in (
        lambda: model.predict("1", "1"),
        lambda: model.test([("1", "1", 3.0)]),
        lambda: model.predict_many(["1"], ["1"]),
        lambda: model.predict_table(["1"], ["1"]),
        lambda: model.recommend(["1"]),
    ):
        with raises(error, f"{message} {answer!r}"):
            ask()


def test_an_estimate_beyond_all_floats_is_clipped_as_by_scikit_surprise_and_named_elsewhere():
    class Mine(AlgoBase):
        def estimate(self, *_):
            return 10**400

    model = Mine().fit(TRAINSET)
    assert model.predict("1", "1").est == model.predict_many(["1"], ["1"])[0] == 5
    assert model.test([("1", "1", 3.0)])[0].est == 5
    with raises(ValueError, "a dict of details, got one of int beyond all floats"):
        model.recommend(["1"], exclude_seen=False)


@pytest.mark.parametrize(
    "answer", [3, np.float32(3), np.array(3.0), np.array([3.0]), (np.int64(3), {"k": 1})]
)
def test_an_estimate_may_be_any_number(answer):
    class Mine(AlgoBase):
        def estimate(self, *_):
            return answer

    model = Mine().fit(TRAINSET)
    assert model.predict("1", "1").est == 3
    assert model.predict_many(["1"], ["1"]).tolist() == [3]
    assert model.predict_table(["1"], ["1"]).estimates.tolist() == [[3]]
    assert model.recommend(["1"], n=1, exclude_seen=False)[1].tolist() == [[3]]
    assert astonish.accuracy.rmse(model.test([("1", "1", 4.0)]), verbose=False) == 1


# Given factors


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"pu": [[1, 2], [3, np.nan]]}, ValueError, "pu[1, 1] must be finite, got nan"),
        ({"bi": [0, np.inf]}, ValueError, "bi[1] must be finite, got inf"),
        ({"pu": [[1, 2], [3]]}, ValueError, "pu must be an array of numbers"),
        (
            {"user_ids": ["a", "a"]},
            ValueError,
            "user_ids must hold 2 different ids, got 'a' at 0 and 1",
        ),
        ({"item_ids": ["a"]}, ValueError, "item_ids must hold 2 different ids, got 1"),
        ({"item_ids": ["a", []]}, TypeError, "item_ids[1] is unhashable and can be no id: []"),
    ],
)
def test_what_is_wrong_with_given_factors_is_named(arguments, error, message):
    given = {"pu": [[1, 2], [3, 4]], "qi": [[1, 2], [3, 4]]}
    with raises(error, message):
        FactorModel.from_arrays(**{**given, **arguments})


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [("n_threads", 0, ValueError), ("n_threads", "2", TypeError)],
)
def test_set_params_of_a_fitted_model_checks_what_counts_at_once(name, value, error):
    model = astonish.SVD(n_factors=2, n_epochs=1, n_threads=1).fit(TRAINSET)
    before = dict(vars(model))
    with pytest.raises(error, match=f"{name} must be"):
        model.set_params(**{name: value, "n_factors": 7})
    assert vars(model) == before
    model.recommend(n=1)
    assert model.set_params(n_threads=2).n_threads == 2
