"""What `recommend` and its relatives do for all models alike."""

import numpy as np
import pytest

import astonish
from astonish import ALS, SVD, AlgoBase, DotBias, ImplicitALS, KNNBasic, SlopeOne, make_ratings
from astonish.data.trainset import Trainset
from astonish.models import MODELS
from astonish.support import memory

from ...data.helpers import require

TRAINSET = make_ratings(40, 60, 500, seed=4).build_full_trainset()
QUIET = {"verbose": False}


@pytest.fixture(scope="module")
def svd():
    return SVD(n_factors=4, n_epochs=3, random_state=0).fit(TRAINSET)


class Popular(AlgoBase):
    """A user's own model: the number of raters of an item."""

    def fit(self, trainset):
        AlgoBase.fit(self, trainset)
        self.counts = [len(trainset.ir[item]) for item in trainset.all_items()]
        return self

    def estimate(self, _user, i):
        if not self.trainset.knows_item(i):
            raise astonish.PredictionImpossible("unknown item")
        return float(self.counts[i])


def test_a_model_of_the_user_ranks_by_its_estimates():
    model = Popular().fit(TRAINSET)
    items, scores = model.recommend(["1"], n=4, exclude_seen=False)
    order = sorted(TRAINSET.all_items(), key=lambda item: -model.counts[item])[:4]
    assert items[0].tolist() == [TRAINSET.item_ids[item] for item in order]
    assert scores[0].tolist() == [model.counts[item] for item in order]


@pytest.mark.parametrize("base", [SVD, DotBias])
def test_a_model_that_changes_predict_ranks_by_what_it_says(base):
    class Reversed(base):
        def estimate(self, u, i):
            return -super().estimate(u, i)

    options = {"n_factors": 4, "n_epochs": 3, "random_state": 0}
    model = Reversed(**options).fit(TRAINSET)
    items, scores = model.recommend(["1"], n=60, exclude_seen=False)
    theirs, _ = base(**options).fit(TRAINSET).recommend(["1"], n=60, exclude_seen=False)
    assert items[0].tolist() == theirs[0, ::-1].tolist()
    assert scores[0, 0] == model.predict("1", items[0, 0], clip=False).est
    with pytest.raises(TypeError, match="changes what predict says"):
        model.build_index()


@pytest.mark.parametrize("name", MODELS)
def test_all_users_are_the_default(name):
    options = QUIET if "verbose" in MODELS[name]().get_params() else {}
    model = MODELS[name](**options).fit(TRAINSET)
    np.random.seed(0)
    items, scores = model.recommend(n=3)
    np.random.seed(0)
    expected = model.recommend(TRAINSET.user_ids, n=3)
    np.testing.assert_array_equal(items, expected[0])
    np.testing.assert_array_equal(scores, expected[1])
    assert items.shape == (TRAINSET.n_users, 3)


class TestUnknownUsers:
    def test_raise_names_the_first(self, svd):
        with pytest.raises(ValueError, match=r"user_ids\[1\] is 'nobody'"):
            svd.recommend(["1", "nobody"])

    def test_skip_leaves_a_row_of_nothing(self, svd):
        items, scores = svd.recommend(["1", "nobody", "2"], n=3, on_unknown="skip")
        expected = svd.recommend(["1", "2"], n=3)
        np.testing.assert_array_equal(items[[0, 2]], expected[0])
        np.testing.assert_array_equal(scores[[0, 2]], expected[1])
        assert items[1].tolist() == [None] * 3
        assert np.isnan(scores[1]).all()

    @pytest.mark.parametrize("cls", [SVD, ImplicitALS, KNNBasic, SlopeOne])
    def test_fallback_is_what_is_popular(self, cls):
        options = QUIET if cls is not SlopeOne else {}
        model = cls(**options).fit(TRAINSET)
        items, scores = model.recommend(["nobody"], n=60, on_unknown="fallback")
        counts = np.diff(TRAINSET.by_item.offsets)
        order = np.argsort(-counts, kind="stable")
        assert items[0].tolist() == [TRAINSET.item_ids[item] for item in order]
        np.testing.assert_allclose(scores[0], counts[order] / TRAINSET.n_users)

    def test_another_word_is_refused(self, svd):
        with pytest.raises(ValueError, match="on_unknown must be one of 'raise', 'fallback', 'sk"):
            svd.recommend(["1"], on_unknown="ignore")


