import pickle
import random

import numpy as np
import pytest
from scipy.sparse import csr_array

from astonish import Dataset, Reader, Trainset
from astonish.data.dataset import DatasetAutoFolds, DatasetUserFolds
from astonish.data.loaders import load_any_file
from astonish.data.ratings import Ratings
from astonish.model_selection import KFold

RAW = [
    ("ann", "up", 4.0, "99"),
    ("bob", "up", 1.0, "98"),
    ("ann", "big", 3.0, "97"),
    ("bob", "up", 2.0, "96"),
]
TEXT = "ann,up,4,99\nbob,up,1,98\nann,big,3,97\nbob,up,2,96\n"


def csv(**options):
    return Reader(line_format="user item rating timestamp", sep=",", **options)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(TEXT)
    return path


@pytest.fixture
def data(path):
    return Dataset.load_from_file(path, csv())


class TestLoading:
    def test_a_file(self, data, path):
        assert data.raw_ratings == RAW
        assert data.ratings_file == path
        assert data.reader.rating_scale == (1, 5)
        assert data.has_been_split is False

    def test_the_constructor_takes_what_scikit_surprise_takes(self, path):
        assert DatasetAutoFolds(path, csv()).raw_ratings == RAW
        assert DatasetAutoFolds(ratings_file=path, reader=csv()).raw_ratings == RAW

    def test_without_a_source_it_is_refused(self):
        with pytest.raises(ValueError, match="Must specify ratings file or dataframe"):
            DatasetAutoFolds(reader=csv())

    @pytest.mark.parametrize("reader", [None, ",", Reader])
    def test_a_reader_is_needed(self, path, reader):
        with pytest.raises(TypeError, match="reader must be a Reader"):
            Dataset.load_from_file(path, reader)

    def test_a_file_without_ratings_is_named(self, tmp_path):
        (tmp_path / "nothing.csv").write_text("user,item,rating\n")
        with pytest.raises(ValueError, match=r"the data set is empty: .*nothing\.csv holds no"):
            Dataset.load_from_file(tmp_path / "nothing.csv", csv(skip_lines=1))

    def test_one_rating_is_enough(self, tmp_path):
        (tmp_path / "one.csv").write_text("ann,up,4,99")
        trainset = Dataset.load_from_file(tmp_path / "one.csv", csv()).build_full_trainset()
        assert (trainset.n_users, trainset.n_items, trainset.n_ratings) == (1, 1, 1)

    def test_its_text_is_short(self, data):
        assert repr(data) == "<Dataset: 4 ratings of 2 items by 2 users>"

    def test_a_pickle_is_the_same(self, data):
        data.raw_ratings.reverse()
        assert pickle.loads(pickle.dumps(data)).raw_ratings == RAW[::-1]


class TestRatingScale:
    def test_ratings_beyond_it_are_kept_under_one_warning(self, path):
        with pytest.warns(
            UserWarning, match=r"from 1 to 4 go beyond rating_scale=\(2, 3\)"
        ) as seen:
            data = Dataset.load_from_file(path, csv(rating_scale=(2, 3)))
        assert len(seen) == 1
        assert data.raw_ratings == RAW
        assert data.build_full_trainset().global_mean == 2.5

    def test_the_warning_points_to_the_caller(self, path):
        with pytest.warns(UserWarning, match="go beyond") as seen:
            Dataset.load_from_file(path, csv(rating_scale=(2, 5)))
        assert seen[0].filename == __file__

    def test_also_for_a_matrix(self):
        with pytest.warns(UserWarning, match="from 9 to 9 go beyond") as seen:
            Dataset.load_from_sparse(csr_array([[9.0]]), Reader())
        assert [warning.filename for warning in seen] == [__file__]

    def test_also_for_a_file_of_unknown_format(self, path):
        with pytest.warns(UserWarning, match="from 1 to 4 go beyond") as seen:
            load_any_file(path, rating_scale=(2, 3))
        assert [warning.filename for warning in seen] == [__file__]

    def test_also_for_a_subclass(self, path):
        with pytest.warns(UserWarning, match="go beyond") as seen:
            ReadsElsewhere(path, csv(rating_scale=(0, 1)))
        assert [warning.filename for warning in seen] == [__file__]

    @pytest.mark.parametrize("scale", [(1, 4), (0, 9), (-np.float32(1), 4)])
    def test_ratings_within_it_give_none(self, path, scale):
        assert Dataset.load_from_file(path, csv(rating_scale=scale)).reader.rating_scale == scale


