import datetime
import gzip

import numpy as np
import pytest

from astonish import SVD, Dataset, Reader, Trainset, make_ratings
from astonish.collab import CollabDataLoaders
from astonish.model_selection import train_test_split

from ...data.helpers import make_frame, require

# Seed 42 holds out rows 2 and 6, in that order: users 7 and 3.
COLUMNS = {
    "user": [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    "time": list(range(10)),
    "title": list("jihgfedcba"),
    "stars": [1.0, 2, 3, 4, 5, 1, 2, 3, 4, 4.5],
}
NAMES = {"user_name": "user", "item_name": "title", "rating_name": "stars"}
TRIPLES = list(zip(COLUMNS["user"], COLUMNS["title"], COLUMNS["stars"], strict=True))


@pytest.fixture
def dls(library):
    return CollabDataLoaders.from_df(make_frame(library, COLUMNS), seed=42, bs=4, **NAMES)


def decoded(dls, loader):
    """The ratings of a loader as raw ids and values."""
    users, items = dls.classes.values()
    codes = users.map_ids(loader.users), items.map_ids(loader.items)
    return list(zip(*codes, loader.ratings.tolist(), strict=True))


class TestLikeFastai:
    @pytest.fixture(autouse=True)
    def _import(self):
        self.pd = require("pandas")

    def series(self, values, dtype, categories):
        if categories is None:
            return self.pd.Series(values, dtype=dtype)
        kind = self.pd.CategoricalDtype(categories, ordered="ordered" in dtype)
        return self.pd.Series(values, dtype=kind)

    def test_splits_and_codes(self, recorded):
        for case in recorded["cases"]:
            users, items = (
                self.series(**recorded["columns"][case[side]]) for side in ("user", "item")
            )
            frame = self.pd.DataFrame({"u": users, "i": items, "r": np.arange(len(users))})
            dls = CollabDataLoaders.from_df(
                frame, case["valid_pct"], seed=case["seed"], bs=3, val_bs=4
            )
            assert [list(known) for known in dls.classes.values()] == case["classes"]
            for part in ("train", "valid"):
                loader = dls.train if part == "train" else dls.valid
                assert loader.users.tolist() == case[part]["u"]
                assert loader.items.tolist() == case[part]["i"]
                assert loader.ratings.tolist() == case[part]["r"]
            if dls.train.n >= 3:  # fastai has no batch at all where the rows do not fill one
                assert [len(dls.train), len(dls.valid)] == case["n_batches"]

    def test_ids_are_plain_objects(self):
        frame = self.pd.DataFrame({"u": [1, 2], "i": ["a", "b"], "r": [1, 2]})
        dls = CollabDataLoaders.from_df(frame, valid_pct=0)
        assert [type(raw_id) for raw_id in dls.classes["u"]] == [str, int, int]

    def test_columns_may_have_numbers_for_names(self):
        frame = self.pd.DataFrame(TRIPLES)
        dls = CollabDataLoaders.from_df(frame, seed=42, item_name=1)
        assert list(dls.classes) == [0, 1]
        assert dls.rating_name == 2

    def test_names_that_are_there_twice(self):
        frame = self.pd.DataFrame([[1, 2, 3.0]], columns=["u", "u", "r"])
        with pytest.raises(ValueError, match="unique column names"):
            CollabDataLoaders.from_df(frame)


class TestFromDf:
    def test_the_seed_holds_out_the_same_rows_in_every_library(self, dls):
        assert decoded(dls, dls.valid) == [("#na#", "h", 3.0), ("#na#", "d", 2.0)]
        rows = [1, 8, 4, 5, 0, 9, 3, 7]
        assert decoded(dls, dls.train) == [TRIPLES[row] for row in rows]

    def test_numbers_have_the_ids_of_training_and_texts_all(self, dls):
        assert dls.classes["user"] == ["#na#", 0, 1, 2, 4, 5, 6, 8, 9]
        assert dls.classes["title"] == ["#na#", *"abcdefghij"]

    def test_names(self, dls):
        assert (dls.user_name, dls.item_name, dls.rating_name) == ("user", "title", "stars")
        assert list(dls.classes) == ["user", "title"]

    def test_names_are_those_of_the_first_columns_by_default(self, library):
        frame = make_frame(library, {name: COLUMNS[name] for name in ("title", "user", "stars")})
        dls = CollabDataLoaders.from_df(frame)
        assert list(dls.classes) == ["title", "user"]
        assert dls.rating_name == "stars"

    def test_the_parts_are_cut_into_batches(self, dls):
        assert (len(dls.train), len(dls.valid), dls.train.bs, dls.valid.bs) == (2, 1, 4, 4)
        assert dls[0] is dls.train
        assert dls[1] is dls.valid

    def test_times_have_the_ids_of_training(self, library):
        days = [datetime.datetime(2020, 1, day) for day in range(1, 11)]
        frame = make_frame(library, {"u": days, "i": list("abcdefghij"), "r": COLUMNS["stars"]})
        dls = CollabDataLoaders.from_df(frame, seed=42)
        assert dls.classes["u"].ids == [days[row] for row in range(10) if row not in (2, 6)]
        assert dls.valid.users.tolist() == [0, 0]

    def test_missing_ids_are_refused(self, library):
        frame = make_frame(library, {"u": ["a", None], "i": [1, 2], "r": [1, 2]})
        with pytest.raises(ValueError, match="the id in row 1 of column 'u' is missing"):
            CollabDataLoaders.from_df(frame)

    def test_ratings_must_be_finite(self, library):
        frame = make_frame(library, {"u": [1, 2], "i": [1, 2], "r": [1.0, float("nan")]})
        with pytest.raises(ValueError, match=r"rating number 1 \(user 2, item 2\) is nan"):
            CollabDataLoaders.from_df(frame)

    def test_ratings_must_be_numbers(self, library):
        frame = make_frame(library, {"u": [1, 2], "i": [1, 2], "r": ["good", "bad"]})
        with pytest.raises(TypeError, match=r"the ratings in column 'r' .* are not numbers"):
            CollabDataLoaders.from_df(frame)

    def test_an_unknown_column_is_named_and_those_there_are(self, library):
        frame = make_frame(library, COLUMNS)
        there = "'user', 'time', 'title', 'stars'"
        with pytest.raises(ValueError, match=f"item_name='movie' must be one column of {there}"):
            CollabDataLoaders.from_df(frame, item_name="movie")

    def test_columns_must_differ(self, library):
        frame = make_frame(library, COLUMNS)
        with pytest.raises(ValueError, match="user_name='title' is wanted as another column, too"):
            CollabDataLoaders.from_df(frame, user_name="title", item_name="title")

    def test_three_columns_are_needed(self, library):
        frame = make_frame(library, {"u": [1], "i": [2]})
        with pytest.raises(ValueError, match=r"at least three columns .*got 2: u, i"):
            CollabDataLoaders.from_df(frame)

    def test_rows_are_needed(self, library):
        nothing = np.array([], dtype=np.int64)
        frame = make_frame(library, {"u": nothing, "i": nothing, "r": nothing})
        with pytest.raises(ValueError, match="ratings is empty: it needs at least one rating"):
            CollabDataLoaders.from_df(frame)

    @pytest.mark.parametrize("other", [TRIPLES, None, "ratings.csv", 3])
    def test_only_frames_are_taken(self, other):
        with pytest.raises(TypeError, match=r"ratings must be a frame .*from_dataset takes"):
            CollabDataLoaders.from_df(other)


class TestPolars:
    def test_categories_have_all_of_their_texts(self):
        pl = require("polars")
        titles = list("zaqbzaqbza")
        order = ["q", "x", "z", "b", "a"]
        frame = pl.DataFrame({"u": range(10), "i": titles, "r": COLUMNS["stars"]})
        classes = [
            CollabDataLoaders.from_df(frame.with_columns(pl.col("i").cast(dtype))).classes["i"]
            for dtype in (pl.Categorical, pl.Enum(order))
        ]
        assert classes == [["#na#", *"abqz"], ["#na#", *order]]


@pytest.fixture
def from_triples():
    return CollabDataLoaders.from_dataset(TRIPLES, seed=42, bs=4)


class TestTrainset:
    def test_inner_ids_are_codes_less_one(self, from_triples):
        dls, trainset = from_triples, from_triples.trainset
        assert isinstance(trainset, Trainset)
        assert trainset.user_ids == dls.classes["user"].ids
        assert trainset.item_ids == dls.classes["item"].ids
        assert sorted(trainset.build_testset()) == sorted(decoded(dls, dls.train))
        assert trainset.to_inner_iid("b") == dls.classes["item"].o2i["b"] - 1

    def test_ids_of_the_validation_part_have_no_rating(self, from_triples):
        trainset = from_triples.trainset
        held_out = [trainset.to_inner_iid(title) for title in "hd"]
        assert [trainset.knows_item(inner) for inner in held_out] == [False, False]
        assert (trainset.n_users, trainset.n_items, trainset.n_ratings) == (8, 10, 8)

    def test_the_scale_is_the_range_of_all_ratings(self):
        rows = [(user, 0, 1.0) for user in range(9)] + [(9, 0, 7.0)]
        scales = {
            CollabDataLoaders.from_dataset(rows, 0.5, seed=seed).trainset.rating_scale
            for seed in range(5)
        }
        assert scales == {(1.0, 7.0)}

    def test_models_fit_it(self):
        data = make_ratings(n_users=30, n_items=20, n_ratings=300)
        dls = CollabDataLoaders.from_dataset(data, seed=1)
        model = SVD(n_epochs=2, random_state=0).fit(dls.trainset)
        user, item, value = decoded(dls, dls.valid)[0]
        assert abs(model.predict(user, item).est - value) < 4


class TestFromDataset:
    def test_a_data_set_and_its_triples_are_one(self, from_triples):
        columns = map(list, zip(*TRIPLES, strict=True))
        frame = dict(zip(("user", "item", "rating"), columns, strict=True))
        pandas = require("pandas")
        data = Dataset.load_from_df(pandas.DataFrame(frame), Reader(rating_scale=(1, 5)))
        dls = CollabDataLoaders.from_dataset(data, seed=42, bs=4)
        assert dls.classes == from_triples.classes
        assert decoded(dls, dls.valid) == decoded(from_triples, from_triples.valid)
        assert decoded(dls, dls.train) == decoded(from_triples, from_triples.train)

    def test_numbers_have_the_ids_of_training(self, from_triples):
        assert from_triples.classes["user"] == ["#na#", 0, 1, 2, 4, 5, 6, 8, 9]
        assert from_triples.classes["item"] == ["#na#", *"abcdefghij"]

    def test_nothing_is_refused(self):
        with pytest.raises(ValueError, match="dataset is empty"):
            CollabDataLoaders.from_dataset([])


class TestFromTrainset:
    @pytest.fixture
    def parts(self):
        data = make_ratings(n_users=30, n_items=20, n_ratings=200)
        return train_test_split(data, random_state=0)

    def test_a_split_made_elsewhere(self, parts):
        trainset, testset = parts
        dls = CollabDataLoaders.from_trainset(trainset, [*testset, ("new", testset[0][1], 3.0)])
        assert dls.trainset is trainset
        assert dls.classes["user"].ids == trainset.user_ids
        assert decoded(dls, dls.train) == trainset.build_testset()
        known = set(trainset.user_ids), set(trainset.item_ids)
        expected = [
            (user if user in known[0] else "#na#", item if item in known[1] else "#na#", value)
            for user, item, value in testset
        ]
        assert decoded(dls, dls.valid)[:-1] == expected
        assert decoded(dls, dls.valid)[-1][0] == "#na#"

    def test_without_a_validation_part(self, parts):
        dls = CollabDataLoaders.from_trainset(parts[0], bs=16)
        assert (dls.valid.n, len(dls.valid)) == (0, 0)
        assert dls.train.bs == 16

    def test_anything_else_is_refused(self, parts):
        with pytest.raises(TypeError, match="trainset must be a Trainset, got Testset"):
            CollabDataLoaders.from_trainset(parts[1])


class TestOptions:
    def test_an_empty_validation_part(self):
        dls = CollabDataLoaders.from_dataset(TRIPLES, 0)
        assert (dls.train.n, dls.valid.n) == (10, 0)

    def test_one_rating_is_enough(self):
        dls = CollabDataLoaders.from_dataset(TRIPLES[:1])
        assert (len(dls.train), len(dls.valid)) == (1, 0)

    def test_batch_sizes(self):
        dls = CollabDataLoaders.from_dataset(TRIPLES, 0.5, bs=2, val_bs=3)
        assert (len(dls.train), len(dls.valid)) == (2, 2)

    @pytest.mark.parametrize("name", ["bs", "val_bs"])
    @pytest.mark.parametrize(("value", "error"), [(0, ValueError), ("8", TypeError)])
    def test_bad_batch_sizes(self, name, value, error):
        with pytest.raises(error, match=f"^{name} must be"):
            CollabDataLoaders.from_dataset(TRIPLES, **{name: value})

    @pytest.mark.parametrize(
        ("seed", "error"), [(2**64, ValueError), (-(2**63) - 1, ValueError), ("4", TypeError)]
    )
    def test_bad_seeds(self, seed, error):
        with pytest.raises(error, match="seed must be"):
            CollabDataLoaders.from_dataset(TRIPLES, seed=seed)

    def test_where_a_learner_keeps_its_files(self, tmp_path):
        assert CollabDataLoaders.from_dataset(TRIPLES, path=tmp_path).path == tmp_path
        with pytest.raises(TypeError, match="PathLike"):
            CollabDataLoaders.from_dataset(TRIPLES, path=3)


class TestBatches:
    def test_one_batch_is_of_the_training_part(self, from_triples):
        x, y = from_triples.one_batch()
        assert (x.shape, y.shape) == ((4, 2), (4, 1))
        users, items = from_triples.classes.values()
        rows = zip(users.map_ids(x[:, 0]), items.map_ids(x[:, 1]), y[:, 0].tolist(), strict=True)
        assert set(rows) < set(decoded(from_triples, from_triples.train))

    def test_the_seed_decides_the_order(self, from_triples):
        again = CollabDataLoaders.from_dataset(TRIPLES, seed=42, bs=4)
        for _ in range(3):
            assert again.one_batch()[0].tolist() == from_triples.one_batch()[0].tolist()

    def test_show_batch_prints_raw_ids(self, from_triples, capsys):
        assert from_triples.show_batch(max_n=3) is None
        lines = capsys.readouterr().out.splitlines()
        assert "user" in lines[1]
        shown = [tuple(field.strip() for field in line.split("│")[1:-1]) for line in lines[3:-1]]
        assert len(shown) == 3
        ratings = decoded(from_triples, from_triples.train)
        assert set(shown) < {(str(user), item, f"{value:g}") for user, item, value in ratings}

    @pytest.mark.parametrize(("max_n", "error"), [(0, ValueError), (2.5, TypeError)])
    def test_show_batch_shows_something(self, from_triples, max_n, error):
        with pytest.raises(error, match="max_n must be"):
            from_triples.show_batch(max_n)

    def test_ids_that_look_like_markup_are_shown_as_they_are(self, capsys):
        CollabDataLoaders.from_dataset([("[bold]", "[/]", 1.0)]).show_batch()
        assert "[bold]" in capsys.readouterr().out


class TestTestDl:
    def test_unknown_and_missing_ids_are_na(self, library, dls):
        frame = make_frame(library, {"title": ["a", "zz", None], "x": [0, 0, 0], "user": [0, 7, 9]})
        loader = dls.test_dl(frame)
        assert loader.users.tolist() == [1, 0, 8]
        assert loader.items.tolist() == [1, 0, 0]
        assert loader.ratings is None
        assert (loader.bs, len(loader)) == (4, 1)

    def test_ratings_are_taken_where_there_are_some(self, library, dls):
        frame = make_frame(library, COLUMNS)
        assert dls.test_dl(frame).ratings.tolist() == COLUMNS["stars"]
        assert dls.test_dl(frame, with_labels=True).ratings.tolist() == COLUMNS["stars"]
        assert dls.test_dl(frame, with_labels=False).ratings is None

    def test_columns_that_lack_are_named(self, library, dls):
        frame = make_frame(library, {"user": [1], "film": ["a"]})
        with pytest.raises(ValueError, match="item_name='title' must be one column of 'user', "):
            dls.test_dl(frame)
        frame = make_frame(library, {"user": [1], "title": ["a"]})
        with pytest.raises(ValueError, match="rating_name='stars' must be one column of 'user', "):
            dls.test_dl(frame, with_labels=True)

    def test_triples_and_data_sets(self, from_triples):
        loader = from_triples.test_dl(TRIPLES)
        assert [rating for _, _, rating in decoded(from_triples, loader)] == COLUMNS["stars"]
        trainset = from_triples.test_dl(from_triples.trainset)
        assert set(decoded(from_triples, trainset)) < set(TRIPLES)
        assert from_triples.test_dl(TRIPLES, with_labels=False).ratings is None

    def test_ratings_must_be_finite(self, library, dls):
        columns = {"user": [1, 2], "title": ["a", "b"], "stars": [1.0, float("nan")]}
        frame = make_frame(library, columns)
        with pytest.raises(ValueError, match="rating number 1 is nan: it must be a finite number"):
            dls.test_dl(frame)

    def test_anything_else_is_refused(self, from_triples):
        with pytest.raises(TypeError, match=r"ratings must be a frame .*a list of"):
            from_triples.test_dl(3)


class TestFromCsv:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "ratings.csv"
        rows = zip(*COLUMNS.values(), strict=True)
        lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in rows)]
        path.write_text("\n".join(lines) + "\n")
        return path

    def test_a_file_is_its_frame(self, file):
        pandas = require("pandas")
        ours = CollabDataLoaders.from_csv(file, seed=42, bs=4, **NAMES)
        frame = CollabDataLoaders.from_df(pandas.read_csv(file), seed=42, bs=4, **NAMES)
        assert ours.classes == frame.classes
        assert decoded(ours, ours.train) == decoded(frame, frame.train)
        assert decoded(ours, ours.valid) == decoded(frame, frame.valid)
        assert (ours.user_name, ours.item_name, ours.rating_name) == ("user", "title", "stars")
        assert [type(raw_id) for raw_id in ours.classes["user"].ids] == [int] * 8

    def test_it_may_be_compressed(self, file):
        packed = file.with_suffix(".csv.gz")
        packed.write_bytes(gzip.compress(file.read_bytes()))
        dls = CollabDataLoaders.from_csv(str(packed), 0, item_name="title", rating_name="stars")
        assert dls.train.n == 10

    def test_an_unknown_column(self, file):
        with pytest.raises(ValueError, match=r"ratings.csv: user_name='who' must be one column of"):
            CollabDataLoaders.from_csv(file, user_name="who")

    def test_a_file_without_rows(self, tmp_path):
        path = tmp_path / "empty.csv"
        path.write_text("user,title,stars\n")
        with pytest.raises(ValueError, match="ratings is empty"):
            CollabDataLoaders.from_csv(path)


class TestRealData:
    def test_movielens(self, real_data):
        """As many titles as fastai's tutorial has on today's pandas: 1664, and '#na#'."""
        pandas = require("pandas")
        names = ["user", "movie", "rating", "timestamp"]
        ratings = pandas.read_csv(real_data / "ml-100k" / "u.data", sep="\t", names=names)
        movies = pandas.read_csv(
            real_data / "ml-100k" / "u.item",
            sep="|",
            encoding="latin-1",
            usecols=(0, 1),
            names=("movie", "title"),
        )
        dls = CollabDataLoaders.from_df(ratings.merge(movies), item_name="title", bs=64)
        assert len(dls.classes["user"]) == 944
        assert len(dls.classes["title"]) == 1665
        assert (dls.train.n, len(dls.train), dls.valid.n) == (80_000, 1250, 20_000)
