"""Data sets: where ratings come from, and how they become training and test sets."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from astonish.data.outside_scale import warn_outside_scale
from astonish.data.ratings import Ratings, RawRating, Triple
from astonish.data.reader import Reader
from astonish.data.source_data import SourceData
from astonish.data.sources.builtin import read_builtin
from astonish.data.sources.files import read_file
from astonish.data.sources.frames import read_frame, read_sparse
from astonish.data.testset import Testset
from astonish.data.trainset import Trainset
from astonish.support.public import public

FoldFiles: TypeAlias = Sequence[tuple[str | Path, str | Path]]


@public
class Dataset:
    """Ratings, and the Reader that describes their format and scale.

    Data sets are made by the ``load_`` methods, not by the constructor.

    Attributes
    ----------
    reader : Reader
        Holds the rating scale.
    item_titles : dict of raw item id to str
        Titles, where the source has them; else empty.
    item_genres : dict of raw item id to tuple of str
        Genres, where the source has them; else empty.
    """

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.item_titles: dict[Any, str] = {}
        self.item_genres: dict[Any, tuple[str, ...]] = {}

    @classmethod
    def load_builtin(cls, name: str = "ml-100k", prompt: bool = True) -> "DatasetAutoFolds":
        """Load a built-in data set, downloading it the first time.

        Parameters
        ----------
        name : {"ml-100k", "ml-1m", "jester", "demo"}
            MovieLens 100K and 1M, Jester 2, or the synthetic set that comes with the package.
        prompt : bool, default True
            Ask before a download.

        Raises
        ------
        ValueError
            For an unknown name, or a download whose checksum differs from the published one.
        OSError
            When the download fails.

        Examples
        --------
        >>> import astonish
        >>> astonish.Dataset.load_builtin("demo")
        <Dataset: 100000 ratings of 1682 items by 943 users>
        """
        return DatasetAutoFolds.from_source(read_builtin(name, prompt))

    @classmethod
    def load_from_file(cls, file_path: str | Path, reader: Reader) -> "DatasetAutoFolds":
        """Load ratings from one file, plain or compressed (.gz, .bz2, .xz).

        Parameters
        ----------
        file_path : str or path
            The file; ``~`` stands for the home folder.
        reader : Reader
            The format of the file.

        Raises
        ------
        OSError
            When the file cannot be read.
        ValueError
            For a line that does not fit `reader`, a rating that is not finite, or no ratings.
        """
        return DatasetAutoFolds(ratings_file=file_path, reader=reader)

    @classmethod
    def load_from_folds(cls, folds_files: FoldFiles, reader: Reader) -> "DatasetUserFolds":
        """Load a data set whose folds are files: pairs of (training file, test file).

        `PredefinedKFold` reads the files. ValueError when one of them does not exist.
        """
        return DatasetUserFolds(folds_files=folds_files, reader=reader)

    @classmethod
    def load_from_df(cls, df: Any, reader: Reader) -> "DatasetAutoFolds":
        """Load ratings from a frame of pandas, polars, pyarrow or DuckDB.

        Parameters
        ----------
        df : frame
            Exactly three columns: user ids, item ids, ratings. Ids keep their Python type.
        reader : Reader
            Only its `rating_scale` matters.

        Raises
        ------
        TypeError
            When `df` is not a frame or the ratings are not numbers.
        ValueError
            For another number of columns, a missing id, a rating that is not finite, or no ratings.

        Examples
        --------
        >>> import pandas as pd
        >>> import astonish
        >>> df = pd.DataFrame({"user": [1, 1, 2], "film": ["a", "b", "a"], "stars": [4, 2, 5]})
        >>> data = astonish.Dataset.load_from_df(df, astonish.Reader(rating_scale=(1, 5)))
        >>> data.raw_ratings
        [(1, 'a', 4.0, None), (1, 'b', 2.0, None), (2, 'a', 5.0, None)]
        """
        return DatasetAutoFolds(reader=reader, df=df)

    @classmethod
    def load_from_sparse(
        cls,
        matrix: Any,
        reader: Reader,
        user_ids: list[Any] | None = None,
        item_ids: list[Any] | None = None,
    ) -> "DatasetAutoFolds":
        """Load ratings from a scipy sparse matrix (CSR, COO, ...).

        Parameters
        ----------
        matrix : scipy sparse matrix or array of shape (n_users, n_items)
            Every stored entry is a rating, explicit zeros and repeated entries included.
        reader : Reader
            Only its `rating_scale` matters.
        user_ids, item_ids : list, optional
            Raw id of each row and column, by default 0, 1, 2, ...
        """
        return DatasetAutoFolds.from_ratings(read_sparse(matrix, user_ids, item_ids), reader)

    def read_ratings(self, file_name: str | Path) -> list[RawRating]:
        """Return the (user id, item id, rating, timestamp) tuples of a file."""
        return read_file(file_name, self.reader).to_tuples()

    def read_columns(self, file_name: str | Path) -> Ratings:
        """Return the ratings of a file as columns; calls a `read_ratings` that is overridden."""
        if type(self).read_ratings is Dataset.read_ratings:
            return read_file(file_name, self.reader)
        return Ratings.from_tuples(self.read_ratings(file_name))

    def construct_trainset(self, raw_trainset: Iterable[RawRating]) -> Trainset:
        """Build a Trainset from (user id, item id, rating, timestamp) tuples."""
        return Trainset.from_ratings(Ratings.from_tuples(raw_trainset), self.reader.rating_scale)

    def construct_testset(self, raw_testset: Iterable[RawRating]) -> Sequence[Triple]:
        """Build a test set, (user id, item id, rating), from tuples with timestamps.

        A list, as in scikit-surprise; a `Testset` of columns, which splits hand in.
        """
        if isinstance(raw_testset, Ratings):
            return Testset(raw_testset)
        return [(user, item, rating) for user, item, rating, _ in raw_testset]


class DatasetAutoFolds(Dataset):
    """A data set that the splits of `astonish.model_selection` cut into folds.

    Attributes
    ----------
    ratings : Ratings
        The ratings as columns.
    raw_ratings : list of (user id, item id, rating, timestamp)
        The same as tuples. The list may be changed or replaced: from the first access on, it is
        what the data set holds.
    """

    def __init__(
        self,
        ratings_file: str | Path | None = None,
        reader: Reader | None = None,
        df: Any = None,
    ) -> None:
        super().__init__(_require_reader(reader))
        if ratings_file is not None:
            self.ratings_file = ratings_file
            ratings = self.read_columns(ratings_file)
        elif df is not None:
            self.df = df
            ratings = read_frame(df)
        else:
            raise ValueError("Must specify ratings file or dataframe.")
        self._adopt(ratings)

    @classmethod
    def from_ratings(cls, ratings: Ratings, reader: Reader) -> "DatasetAutoFolds":
        """Make a data set of columns."""
        return cls.from_source(SourceData(ratings, _require_reader(reader)))

    @classmethod
    def from_source(cls, source: SourceData) -> "DatasetAutoFolds":
        """Make a data set of what a source returned."""
        data = cls.__new__(cls)
        Dataset.__init__(data, source.reader)
        if source.ratings_file is not None:
            data.ratings_file = source.ratings_file
        data._adopt(source.ratings)
        data.item_titles = source.item_titles
        data.item_genres = source.item_genres
        return data

    def _adopt(self, ratings: Ratings) -> None:
        if not len(ratings):
            source = getattr(self, "ratings_file", "the source")
            raise ValueError(f"the data set is empty: {source} holds no rating")
        warn_outside_scale(ratings.values, self.reader.rating_scale)
        self.has_been_split = False
        self._ratings = ratings
        self._raw_ratings: list[RawRating] | None = None

    @property
    def ratings(self) -> Ratings:
        """The ratings as columns, made from `raw_ratings` once that has been accessed."""
        if self._raw_ratings is None:
            return self._ratings
        return Ratings.from_tuples(self._raw_ratings)

    @property
    def raw_ratings(self) -> list[RawRating]:
        """The ratings as a list of (user id, item id, rating, timestamp), which may be changed."""
        if self._raw_ratings is None:
            self._raw_ratings = self._ratings.to_tuples()
        return self._raw_ratings

    @raw_ratings.setter
    def raw_ratings(self, raw_ratings: list[RawRating]) -> None:
        self._raw_ratings = raw_ratings

    def build_full_trainset(self) -> Trainset:
        """Return a Trainset of all ratings."""
        return self.construct_trainset(self.ratings)

    def __repr__(self) -> str:
        ratings = self.ratings
        return (
            f"<Dataset: {len(ratings)} ratings of {len(ratings.item_ids)} items "
            f"by {len(ratings.user_ids)} users>"
        )


class DatasetUserFolds(Dataset):
    """A data set whose folds are given as files; see `Dataset.load_from_folds`."""

    def __init__(self, folds_files: FoldFiles | None = None, reader: Reader | None = None) -> None:
        super().__init__(_require_reader(reader))
        self.folds_files = folds_files or []
        for files in self.folds_files:
            for file in files:
                if not Path(file).expanduser().is_file():
                    raise ValueError(f"File {file} does not exist.")


def _require_reader(reader: Reader | None) -> Reader:
    if not hasattr(reader, "rating_scale"):
        raise TypeError(f"reader must be a Reader, got {reader!r}")
    return reader  # type: ignore[return-value]
