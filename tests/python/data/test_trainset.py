import copy
import pickle
import sys
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astonish import Trainset
from astonish.data.ratings import Ratings

# ann rates up 4 and big 3, bob rates up 1 twice, cid rates ran 5.
RAW = [
    ("ann", "up", 4.0, None),
    ("bob", "up", 1.0, None),
    ("ann", "big", 3.0, None),
    ("bob", "up", 2.0, None),
    ("cid", "ran", 5.0, None),
]
BY_USER = {0: [(0, 4.0), (1, 3.0)], 1: [(0, 1.0), (0, 2.0)], 2: [(2, 5.0)]}
BY_ITEM = {0: [(0, 4.0), (1, 1.0), (1, 2.0)], 1: [(0, 3.0)], 2: [(2, 5.0)]}
USERS, ITEMS = {"ann": 0, "bob": 1, "cid": 2}, {"up": 0, "big": 1, "ran": 2}
NOT_INNER = [3, -1, 10**30, "0", "UKN__7", None, 0.5, float("nan"), float("inf")]


def make_trainset(raw=RAW):
    return Trainset.from_ratings(Ratings.from_tuples(raw), (1, 5))


@pytest.fixture
def trainset():
    return make_trainset()


class TestBuilding:
    def test_counts(self, trainset):
        assert (trainset.n_users, trainset.n_items, trainset.n_ratings) == (3, 3, 5)

    def test_ratings_are_grouped_by_user_and_by_item(self, trainset):
        assert trainset.ur == BY_USER
        assert trainset.ir == BY_ITEM

    @given(
        st.lists(
            st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(1, 5), st.none()), min_size=1
        )
    )
    def test_any_ratings_are_grouped_in_order_of_appearance(self, raw):
        trainset = make_trainset(raw)
        by_user, by_item = defaultdict(list), defaultdict(list)
        for user, item, value, _ in raw:
            by_user[user].append((item, value))
            by_item[item].append((user, value))
        assert trainset.user_ids == list(by_user)
        assert trainset.item_ids == list(by_item)
        for user, ratings in zip(by_user, trainset.ur.values(), strict=True):
            assert [(trainset.item_ids[item], value) for item, value in ratings] == by_user[user]
        for item, ratings in zip(by_item, trainset.ir.values(), strict=True):
            assert [(trainset.user_ids[user], value) for user, value in ratings] == by_item[item]

    def test_ids_of_ratings_that_were_left_out_are_unknown(self):
        some = Ratings.from_tuples(RAW)[1:3]
        trainset = Trainset.from_ratings(some, (1, 5))
        assert (trainset.user_ids, trainset.item_ids) == (["bob", "ann"], ["up", "big"])

    def test_one_rating_is_enough(self):
        trainset = make_trainset(RAW[:1])
        assert (trainset.ur, trainset.ir) == ({0: [(0, 4.0)]}, {0: [(0, 4.0)]})

    def test_none_is_not(self):
        with pytest.raises(ValueError, match="the training set is empty"):
            make_trainset([])

    def test_the_rating_scale_is_kept_as_it_was_given(self):
        scale = [0, 9]
        assert Trainset.from_ratings(Ratings.from_tuples(RAW), scale).rating_scale is scale

    def test_its_text_is_short(self, trainset):
        assert repr(trainset) == "<Trainset: 5 ratings of 3 items by 3 users>"


