"""Ratings as fastai's collaborative filtering takes them: split, coded, in batches."""

from pathlib import Path
from typing import Any

import numpy as np

from astonish.collab.loaders import named_ratings
from astonish.collab.loaders.categories import CategoryMap
from astonish.collab.loaders.coding import classes_of, codes_of, trainset_of
from astonish.collab.loaders.loader import Batch, RatingsLoader
from astonish.collab.loaders.named_ratings import NamedRatings
from astonish.collab.loaders.pair_table import print_pairs
from astonish.collab.loaders.random_split import check_seed, seeded_rng, split_rows
from astonish.data.any_ratings import as_ratings
from astonish.data.ratings import Ratings
from astonish.data.trainset import Trainset
from astonish.support.checks import check_integer


class CollabDataLoaders:
    """Ratings split into a training and a validation part, both coded.

    Data loaders are made by the ``from_`` methods, never directly.

    A code is the index of an id among the classes of its column; code 0 is '#na#', any id
    without a code of its own. A
    column of numbers or times has the ids of the training part, ascending, so that one met in
    validation alone is '#na#'; a column of texts has all its ids, ascending, held out or not; a
    column of categories has all of them in their own order. These are fastai's rules. A missing id
    is '#na#' to fastai, which trains on it; here it is an error, except in `test_dl`.

    Attributes
    ----------
    train, valid : RatingsLoader
        The two parts. Batches of `train` come in a new random order every time, and what does not
        fill a batch is left out, unless it is all there is; `valid` has all rows in their order.
    classes : dict of column name to CategoryMap
        The ids of users and items behind the codes.
    user_name, item_name, rating_name : str
        Names of the columns.
    trainset : Trainset
        The training part. An inner id is the code less 1; ids that only the validation part has
        are known without a rating. Its scale is the range of all ratings.
    seed : int or None
        What decided the split.
    path : pathlib.Path
        Where a learner keeps its files.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.make_ratings(n_users=20, n_items=30, n_ratings=200)
    >>> dls = CollabDataLoaders.from_dataset(data, seed=42, bs=32)
    >>> dls
    <CollabDataLoaders: 160 training and 40 validation ratings of 30 items by 20 users>
    >>> dls.classes["user"]
    (#21) ['#na#', '1', '10', '11', '12', '13', '14', '15', '16', '17', ...]
    >>> x, y = dls.one_batch()
    >>> x.shape, y.shape
    ((32, 2), (32, 1))
    """

    def __init__(
        self,
        train: Ratings,
        valid: Ratings,
        classes: dict[Any, CategoryMap],
        rating_name: Any = "rating",
        trainset: Trainset | None = None,
        *,
        seed: int | None,
        path: str | Path,
        bs: int,
        val_bs: int | None,
    ) -> None:
        self.seed = check_seed(seed)
        self.path = Path(path)
        self.classes = classes
        self.user_name, self.item_name = classes
        self.rating_name = rating_name
        bs = check_integer("bs", bs, 1)
        val_bs = bs if val_bs is None else check_integer("val_bs", val_bs, 1)
        order = seeded_rng(self.seed)
        users, items = codes_of(classes, train)
        self.train = RatingsLoader(users, items, train.values, bs, drop_last=True, rng=order)
        self.valid = RatingsLoader(*codes_of(classes, valid), valid.values, val_bs)
        if trainset is None:
            trainset = trainset_of(classes, users, items, train, valid)
        self.trainset = trainset

    @classmethod
    def from_df(
        cls,
        ratings: Any,
        valid_pct: float = 0.2,
        user_name: Any = None,
        item_name: Any = None,
        rating_name: Any = None,
        seed: int | None = None,
        path: str | Path = ".",
        *,
        bs: int = 64,
        val_bs: int | None = None,
    ) -> "CollabDataLoaders":
        """Split and code a frame of pandas, polars, pyarrow or DuckDB.

        Parameters
        ----------
        ratings : frame
            One rating a row; columns that are not named are left alone.
        valid_pct : float, default 0.2
            The share to hold out, at least 0 and below 1.
        user_name, item_name, rating_name : str, optional
            The columns, by default the first, the second and the third.
        seed : int, optional
            The same seed holds out the same rows as fastai does. By default NumPy's global
            generator decides.
        path : str or path, default "."
            Where a learner keeps its files.
        bs : int, default 64
            Ratings a batch.
        val_bs : int, optional
            Ratings a batch of validation, by default `bs`.

        Raises
        ------
        TypeError
            When `ratings` is not a frame, its ratings are not numbers, or another argument has the
            wrong type.
        ValueError
            For a column that is not there or there twice, a missing id, a rating that is not
            finite, no ratings at all, a `valid_pct` that leaves none for training, or a batch size
            below 1.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = {"user": [1, 1, 2], "title": ["Up", "Ran", "Up"], "rating": [4, 2, 5]}
        >>> ratings = pd.DataFrame(rows)
        >>> dls = CollabDataLoaders.from_df(ratings, valid_pct=0.4, seed=42)
        >>> dls.classes["title"].o2i["Up"]
        2
        """
        data = named_ratings.from_frame(ratings, (user_name, item_name, rating_name))
        return cls._split(data, valid_pct, seed=seed, path=path, bs=bs, val_bs=val_bs)

    @classmethod
    def from_csv(
        cls,
        csv: str | Path,
        valid_pct: float = 0.2,
        user_name: str | None = None,
        item_name: str | None = None,
        rating_name: str | None = None,
        seed: int | None = None,
        path: str | Path = ".",
        *,
        bs: int = 64,
        val_bs: int | None = None,
    ) -> "CollabDataLoaders":
        r"""Split and code a CSV file with a header, plain or compressed; no library is needed.

        Ids are int where all of a column are whole numbers, float where all are numbers, else str;
        an empty field is a missing id. For any other format give a frame to `from_df`.

        Parameters
        ----------
        csv : str or path
            The file, UTF-8 with commas between fields.
        valid_pct, user_name, item_name, rating_name, seed, path, bs, val_bs : optional
            As in `from_df`.

        Raises
        ------
        OSError
            When the file cannot be read.
        TypeError, ValueError
            As `from_df`, and for a row with another number of fields than the header.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> file = pathlib.Path(folder.name) / "ratings.csv"
        >>> _ = file.write_text("userId,movieId,rating\n1,31,2.5\n1,1029,3\n2,31,4\n")
        >>> CollabDataLoaders.from_csv(file, seed=42).trainset.item_ids
        [31, 1029]
        >>> folder.cleanup()
        """
        data = named_ratings.from_csv(csv, (user_name, item_name, rating_name))
        return cls._split(data, valid_pct, seed=seed, path=path, bs=bs, val_bs=val_bs)

    @classmethod
    def from_dataset(
        cls,
        dataset: Any,
        valid_pct: float = 0.2,
        seed: int | None = None,
        path: str | Path = ".",
        *,
        bs: int = 64,
        val_bs: int | None = None,
    ) -> "CollabDataLoaders":
        """Split and code a `Dataset`, or a list of (user id, item id, rating).

        The columns are called "user", "item" and "rating"; arguments and errors as in `from_df`.

        Examples
        --------
        >>> import astonish
        >>> data = astonish.Dataset.load_builtin("demo")
        >>> len(CollabDataLoaders.from_dataset(data, valid_pct=0.1, bs=128).train)
        703
        """
        data = named_ratings.from_any(dataset)
        return cls._split(data, valid_pct, seed=seed, path=path, bs=bs, val_bs=val_bs)

    @classmethod
    def from_trainset(
        cls,
        trainset: Trainset,
        valid: Any = None,
        seed: int | None = None,
        path: str | Path = ".",
        *,
        bs: int = 64,
        val_bs: int | None = None,
    ) -> "CollabDataLoaders":
        """Code a split that was made elsewhere; the ids keep the order of the training set.

        Parameters
        ----------
        trainset : Trainset
            The training part.
        valid : test set, Dataset, frame or list of (user id, item id, rating), optional
            The validation part, by default none.
        seed, path, bs, val_bs : optional
            As in `from_df`; the seed decides the order of batches.

        Examples
        --------
        >>> import astonish
        >>> data = astonish.make_ratings(n_users=20, n_items=30, n_ratings=200)
        >>> trainset, testset = astonish.model_selection.train_test_split(data, random_state=0)
        >>> CollabDataLoaders.from_trainset(trainset, testset)
        <CollabDataLoaders: 160 training and 40 validation ratings of 30 items by 20 users>
        """
        if not isinstance(trainset, Trainset):
            raise TypeError(f"trainset must be a Trainset, got {type(trainset).__name__}")
        held_out = Ratings.from_columns([], [], []) if valid is None else as_ratings(valid, "valid")
        classes = {"user": CategoryMap(trainset.user_ids), "item": CategoryMap(trainset.item_ids)}
        return cls(
            trainset.to_ratings(),
            held_out,
            classes,
            trainset=trainset,
            seed=seed,
            path=path,
            bs=bs,
            val_bs=val_bs,
        )

    @classmethod
    def _split(
        cls, data: NamedRatings, valid_pct: float, *, seed: int | None, **options: Any
    ) -> "CollabDataLoaders":
        rows, held_out = split_rows(len(data.ratings), valid_pct, check_seed(seed))
        train = data.ratings.take(rows)
        valid, classes = data.ratings.take(held_out), classes_of(data, train)
        return cls(train, valid, classes, data.names[2], seed=seed, **options)

    def one_batch(self) -> Batch:
        """Return a batch of the training part: codes of shape (bs, 2), ratings of shape (bs, 1)."""
        return self.train.one_batch()

    def show_batch(self, max_n: int = 10) -> None:
        """Print up to `max_n` ratings of a batch of the training part, with their raw ids."""
        max_n = check_integer("max_n", max_n, 1)
        x, y = (column[:max_n] for column in self.one_batch())
        ratings = {self.rating_name: [f"{rating:g}" for rating in y[:, 0]]}
        print_pairs(self.classes, x[:, 0], x[:, 1], ratings)

    def test_dl(self, ratings: Any, with_labels: bool | None = None) -> RatingsLoader:
        """Code ratings, or pairs to estimate, by the classes of these data loaders.

        Parameters
        ----------
        ratings : frame, or list of (user id, item id, rating)
            A frame has the columns of `user_name` and `item_name`; others are left alone. An id
            that has no code, or that is missing, becomes '#na#'.
        with_labels : bool, optional
            Whether to take the ratings; by default they are taken where there are some.

        Raises
        ------
        TypeError
            When `ratings` is neither, its ratings are not numbers, or an id is not hashable.
        ValueError
            For a column that is not there, or a rating that is not finite.

        Examples
        --------
        >>> dls = CollabDataLoaders.from_dataset([("ann", "Alien", 4), ("bob", "Brazil", 2)])
        >>> dls.test_dl([("bob", "Alien", 5), ("bob", "unheard of", 3)]).one_batch()
        (array([[2, 1], [2, 0]]), array([[5.], [3.]]))
        """
        names = self.user_name, self.item_name, self.rating_name
        users, items, values = named_ratings.read_pairs(ratings, names, with_labels)
        if values is not None and not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            raise ValueError(f"rating number {row} is {values[row]}: it must be a finite number")
        user_classes, item_classes = self.classes.values()
        codes = user_classes.encode(users), item_classes.encode(items)
        return RatingsLoader(*codes, values, self.valid.bs)

    def __getitem__(self, part: int) -> RatingsLoader:
        return (self.train, self.valid)[part]

    def __repr__(self) -> str:
        n_users, n_items = (len(known.ids) for known in self.classes.values())
        return (
            f"<CollabDataLoaders: {self.train.n} training and {self.valid.n} validation ratings "
            f"of {n_items} items by {n_users} users>"
        )
