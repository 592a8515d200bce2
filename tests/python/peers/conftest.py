"""scikit-surprise beside this package, and the same ratings for both.

scikit-surprise's tree of modules is this package's, so one function serves both: the library is its
argument.
"""

import gzip
from typing import Any, NamedTuple

import pytest

import astonish

from .helpers import made


class Both(NamedTuple):
    """The same thing made by each library."""

    ours: Any
    theirs: Any

    def of(self, library):
        return self.ours if library is astonish else self.theirs


@pytest.fixture(scope="session")
def surprise():
    return pytest.importorskip("surprise", reason="scikit-surprise is not installed")


@pytest.fixture(scope="session")
def both(surprise):
    """A function that calls a function with each library."""

    def call(function, *arguments, **options):
        return Both(*(function(library, *arguments, **options) for library in (astonish, surprise)))

    return call


def folder_of(real_data, name):
    folder = real_data / name
    if not folder.is_dir():
        pytest.skip(f"there is no {folder}")
    return folder


@pytest.fixture(scope="session")
def u1(real_data, both):
    """Training and test set of ml-100k's first split: 80,000 and 20,000 ratings."""
    folder = folder_of(real_data, "ml-100k")

    def load(library):
        files = [(str(folder / "u1.base"), str(folder / "u1.test"))]
        data = library.Dataset.load_from_folds(files, library.Reader("ml-100k"))
        return next(library.model_selection.PredefinedKFold().split(data))

    return both(load)


@pytest.fixture(scope="session")
def latest_small(real_data, both):
    """ml-latest-small: 100,004 ratings from 0.5 to 5."""
    path = folder_of(real_data, "ml-latest-small") / "ratings.csv"

    def load(library):
        reader = library.Reader(
            line_format="user item rating timestamp", sep=",", rating_scale=(0.5, 5), skip_lines=1
        )
        return library.Dataset.load_from_file(str(path), reader)

    return both(load)


@pytest.fixture(scope="session")
def ml_1m(real_data, both, tmp_path_factory):
    """All of ml-1m as a training set: 1,000,209 ratings."""
    path = folder_of(real_data, "ml-1m") / "ratings.csv.gz"
    plain = tmp_path_factory.mktemp("ml-1m") / "ratings.csv"
    plain.write_bytes(gzip.decompress(path.read_bytes()))

    def load(library):
        reader = library.Reader(sep=",", skip_lines=1)
        return library.Dataset.load_from_file(str(plain), reader).build_full_trainset()

    return both(load)


@pytest.fixture(scope="session")
def small(both, tmp_path_factory):
    """A data set of 600 made ratings."""
    path = tmp_path_factory.mktemp("small") / "ratings"
    ratings = astonish.make_ratings(40, 30, 600, seed=5).raw_ratings
    path.write_text("".join(f"{user} {item} {rating}\n" for user, item, rating, _ in ratings))
    return both(lambda library: library.Dataset.load_from_file(str(path), library.Reader()))


@pytest.fixture(scope="session")
def whole_stars(both):
    """Training and test set of whole stars."""
    return made(both, [1, 2, 3, 4, 5])


@pytest.fixture(scope="session")
def half_stars(both):
    """Training and test set of half stars."""
    return made(both, [0.5, 1.5, 2, 3.5, 4.5, 5])


@pytest.fixture
def strict(monkeypatch):
    monkeypatch.setenv("ASTONISH_SURPRISE_STRICT", "1")


@pytest.fixture(scope="session")
def odd(both):
    """A training set with repeated ratings, half stars, and users and items of one rating."""
    raw = astonish.make_ratings(60, 45, 900, rating_scale=(0.5, 5), step=0.5, seed=5).raw_ratings
    user, item = raw[0][:2]
    raw = [*raw, *raw[:150], *raw[:40], *raw[60:66] * 5]
    raw += [("once", item, 3.0, None), (user, "once", 4.5, None), ("alone", "alone", 0.5, None)]

    def load(library):
        data = library.Dataset(library.Reader(rating_scale=(0.5, 5)))
        return data.construct_trainset(raw)

    return both(load)