class TestRawRatings:
    def test_they_are_made_when_asked_for(self, data, monkeypatch):
        monkeypatch.delattr(Ratings, "to_tuples")
        assert data.build_full_trainset().n_ratings == 4
        assert len(next(KFold(2).split(data))[1]) == 2

    def test_they_are_made_once(self, data):
        assert data.raw_ratings is data.raw_ratings

    def test_they_are_a_list_of_tuples(self, data):
        assert type(data.raw_ratings) is list
        assert [type(entry) for entry in data.raw_ratings[0]] == [str, str, float, str]

    def test_shuffling_them_counts(self, data):
        random.Random(1).shuffle(data.raw_ratings)
        assert data.raw_ratings != RAW
        assert list(data.ratings) == data.raw_ratings
        assert data.build_full_trainset().user_ids[0] == data.raw_ratings[0][0]

    def test_cutting_them_counts(self, data):
        del data.raw_ratings[1:]
        assert data.build_full_trainset().build_testset() == [("ann", "up", 4.0)]

    def test_assigning_them_counts(self, data):
        data.raw_ratings = data.raw_ratings[2:]
        assert data.build_full_trainset().build_testset() == [
            ("ann", "big", 3.0),
            ("bob", "up", 2.0),
        ]

    def test_the_recipe_for_an_unbiased_estimate(self, data):
        raw_ratings = data.raw_ratings
        threshold = int(0.5 * len(raw_ratings))
        kept, held_out = raw_ratings[:threshold], raw_ratings[threshold:]
        data.raw_ratings = kept
        assert data.build_full_trainset().n_ratings == 2
        assert data.construct_testset(held_out) == [("ann", "big", 3.0), ("bob", "up", 2.0)]

    def test_nothing_may_be_left_to_train_on(self, data):
        data.raw_ratings = []
        with pytest.raises(ValueError, match="the training set is empty"):
            data.build_full_trainset()

    def test_a_rating_that_is_not_finite_is_named(self, data):
        data.raw_ratings.append(("cid", "up", float("nan"), None))
        with pytest.raises(ValueError, match=r"rating number 4 \(user 'cid', item 'up'\) is nan"):
            data.build_full_trainset()


class TestConstruct:
    def test_a_trainset_of_tuples(self, data):
        trainset = data.construct_trainset(RAW[1:])
        assert (trainset.user_ids, trainset.item_ids) == (["bob", "ann"], ["up", "big"])
        assert trainset.ur == {0: [(0, 1.0), (0, 2.0)], 1: [(1, 3.0)]}
        assert trainset.rating_scale == (1, 5)

    def test_a_testset_of_tuples(self, data):
        assert data.construct_testset(RAW[:2]) == [("ann", "up", 4.0), ("bob", "up", 1.0)]

    def test_a_testset_leaves_ratings_as_they_are(self, data):
        assert data.construct_testset([("ann", "up", "?", None)]) == [("ann", "up", "?")]

    def test_a_testset_may_be_empty(self, data):
        assert data.construct_testset([]) == []

    def test_the_scale_is_read_when_it_is_needed(self, data):
        data.reader.rating_scale = (0, 9)
        assert data.build_full_trainset().rating_scale == (0, 9)

    @pytest.mark.parametrize(
        "user", [7, "7", 7.5, None, np.int64(7), np.str_("7"), (7, 8), frozenset({7}), True]
    )
    def test_any_hashable_is_an_id(self, user):
        trainset = Dataset(Reader()).construct_trainset([(user, "up", 4.0, None)])
        assert trainset.user_ids[0] is user
        assert trainset.to_inner_uid(user) == 0

    def test_a_number_is_the_same_id_in_every_type(self):
        raw = [(7, "up", 4.0, None), (np.int64(7), "up", 3.0, None), (7.0, "up", 2.0, None)]
        assert Dataset(Reader()).construct_trainset(raw).user_ids == [7]

    def test_read_ratings_gives_tuples(self, path):
        assert Dataset(csv()).read_ratings(path) == RAW
        assert type(Dataset(csv()).read_ratings(path)) is list