class TestUnknownItems:
    @pytest.mark.parametrize(
        "arguments",
        [
            {"candidates": ["1", "2", "nothing"]},
            {"candidates": {"1": ["1", "2", "nothing"]}},
            {"filter_items": ["nothing"]},
            {"boosts": {"nothing": 3.0}},
        ],
    )
    def test_they_raise_or_are_ignored(self, svd, arguments):
        with pytest.raises(ValueError, match="'nothing', which is not part of the training set"):
            svd.recommend(["1"], **arguments)
        items, _ = svd.recommend(
            ["1"], n=2, exclude_seen=False, unknown_items="ignore", **arguments
        )
        assert None not in items[0].tolist()

    def test_another_word_is_refused(self, svd):
        with pytest.raises(ValueError, match="unknown_items must be one of 'raise', 'ignore'"):
            svd.recommend(["1"], unknown_items="skip")


@pytest.mark.parametrize(
    "model", [SlopeOne(), KNNBasic(k=5, **QUIET), SVD(random_state=0)], ids=repr
)
class TestRules:
    """The same of dense scores as of factors."""

    @pytest.fixture
    def estimates(self, model):
        model.fit(TRAINSET)
        return {item: model.predict("3", item, clip=False) for item in TRAINSET.item_ids}

    def expected(self, estimates, allowed, boosts=None, seen=()):
        scores = {
            item: each.est + (boosts or {}).get(item, 0.0)
            for item, each in estimates.items()
            if item in allowed and item not in seen and not each.details["was_impossible"]
        }
        return sorted(scores, key=lambda item: -scores[item])

    def test_candidates_and_filters(self, model, estimates):
        allowed = set(TRAINSET.item_ids[::2])
        hidden = TRAINSET.item_ids[:7]
        found, _ = model.recommend(
            ["3"], n=60, exclude_seen=False, candidates=list(allowed), filter_items=hidden
        )
        best = self.expected(estimates, allowed - set(hidden))
        assert [item for item in found[0] if item is not None] == best

    def test_candidates_of_a_user(self, model, estimates):
        own = TRAINSET.item_ids[3:20]
        found, _ = model.recommend(["3", "4"], n=60, candidates={"3": own})
        seen = {TRAINSET.item_ids[item] for item, _ in TRAINSET.ur[TRAINSET.to_inner_uid("3")]}
        best = self.expected(estimates, set(own), seen=seen)
        assert [item for item in found[0] if item is not None] == best
        assert found[1].tolist() == [None] * 60

    def test_boosts(self, model, estimates):
        boosts = {TRAINSET.item_ids[5]: 3.0, TRAINSET.item_ids[6]: -3.0}
        found, scores = model.recommend(["3"], n=60, exclude_seen=False, boosts=boosts)
        best = self.expected(estimates, set(TRAINSET.item_ids), boosts)
        assert [item for item in found[0] if item is not None] == best
        assert scores[0, 0] == estimates[best[0]].est + boosts.get(best[0], 0.0)


class TestFrames:
    @pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
    def test_a_row_for_each_item(self, svd, name):
        require(name)
        users = ["1", "nobody", "2"]
        frame = svd.recommend(users, n=2, on_unknown="skip", as_frame=name)
        columns = {column: list(frame[column].to_numpy()) for column in ("user", "rank", "score")}
        items, scores = svd.recommend(["1", "2"], n=2)
        assert [str(user) for user in columns["user"]] == ["1", "1", "2", "2"]
        assert columns["rank"] == [1, 2, 1, 2]
        assert columns["score"] == scores.ravel().tolist()
        found = frame["item"].to_pylist() if name == "pyarrow" else list(frame["item"])
        assert found == items.ravel().tolist()

    @pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
    def test_a_row_for_each_item_of_a_history(self, svd, name):
        require(name)
        histories = [["2", "3"], [], [("9", 1.0)]]
        frame = svd.recommend_for(histories, n=2, as_frame=name)
        items, scores = svd.recommend_for(histories, n=2)
        columns = {column: list(frame[column].to_numpy()) for column in ("user", "rank", "score")}
        assert columns["user"] == [0, 0, 1, 1, 2, 2]
        assert columns["rank"] == [1, 2] * 3
        assert columns["score"] == scores.ravel().tolist()
        found = frame["item"].to_pylist() if name == "pyarrow" else list(frame["item"])
        assert found == items.ravel().tolist()

    def test_a_table(self, svd):
        pd = pytest.importorskip("pandas", reason="the frame is one of pandas")
        frame, known = svd.predict_table(["1", "2"], ["3", "4"], as_frame="pandas")
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns) == ["user", "3", "4"]
        assert known.all()

    def test_another_library_is_refused(self, svd):
        with pytest.raises(ValueError, match="as_frame must be one of 'pandas', 'polars', 'pyarr"):
            svd.recommend(["1"], as_frame="csv")
        with pytest.raises(ValueError, match="as_frame must be one of 'pandas', 'polars', 'pyarr"):
            svd.recommend_for([["1"]], as_frame="csv")