class TestConstructor:
    """The eight arguments of scikit-surprise's."""

    def test_the_arguments_are_positional(self, trainset):
        made = Trainset(BY_USER, BY_ITEM, 3, 3, 5, (1, 5), USERS, ITEMS)
        assert made.ur == trainset.ur
        assert made.ir == trainset.ir
        assert (made.n_users, made.n_items, made.n_ratings) == (3, 3, 5)
        assert (made.rating_scale, made.global_mean) == ((1, 5), 3.0)
        assert made.build_testset() == trainset.build_testset()

    def test_empty_lists_of_a_defaultdict_are_no_ratings(self):
        ur = defaultdict(list, BY_USER)
        assert ur[40] == []
        assert Trainset(ur, BY_ITEM, 3, 3, 5, (1, 5), USERS, ITEMS).ur == BY_USER

    def test_ids_may_come_in_any_order(self):
        shuffled = {"cid": 2, "ann": 0, "bob": 1}
        made = Trainset(BY_USER, BY_ITEM, 3, 3, 5, (1, 5), shuffled, ITEMS)
        assert made.user_ids == ["ann", "bob", "cid"]

    def test_what_another_trainset_shows_will_do(self, trainset):
        parts = trainset.ur, trainset.ir, 3, 3, 5, (1, 5), USERS, ITEMS
        assert Trainset(*parts).build_testset() == trainset.build_testset()

    def test_a_wrong_number_of_ratings_is_named(self):
        with pytest.raises(ValueError, match="n_ratings is 6, ur holds 5 ratings and ir 5"):
            Trainset(BY_USER, BY_ITEM, 3, 3, 6, (1, 5), USERS, ITEMS)

    def test_both_sides_must_hold_the_ratings(self):
        with pytest.raises(ValueError, match="n_ratings is 5, ur holds 5 ratings and ir 3"):
            Trainset(BY_USER, {0: BY_ITEM[0]}, 3, 3, 5, (1, 5), USERS, ITEMS)

    @pytest.mark.parametrize(
        "users", [{"ann": 0, "bob": 1}, {**USERS, "cid": 3}, {**USERS, "d": 2}]
    )
    def test_every_inner_id_needs_one_raw_id(self, users):
        with pytest.raises(ValueError, match="inner ids must be 0 to 2, each once"):
            Trainset(BY_USER, BY_ITEM, 3, 3, 5, (1, 5), users, ITEMS)

    @pytest.mark.parametrize("n", [-1, 2.0, "3", None, True])
    def test_a_count_is_an_integer(self, n):
        with pytest.raises((TypeError, ValueError), match="n_items must be"):
            Trainset(BY_USER, BY_ITEM, 3, n, 5, (1, 5), USERS, ITEMS)

    def test_a_count_that_the_ids_refute_is_no_size_of_anything(self):
        with pytest.raises(ValueError, match="each once, as n_users is 1000000000000"):
            Trainset(BY_USER, BY_ITEM, 10**12, 3, 5, (1, 5), USERS, ITEMS)

    @pytest.mark.parametrize("inner", [0.7, "0", None, True, 2**40, float("nan")])
    def test_inner_ids_are_whole_numbers(self, inner):
        message = "ir must hold inner ids that are whole numbers"
        with pytest.raises(TypeError, match=message):
            Trainset({0: [(0, 4.0)]}, {0: [(inner, 4.0)]}, 1, 1, 1, (1, 5), {"a": 0}, {"b": 0})
        with pytest.raises(TypeError, match=message):
            Trainset({0: [(0, 4.0)]}, {inner: [(0, 4.0)]}, 1, 1, 1, (1, 5), {"a": 0}, {"b": 0})

    @pytest.mark.parametrize("rating", ["4", None, 4 + 0j, 10**400, float("inf")])
    def test_ratings_are_finite_numbers(self, rating):
        with pytest.raises((TypeError, ValueError), match="ur must hold"):
            Trainset({0: [(0, rating)]}, {0: [(0, 4.0)]}, 1, 1, 1, (1, 5), {"a": 0}, {"b": 0})

    @pytest.mark.parametrize("scale", [(5, 1), (float("nan"), 5), None, (1,), ("1", "5")])
    def test_a_rating_scale_is_two_ascending_numbers(self, scale):
        with pytest.raises(ValueError, match="rating_scale must"):
            Trainset(BY_USER, BY_ITEM, 3, 3, 5, scale, USERS, ITEMS)

    def test_an_item_that_is_not_counted_is_refused(self):
        with pytest.raises(IndexError, match=r"outside \[0, 2\)"):
            Trainset(BY_USER, BY_ITEM, 3, 2, 5, (1, 5), USERS, {"up": 0, "big": 1})