class GoodRatingsOnly(DatasetAutoFolds):
    def construct_trainset(self, raw_trainset):
        return super().construct_trainset([raw for raw in raw_trainset if raw[2] >= 3])

    def construct_testset(self, raw_testset):
        return [("someone", item, value) for _, item, value, _ in raw_testset]


class ReadsElsewhere(DatasetAutoFolds):
    def read_ratings(self, file_name):
        return [(file_name, "up", 5.0, None)]


class OfTuples(DatasetAutoFolds):
    """The recipe of scikit-surprise's users for data that is neither file nor frame."""

    def __init__(self, raw_ratings, reader):
        self.raw_ratings = raw_ratings
        self.reader = reader


class TestSubclasses:
    def test_construct_trainset_may_be_overridden(self, path):
        assert GoodRatingsOnly(path, csv()).build_full_trainset().n_ratings == 2

    def test_splits_use_the_overriding_methods(self, path):
        trainset, testset = next(KFold(2, shuffle=False).split(GoodRatingsOnly(path, csv())))
        assert trainset.build_testset() == [("ann", "big", 3.0)]
        assert testset == [("someone", "up", 4.0), ("someone", "up", 1.0)]

    def test_read_ratings_may_be_overridden(self):
        data = ReadsElsewhere("nowhere", Reader())
        assert data.raw_ratings == [("nowhere", "up", 5.0, None)]

    def test_the_constructor_may_be_replaced(self):
        data = OfTuples(RAW, Reader())
        assert data.build_full_trainset().n_ratings == 4
        assert [len(testset) for _, testset in KFold(4).split(data)] == [1, 1, 1, 1]


class TestFolds:
    def test_the_files_are_kept(self, path):
        data = Dataset.load_from_folds([(path, path)], csv())
        assert isinstance(data, DatasetUserFolds)
        assert data.folds_files == [(path, path)]

    def test_they_are_read_through_the_reader(self, path):
        data = Dataset.load_from_folds([(str(path), str(path))], csv())
        trainset = data.construct_trainset(data.read_ratings(data.folds_files[0][0]))
        assert isinstance(trainset, Trainset)
        assert trainset.n_ratings == 4

    def test_a_missing_file_is_named(self, path, tmp_path):
        with pytest.raises(ValueError, match=r"File .*nowhere does not exist"):
            Dataset.load_from_folds([(path, tmp_path / "nowhere")], csv())

    def test_the_tilde_is_the_home_folder(self, path, monkeypatch):
        monkeypatch.setenv("HOME", str(path.parent))
        monkeypatch.setenv("USERPROFILE", str(path.parent))
        data = Dataset.load_from_folds([("~/ratings.csv", path)], csv())
        assert data.read_ratings("~/ratings.csv") == RAW

    def test_a_reader_is_needed(self, path):
        with pytest.raises(TypeError, match="reader must be a Reader, got None"):
            Dataset.load_from_folds([(path, path)], None)


class TestTitles:
    def test_most_sources_have_none(self, data):
        assert (data.item_titles, data.item_genres) == ({}, {})