class TestTables:
    @pytest.mark.parametrize(
        "model", [SlopeOne(), KNNBasic(**QUIET), SVD(random_state=0), Popular()]
    )
    def test_they_hold_what_predict_says(self, model):
        model.fit(TRAINSET)
        users, items = ["1", "nobody", "7"], ["2", "nothing", "9", "4"]
        table = model.predict_table(users, items)
        predictions = [[model.predict(user, item) for item in items] for user in users]
        assert table.estimates.tolist() == [[each.est for each in row] for row in predictions]
        impossible = [[each.details["was_impossible"] for each in row] for row in predictions]
        assert (~table.known).tolist() == impossible

    def test_all_pairs_are_the_default(self, svd):
        assert svd.predict_table().estimates.shape == (40, 60)

    def test_one_that_does_not_fit_is_refused_before_work(self, svd, monkeypatch):
        monkeypatch.setattr(memory, "physical_memory", lambda: 1000)
        with pytest.raises(MemoryError, match=r"the table would take 19,200 bytes.*fewer users"):
            svd.predict_table()
        with pytest.raises(MemoryError, match="the lists would take 8,000 bytes"):
            svd.recommend(n=10)


class TestGuests:
    @pytest.mark.parametrize("cls", [ALS, ImplicitALS])
    def test_they_get_the_list_of_who_is_folded_in(self, cls):
        model = cls(n_factors=4, n_epochs=3, random_state=0).fit(TRAINSET)
        history = [("2", 5.0), ("3", 1.0), ("9", 4.0)]
        items, scores = model.recommend_for([history, history[:1]], n=5)
        folded = model.fold_in([("me", *pair) for pair in history])
        expected = folded.recommend(["me"], n=5)
        assert items[0].tolist() == expected[0][0].tolist()
        assert scores[0].tolist() == expected[1][0].tolist()

    def test_an_item_without_a_weight_is_liked(self):
        model = ALS(n_factors=4, random_state=0).fit(TRAINSET)
        plain = model.recommend_for([["2", "3"]], n=5)
        rated = model.recommend_for([[("2", 5.0), ("3", 5.0)]], n=5)
        np.testing.assert_array_equal(plain[0], rated[0])
        assert {"2", "3"}.isdisjoint(plain[0][0])
        everything = model.recommend_for([["2", "3"]], n=60, exclude_seen=False)[0]
        assert {"2", "3"} <= set(everything[0])

    def test_somebody_without_a_history_gets_what_is_popular(self):
        model = ALS(n_factors=4, random_state=0).fit(TRAINSET)
        items, _ = model.recommend_for([[], ["2"], ["nothing"]], n=4, unknown_items="ignore")
        popular = model.recommend(["nobody"], n=4, on_unknown="fallback")[0][0].tolist()
        assert items[0].tolist() == items[2].tolist() == popular
        assert items[1].tolist() != popular

    def test_ids_may_be_tuples(self):
        data = [(1, ("a", 1), 5.0), (1, ("b", 2), 1.0), (2, ("a", 1), 4.0), (2, ("c", 3), 3.0)]
        ratings = astonish.data.ratings.Ratings.from_columns(*map(list, zip(*data, strict=True)))
        trainset = astonish.Trainset.from_ratings(ratings, (1, 5))
        model = ALS(n_factors=2, random_state=0).fit(trainset)
        by_id = model.recommend_for([[("a", 1)]], n=3)
        by_pair = model.recommend_for([[(("a", 1), 5.0)]], n=3)
        np.testing.assert_array_equal(by_id[1], by_pair[1])

    @pytest.mark.parametrize(
        ("histories", "error", "message"),
        [
            ("12", TypeError, "histories must be a sequence"),
            (3, TypeError, "histories must be a sequence"),
            (["12"], TypeError, r"histories\[0\] must be a sequence"),
            ([["2", "nothing"]], ValueError, r"histories\[0\]\[1\] is 'nothing'"),
            ([[("2", float("nan"))]], ValueError, r"weight of histories\[0\]\[0\] must be"),
        ],
    )
    def test_what_is_no_history_is_refused(self, histories, error, message):
        with pytest.raises(error, match=message):
            ALS(n_factors=2, random_state=0).fit(TRAINSET).recommend_for(histories)

    def test_a_model_that_cannot_says_so(self):
        with pytest.raises(TypeError, match="NMF does not have the ability 'folds_in' that recomm"):
            astonish.NMF(n_epochs=1).fit(TRAINSET).recommend_for([["2"]])