class TestIds:
    def test_raw_to_inner(self, trainset):
        assert [trainset.to_inner_uid(user) for user in USERS] == [0, 1, 2]
        assert [trainset.to_inner_iid(item) for item in ITEMS] == [0, 1, 2]

    def test_inner_to_raw(self, trainset):
        assert [trainset.to_raw_uid(user) for user in range(3)] == list(USERS)
        assert [trainset.to_raw_iid(item) for item in range(3)] == list(ITEMS)

    def test_an_unknown_raw_id_is_refused(self, trainset):
        with pytest.raises(ValueError, match="User dan is not part of the trainset"):
            trainset.to_inner_uid("dan")
        with pytest.raises(ValueError, match="Item 3 is not part of the trainset"):
            trainset.to_inner_iid(3)

    def test_an_id_of_another_type_is_another_id(self):
        trainset = make_trainset([(1, "x", 4.0, None), ("1", "x", 3.0, None)])
        assert (trainset.to_inner_uid(1), trainset.to_inner_uid("1")) == (0, 1)

    @pytest.mark.parametrize("inner", NOT_INNER)
    def test_an_unknown_inner_id_is_refused(self, trainset, inner):
        with pytest.raises(ValueError, match="is not a valid inner id"):
            trainset.to_raw_uid(inner)
        with pytest.raises(ValueError, match="is not a valid inner id"):
            trainset.to_raw_iid(inner)

    @pytest.mark.parametrize("inner", NOT_INNER)
    def test_nor_is_it_known(self, trainset, inner):
        assert trainset.knows_user(inner) is False
        assert trainset.knows_item(inner) is False

    @pytest.mark.parametrize("inner", [1, True, np.int32(1), np.uint64(1), 1.0, np.float64(1)])
    def test_a_number_equal_to_an_inner_id_is_it(self, trainset, inner):
        assert trainset.knows_user(inner) is True
        assert trainset.knows_item(inner) is True
        assert (trainset.to_raw_uid(inner), trainset.to_raw_iid(inner)) == ("bob", "big")

    def test_asking_for_an_unknown_user_adds_none(self, trainset):
        assert trainset.ur[40] == []
        assert not trainset.knows_user(40)

    def test_many_ids_at_once(self, trainset):
        assert trainset.inner_users(["cid", "dan", "ann"]).tolist() == [2, -1, 0]
        assert trainset.inner_items(["ran", None, "up"]).tolist() == [2, -1, 0]


class TestAsUsersUseIt:
    def test_items_of_a_user(self, trainset):
        assert {item for item, _ in trainset.ur[trainset.to_inner_uid("ann")]} == {0, 1}

    def test_how_often_an_item_was_rated(self, trainset):
        counts = {trainset.to_raw_iid(item): len(row) for item, row in trainset.ir.items()}
        assert counts == {"up": 3, "big": 1, "ran": 1}

    def test_the_mean_of_every_item(self, trainset):
        means = [np.mean([r for _, r in trainset.ir[item]]) for item in trainset.all_items()]
        assert means == [7 / 3, 3, 5]

    def test_ranges_of_inner_ids(self, trainset):
        assert (trainset.all_users(), trainset.all_items()) == (range(3), range(3))

    def test_all_ratings_come_user_by_user(self, trainset):
        ratings = trainset.all_ratings()
        assert next(ratings) == (0, 0, 4.0)
        assert list(ratings) == [(0, 1, 3.0), (1, 0, 1.0), (1, 0, 2.0), (2, 2, 5.0)]

    def test_their_entries_are_python_numbers(self, trainset):
        assert [type(entry) for entry in next(trainset.all_ratings())] == [int, int, float]

    def test_the_global_mean(self, trainset):
        assert trainset.global_mean == 3.0
        assert isinstance(trainset.global_mean, np.float64)


