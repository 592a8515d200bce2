"""Reading and grouping ratings gives what scikit-surprise gives."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import astonish
from astonish import model_selection

surprise = pytest.importorskip("surprise", reason="compares with scikit-surprise")

FOLDS = range(1, 6)
ML_100K = {"name": "ml-100k"}
ML_LATEST = {
    "line_format": "user item rating timestamp",
    "sep": ",",
    "rating_scale": (0.5, 5),
    "skip_lines": 1,
}


def load_both(path, reader):
    """The data set of a file, as astonish and as scikit-surprise read it."""
    return [
        library.Dataset.load_from_file(path, library.Reader(**reader))
        for library in (astonish, surprise)
    ]


def assert_same_trainset(ours, theirs):
    """All that is public, in order, of the same types and to the last bit."""
    assert (ours.n_users, ours.n_items, ours.n_ratings) == (
        theirs.n_users,
        theirs.n_items,
        theirs.n_ratings,
    )
    assert list(ours.ur.items()) == list(theirs.ur.items())
    assert list(ours.ir.items()) == sorted(theirs.ir.items())
    for raw_to_inner in ("_raw2inner_id_users", "_raw2inner_id_items"):
        numbering = list(getattr(theirs, raw_to_inner).items())
        assert list(getattr(ours, raw_to_inner).items()) == numbering
    assert ours.rating_scale == theirs.rating_scale
    assert type(ours.global_mean) is type(theirs.global_mean)
    assert ours.global_mean.tobytes() == theirs.global_mean.tobytes()
    assert list(ours.all_ratings()) == list(theirs.all_ratings())
    assert ours.build_testset() == theirs.build_testset()


@pytest.fixture(scope="module")
def ml_100k(real_data):
    return load_both(real_data / "ml-100k" / "u.data", ML_100K)


@pytest.fixture(scope="module")
def ml_latest(real_data):
    return load_both(real_data / "ml-latest-small" / "ratings.csv", ML_LATEST)


class TestMovielens100k:
    def test_raw_ratings(self, ml_100k):
        ours, theirs = ml_100k
        assert ours.raw_ratings == theirs.raw_ratings

    def test_trainset(self, ml_100k):
        assert_same_trainset(*(data.build_full_trainset() for data in ml_100k))

    def test_anti_testset(self, ml_100k):
        # The last 500 ratings: all pairs of all users and items take seconds.
        ours, theirs = (
            data.construct_trainset(data.raw_ratings[-500:]).build_anti_testset()
            for data in ml_100k
        )
        assert ours == theirs
        assert type(ours[0][2]) is type(theirs[0][2])

    def test_a_shuffled_part(self, ml_100k):
        rows = np.random.RandomState(0).permutation(100_000)[:20_000]
        assert_same_trainset(
            *(data.construct_trainset([data.raw_ratings[row] for row in rows]) for data in ml_100k)
        )

    @pytest.mark.parametrize("fold", FOLDS)
    def test_predefined_folds(self, real_data, fold):
        files = [tuple(real_data / "ml-100k" / f"u{fold}.{part}" for part in ("base", "test"))]
        (ours,), (theirs,) = (
            list(selection.PredefinedKFold().split(library.Dataset.load_from_folds(files, reader)))
            for library, selection, reader in (
                (astonish, model_selection, astonish.Reader("ml-100k")),
                (surprise, surprise.model_selection, surprise.Reader("ml-100k")),
            )
        )
        assert_same_trainset(ours[0], theirs[0])
        assert ours[1] == theirs[1]


class TestMovielensLatest:
    def test_raw_ratings(self, ml_latest):
        ours, theirs = ml_latest
        assert ours.raw_ratings == theirs.raw_ratings

    def test_trainset(self, ml_latest):
        assert_same_trainset(*(data.build_full_trainset() for data in ml_latest))

    def test_testset(self, ml_latest):
        ours, theirs = (data.construct_testset(data.raw_ratings[::7]) for data in ml_latest)
        assert ours == theirs


ids = st.one_of(st.integers(0, 5), st.text("ab", max_size=2), st.sampled_from([None, 2.0, True]))
raw_ratings = st.lists(
    st.tuples(ids, ids, st.floats(-1e6, 1e6), st.none()), min_size=1, max_size=40
)


class TestAnyRatings:
    @given(raw_ratings)
    def test_trainsets_are_the_same(self, raw):
        ours, theirs = (
            library.Dataset(library.Reader()).construct_trainset(raw)
            for library in (astonish, surprise)
        )
        assert_same_trainset(ours, theirs)
        assert ours.build_anti_testset() == theirs.build_anti_testset()
        assert ours.build_anti_testset(2) == theirs.build_anti_testset(2)

    @given(raw_ratings)
    def test_a_trainset_of_theirs_can_be_taken_over(self, raw):
        theirs = surprise.Dataset(surprise.Reader()).construct_trainset(raw)
        ours = astonish.Trainset(
            theirs.ur,
            theirs.ir,
            theirs.n_users,
            theirs.n_items,
            theirs.n_ratings,
            theirs.rating_scale,
            theirs._raw2inner_id_users,
            theirs._raw2inner_id_items,
        )
        assert_same_trainset(ours, theirs)
        assert_same_trainset(pickle.loads(pickle.dumps(ours)), theirs)


@pytest.fixture
def trainsets():
    raw = [("ann", "up", 4.0, None), ("bob", "up", 1.0, None), ("ann", "big", 3.0, None)]
    return [
        library.Dataset(library.Reader()).construct_trainset(raw)
        for library in (astonish, surprise)
    ]


def answer(function, *arguments):
    try:
        return function(*arguments)
    except ValueError as error:
        return str(error)


class TestIds:
    @pytest.mark.parametrize(
        "inner",
        [
            *(0, 1, 2, -1, 10**30, True, np.int64(1), np.uint8(0), np.int32(7)),
            *(0.0, 1.0, 0.5, -0.0, np.float32(1), float("nan"), float("inf")),
            *("0", "UKN__dan", None, (0,), b"0"),
        ],
    )
    def test_inner_ids(self, trainsets, inner):
        ours, theirs = (
            [
                trainset.knows_user(inner),
                trainset.knows_item(inner),
                trainset.ur.get(inner),
                trainset.ir.get(inner, "nothing"),
                answer(trainset.to_raw_uid, inner),
                answer(trainset.to_raw_iid, inner),
                trainset.ur[inner],
            ]
            for trainset in trainsets
        )
        assert ours == theirs

    @pytest.mark.parametrize("raw", ["ann", "up", "dan", None, 0, np.str_("ann"), ("ann",)])
    def test_raw_ids(self, trainsets, raw):
        ours, theirs = (
            [answer(trainset.to_inner_uid, raw), answer(trainset.to_inner_iid, raw)]
            for trainset in trainsets
        )
        assert ours == theirs


FIELDS = ["user", "item", "rating", "timestamp"]
LINE_FORMATS = st.lists(st.sampled_from([*FIELDS, "genre"]), min_size=2, max_size=5).map(" ".join)
LINES = st.lists(
    st.one_of(st.sampled_from(["1", "4.5", " a ", "", "nan", "1_0", '"x"']), st.text(max_size=3)),
    max_size=6,
)


class TestReader:
    @given(LINE_FORMATS, st.sampled_from([None, ",", "::", "\t", " "]), LINES)
    def test_lines_are_parsed_the_same(self, line_format, sep, fields):
        line = (sep or " ").join(fields)

        def parse(library):
            reader = library.Reader(line_format=line_format, sep=sep)
            return [vars(reader), repr(reader.parse_line(line))]  # repr: nan is not nan

        assert outcome(parse, astonish) == outcome(parse, surprise)

    @pytest.mark.parametrize("name", ["ml-100k", "ml-1m", "jester"])
    def test_the_builtin_formats_are_the_same(self, name):
        assert vars(astonish.Reader(name)) == vars(surprise.Reader(name))


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except ValueError:
        return ValueError


@pytest.fixture(scope="module")
def pandas():
    return pytest.importorskip("pandas", reason="makes frames of pandas")


# Ids that are equal have one type here: of 1 and True in one column the first stands for both.
frame_ids = st.sampled_from(
    [
        st.integers(-9, 9),
        st.text("ab1"),
        st.floats(0, 9),
        st.booleans(),
        st.dates(),
        st.one_of(st.integers(0, 9), st.text("19", max_size=1)),
    ]
)


class TestFrames:
    @given(frame_ids, frame_ids, st.data())
    def test_raw_ratings_of_a_pandas_frame(self, pandas, users, items, data):
        row = st.tuples(users, items, st.floats(1, 5))
        rows = data.draw(st.lists(row, min_size=1, max_size=20))
        frame = pandas.DataFrame(rows, columns=["user", "item", "rating"])
        ours, theirs = (
            library.Dataset.load_from_df(frame, library.Reader())
            for library in (astonish, surprise)
        )
        assert list(map(repr, ours.raw_ratings)) == list(map(repr, theirs.raw_ratings))