class TestSimilar:
    def test_neighbours_compare_by_their_similarity(self):
        model = KNNBasic(sim_options={"user_based": False}, **QUIET).fit(TRAINSET)
        items, similarities = model.similar_items(["2"], n=5)
        inner = TRAINSET.to_inner_iid("2")
        row = model.sim[inner].copy()
        row[inner] = -1
        order = np.argsort(-row, kind="stable")[:5]
        assert items[0].tolist() == [TRAINSET.item_ids[item] for item in order]
        assert similarities[0].tolist() == row[order].tolist()
        with pytest.raises(TypeError, match="compares items"):
            model.similar_users(["1"])
        with pytest.raises(TypeError, match="its own similarity"):
            model.similar_items(["2"], metric="dot")

    def test_a_model_without_vectors_says_so(self):
        with pytest.raises(TypeError, match="SlopeOne has no factors to compare"):
            SlopeOne().fit(TRAINSET).similar_items(["2"])

    def test_another_metric_is_refused(self, svd):
        with pytest.raises(ValueError, match="metric must be one of 'cosine', 'dot', 'euclidean'"):
            svd.similar_items(["2"], metric="manhattan")


def test_blocks_of_users_give_the_same_lists(monkeypatch):
    model = SlopeOne().fit(TRAINSET)
    expected = model.recommend(n=5)
    monkeypatch.setattr(SlopeOne, "_users_per_block", lambda _: 7)
    for ours, theirs in zip(model.recommend(n=5), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_ctrl_c_stops_a_slow_model():
    class Slow(Popular):
        def estimate(self, u, _item):
            calls.append(u)
            if len(calls) > 40:
                raise KeyboardInterrupt
            return 3.0

    calls = []
    model = Slow().fit(TRAINSET)
    with pytest.raises(KeyboardInterrupt):
        model.recommend()
    assert len(calls) == 41


def test_what_an_own_predict_calls_impossible_is_not_listed():
    class Same(KNNBasic):
        def predict(self, *arguments, **options):
            return super().predict(*arguments, **options)

    plain, same = (cls(k=3, min_k=3, **QUIET).fit(TRAINSET) for cls in (KNNBasic, Same))
    expected = [[item is None for item in row] for row in plain.recommend(n=60)[0].tolist()]
    found = [[item is None for item in row] for row in same.recommend(n=60)[0].tolist()]
    assert any(map(any, expected))
    assert found == expected


def test_guests_without_a_weight_get_what_is_popular():
    model = ImplicitALS(n_factors=3, random_state=0).fit(TRAINSET)
    nothing, empty = model.recommend_for([[("2", 0.0)], []], n=4, exclude_seen=False)[0].tolist()
    assert nothing == empty


@pytest.mark.parametrize("options", [None, {"user_based": True}, {"user_based": False}], ids=str)
def test_a_training_set_without_items_has_empty_lists(options):
    trainset = Trainset({0: []}, {}, 1, 0, 0, (1, 5), {"a": 0}, {})
    model = SlopeOne() if options is None else KNNBasic(sim_options=options, verbose=False)
    items, scores = model.fit(trainset).recommend(["a"], n=2, on_unknown="skip")
    assert items.tolist() == [[None, None]]
    assert np.isnan(scores).all()