class TestTestsets:
    def test_all_ratings_under_raw_ids(self, trainset):
        assert trainset.build_testset() == [
            ("ann", "up", 4.0),
            ("ann", "big", 3.0),
            ("bob", "up", 1.0),
            ("bob", "up", 2.0),
            ("cid", "ran", 5.0),
        ]

    def test_all_pairs_without_a_rating(self, trainset):
        assert trainset.build_anti_testset() == [
            ("ann", "ran", 3.0),
            ("bob", "big", 3.0),
            ("bob", "ran", 3.0),
            ("cid", "up", 3.0),
            ("cid", "big", 3.0),
        ]

    @pytest.mark.parametrize("fill", [0, 2.5, "4"])
    def test_what_they_are_filled_with(self, trainset, fill):
        assert {value for _, _, value in trainset.build_anti_testset(fill)} == {float(fill)}

    def test_there_may_be_none(self):
        assert make_trainset(RAW[:1]).build_anti_testset() == []


def everything(trainset):
    """All that a trainset answers."""
    return {
        "ur": dict(trainset.ur),
        "ir": dict(trainset.ir),
        "counts": (trainset.n_users, trainset.n_items, trainset.n_ratings),
        "scale": trainset.rating_scale,
        "mean": trainset.global_mean,
        "testset": trainset.build_testset(),
        "inner": [trainset.to_inner_uid("cid"), trainset.to_inner_iid("ran")],
    }


class TestCopies:
    @pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
    def test_a_pickle_is_the_same(self, trainset, protocol):
        copied = pickle.loads(pickle.dumps(trainset, protocol))
        assert everything(copied) == everything(trainset)

    def test_also_after_everything_was_asked_for(self, trainset):
        answers = everything(trainset)
        assert everything(pickle.loads(pickle.dumps(trainset))) == answers

    def test_a_deep_copy_is_the_same(self, trainset):
        assert everything(copy.deepcopy(trainset)) == everything(trainset)

    def test_the_arrays_cannot_be_written_to(self, trainset):
        for copied in (trainset, pickle.loads(pickle.dumps(trainset)), copy.deepcopy(trainset)):
            with pytest.raises(ValueError, match="read-only"):
                copied.by_user.values[0] = 9.0


class TestForeignPickles:
    """What scikit-surprise's Trainset holds is enough to restore one."""

    @pytest.fixture
    def state(self):
        return {
            "ur": defaultdict(list, BY_USER),
            "ir": defaultdict(list, BY_ITEM),
            "n_users": 3,
            "n_items": 3,
            "n_ratings": 5,
            "rating_scale": (1, 5),
            "_raw2inner_id_users": USERS,
            "_raw2inner_id_items": ITEMS,
            "_inner2raw_id_users": None,
            "_inner2raw_id_items": None,
            "_global_mean": None,
        }

    def restore(self, state):
        trainset = Trainset.__new__(Trainset)
        trainset.__setstate__(state)
        return trainset

    def test_it_is_the_same_trainset(self, trainset, state):
        before = dict(state)
        restored = self.restore(state)
        assert everything(restored) == everything(trainset)
        assert state == before

    def test_rows_that_were_asked_for_in_vain_are_no_users(self, state):
        assert state["ur"][7] == []
        assert not self.restore(state).knows_user(7)

    def test_attributes_of_the_user_stay(self, state):
        assert self.restore({**state, "note": "mine"}).note == "mine"

    def test_a_contradiction_is_refused(self, state):
        with pytest.raises(ValueError, match="n_ratings is 4, ur holds 5"):
            self.restore({**state, "n_ratings": 4})

    def test_the_private_names_that_programs_use(self, trainset):
        assert trainset._inner2raw_id_users == {0: "ann", 1: "bob", 2: "cid"}
        assert trainset._inner2raw_id_items == {0: "up", 1: "big", 2: "ran"}
        assert trainset._global_mean == trainset.global_mean


def size_in_memory(thing, seen):
    """Bytes of an object and of all that it alone leads to."""
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    size = sys.getsizeof(thing)
    if isinstance(thing, np.ndarray):
        return size if thing.base is None else size + size_in_memory(thing.base, seen)
    if isinstance(thing, dict):
        parts = [*thing.keys(), *thing.values()]
    else:
        parts = thing if isinstance(thing, (list, tuple)) else [getattr(thing, "__dict__", ())]
    return size + sum(size_in_memory(part, seen) for part in parts)


def large_ratings(timestamps=None):
    n_users, n_items, n_ratings = 6040, 3706, 1_000_000
    rng = np.random.RandomState(0)
    return Ratings(
        rng.randint(n_users, size=n_ratings, dtype=np.int32),
        rng.randint(n_items, size=n_ratings, dtype=np.int32),
        rng.randint(1, 6, n_ratings).astype(np.float64),
        list(map(str, range(n_users))),
        list(map(str, range(n_items))),
        timestamps,
    )


def bytes_of_a_rating(trainset):
    trainset.to_inner_uid("1"), trainset.to_inner_iid("1"), trainset.global_mean
    return size_in_memory(trainset, set()) / trainset.n_ratings


def test_a_rating_takes_at_most_40_bytes():
    trainset = Trainset.from_ratings(large_ratings(), (1, 5))
    assert 24 <= bytes_of_a_rating(trainset) <= 40
    assert trainset.timestamps is None


def test_a_timestamp_takes_8_bytes():
    without = Trainset.from_ratings(large_ratings(), (1, 5))
    trainset = Trainset.from_ratings(large_ratings(np.arange(1_000_000)), (1, 5))
    assert len(trainset.timestamps) == 1_000_000
    assert bytes_of_a_rating(trainset) - bytes_of_a_rating(without) == pytest.approx(8, abs=0.01)


# Extending


def test_extended_keeps_what_was_there():
    old = [("u", "i", 4.0), ("v", "i", 2.0), ("u", "j", 1.0)]
    new = [("w", "i", 5.0), ("u", "k", 3.0), ("u", "i", 2.0), ("w", "k", 1.0)]
    trainset = trainset_of_tuples(old)
    union, added = trainset.extended(columns_of(new))
    for extended in (union, added):
        assert extended.user_ids == ["u", "v", "w"]
        assert extended.item_ids == ["i", "j", "k"]
        assert extended.rating_scale == trainset.rating_scale
    assert union.ur[0] == [(0, 4.0), (1, 1.0), (2, 3.0), (0, 2.0)]
    assert union.ir[0] == [(0, 4.0), (1, 2.0), (2, 5.0), (0, 2.0)]
    assert list(added.all_ratings()) == [(0, 2, 3.0), (0, 0, 2.0), (2, 0, 5.0), (2, 2, 1.0)]
    assert sorted(added.build_testset()) == sorted(new)
    assert list(trainset.all_ratings()) == [(0, 0, 4.0), (0, 1, 1.0), (1, 0, 2.0)]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 5)), min_size=1),
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 5)), min_size=1),
)
def test_extended_is_the_training_set_of_both(old, new):
    union, added = trainset_of_tuples(old).extended(columns_of(new))
    expected = trainset_of_tuples([*old, *new])
    assert (union.user_ids, union.item_ids) == (expected.user_ids, expected.item_ids)
    assert (dict(union.ur), dict(union.ir)) == (dict(expected.ur), dict(expected.ir))
    assert sorted(added.build_testset()) == sorted(new)


def columns_of(tuples):
    return Ratings.from_columns(*map(list, zip(*tuples, strict=True)))


def trainset_of_tuples(tuples):
    return Trainset.from_ratings(columns_of(tuples), (1, 5))


def test_sides_that_hold_different_ratings_are_refused():
    ur, ir = {0: [(0, 4.0)], 1: [(1, 2.0)]}, {0: [(0, 4.0)], 1: [(1, 2.0)]}
    ids = {"u": 0, "v": 1}, {"i": 0, "j": 1}
    assert Trainset(ur, ir, 2, 2, 2, (1, 5), *ids).n_ratings == 2
    for other in ({0: [(1, 4.0)], 1: [(0, 2.0)]}, {0: [(0, 4.0)], 1: [(1, 3.0)]}):
        with pytest.raises(ValueError, match="ur and ir do not hold the same ratings"):
            Trainset(ur, other, 2, 2, 2, (1, 5), *ids)
