"""Synthetic ratings with a known structure: the ``demo`` data set, and data of any size.

A rating is the biased matrix factorisation model itself plus noise (Koren, Bell and Volinsky,
"Matrix factorization techniques for recommender systems", IEEE Computer 42(8), 2009),

    r_ui = mu + b_u + b_i + <p_u, q_i> + e_ui,

rounded to the grid of the scale. Factors of items gather around those of their genres and users
have tastes over genres, so that neighbours and recommendations mean something. Items have the long
tail of Zipf and Mandelbrot (Mandelbrot, "An informational theory of the statistical structure of
language", 1953), users that of a log-normal. Time and memory grow with users, items and ratings,
never with n_users * n_items.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import PCG64, Generator, SeedSequence
from numpy.typing import NDArray

from astonish.data.ratings import Ratings
from astonish.data.reader import Reader
from astonish.data.source_data import SourceData
from astonish.data.synthetic.catalogue import GENRES, draw_genres, draw_titles
from astonish.data.synthetic.pairs import draw_pairs
from astonish.support.checks import check_integer, check_number, check_scale

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# The planted model, in shares of the width of the scale. With the default noise and size, the
# histogram and the error of the baseline come close to those of MovieLens 100K.
_MEAN = 0.64  # above the lowest rating
_USER_BIAS = 0.11  # standard deviations
_ITEM_BIAS = 0.12
_AFFINITY = 0.155
_NOISE = 0.19

_ITEM_SHARE = 0.5  # length of an item's individual part; that of the genres has length 1
_BLOCK = 1 << 18  # ratings worked on at a time: temporaries stay in the cache


def draw_ratings(
    n_users: int = 943,
    n_items: int = 1682,
    n_ratings: int = 100_000,
    *,
    n_factors: int = 8,
    noise: float = _NOISE,
    rating_scale: tuple[float, float] = (1, 5),
    step: float = 1.0,
    popularity: float = 1.2,
    seed: int = 0,
) -> SourceData:
    """Make a data set with planted factors, genres, titles and a long tail.

    Parameters
    ----------
    n_users, n_items : int, default 943 and 1682
        Numbers of users and items. Raw ids are ``"1"``, ``"2"``, ...
    n_ratings : int, default 100_000
        Number of ratings, at most ``n_users * n_items``. Every user has at least one when
        ``n_ratings >= n_users``, every item when ``n_ratings >= n_items``.
    n_factors : int, default 8
        Length of the planted factors.
    noise : float, default 0.19
        Standard deviation of the random part of a rating, as a share of the width of the scale.
    rating_scale : (float, float), default (1, 5)
        The lowest and the highest rating.
    step : float, default 1.0
        Distance between neighbouring ratings, counted from the lowest. When it does not divide
        the scale, the highest rating given is the last one inside.
    popularity : float, default 1.2
        Exponent of the long tail of the items; 0 makes all equally popular.
    seed : int, default 0
        The same seed gives the same data, with any number of threads. NumPy may change its
        streams of random numbers from one release to another.

    Returns
    -------
    data set
        With `item_titles` and `item_genres`.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong type or out of its range.

    Examples
    --------
    >>> import astonish
    >>> data = astonish.make_ratings(n_users=50, n_items=20, n_ratings=300)
    >>> data
    <Dataset: 300 ratings of 20 items by 50 users>
    >>> len(data.item_titles)
    20
    """
    n_users, n_items, n_ratings = _check_sizes(n_users, n_items, n_ratings)
    n_factors = check_integer("n_factors", n_factors, minimum=1)
    noise = check_number("noise", noise, minimum=0)
    lowest, highest = _check_scale(rating_scale)
    step = _check_step(step, highest - lowest)
    popularity = check_number("popularity", popularity, minimum=0)
    seeds = SeedSequence(check_integer("seed", seed, minimum=0)).spawn(4)
    catalogue_rng, model_rng, pair_rng, rating_rng = (Generator(PCG64(seed)) for seed in seeds)

    genres = draw_genres(catalogue_rng, n_items)
    titles = draw_titles(catalogue_rng, n_items)
    model = _draw_model(model_rng, n_users, genres, n_factors)
    users, items = draw_pairs(pair_rng, n_users, n_items, n_ratings, popularity)
    values = _rate(rating_rng, model, users, items, noise)
    _round_to_grid(values, lowest, highest, step)

    user_ids = [str(user + 1) for user in range(n_users)]
    item_ids = [str(item + 1) for item in range(n_items)]
    ratings = Ratings(users, items, values, user_ids, item_ids)
    names = (tuple(GENRES[code] for code in row if code >= 0) for row in genres.tolist())
    return SourceData(
        ratings,
        Reader(rating_scale=rating_scale),
        item_titles=dict(zip(item_ids, titles, strict=True)),
        item_genres=dict(zip(item_ids, names, strict=True)),
    )


def _check_sizes(n_users: int, n_items: int, n_ratings: int) -> tuple[int, int, int]:
    n_users = check_integer("n_users", n_users, minimum=1)
    n_items = check_integer("n_items", n_items, minimum=1)
    n_ratings = check_integer("n_ratings", n_ratings, minimum=1)
    if n_ratings > n_users * n_items:
        raise ValueError(
            f"n_ratings must be at most n_users * n_items = {n_users * n_items}, got {n_ratings}"
        )
    return n_users, n_items, n_ratings


def _check_scale(rating_scale: tuple[float, float]) -> tuple[float, float]:
    pair = check_scale("rating_scale", rating_scale)
    lowest, highest = (check_number("rating_scale", bound) for bound in pair)
    if lowest == highest:
        raise ValueError(f"rating_scale must ascend, got {rating_scale!r}")
    return lowest, highest


def _check_step(step: float, width: float) -> float:
    if not 0 < check_number("step", step) <= width:
        raise ValueError(
            f"step must be positive and at most {width:g}, the width of rating_scale, got {step!r}"
        )
    return float(step)


@dataclass(frozen=True, eq=False)
class _Model:
    """Biases of shape (n,) and factors of shape (n, n_factors), in shares of the scale."""

    user_bias: Floats
    item_bias: Floats
    user_factors: Floats
    item_factors: Floats


def _draw_model(rng: Generator, n_users: int, genres: Ints, n_factors: int) -> _Model:
    genre_factors = _unit_rows(rng.standard_normal((len(GENRES), n_factors)))
    tastes = rng.standard_normal((n_users, len(GENRES)))
    # einsum and not @: a BLAS may sum in another order with another number of threads.
    user_factors = _unit_rows(np.einsum("ug,gf->uf", tastes, genre_factors))
    own = _unit_rows(rng.standard_normal((len(genres), n_factors)))
    # The code -1 picks a row that its mask clears.
    shared = (genre_factors[genres] * (genres >= 0)[:, :, np.newaxis]).sum(axis=1)
    shared /= (genres >= 0).sum(axis=1, keepdims=True)
    item_factors = _unit_rows(shared + _ITEM_SHARE * own)
    return _Model(
        _USER_BIAS * rng.standard_normal(n_users),
        _ITEM_BIAS * rng.standard_normal(len(genres)),
        # The product of two random unit vectors has the variance 1 / n_factors.
        _AFFINITY * np.sqrt(n_factors) * user_factors,
        item_factors,
    )


def _unit_rows(rows: Floats) -> Floats:
    unit: Floats = rows / np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return unit


def _rate(
    rng: Generator,
    model: _Model,
    users: NDArray[np.int32],
    items: NDArray[np.int32],
    noise: float,
) -> Floats:
    """Return ratings before rounding, in shares of the scale: most are between 0 and 1."""
    values = rng.normal(_MEAN, noise, size=len(users))
    for start in range(0, len(users), _BLOCK):
        rows = slice(start, start + _BLOCK)
        user, item = users[rows], items[rows]
        values[rows] += model.user_bias[user] + model.item_bias[item]
        values[rows] += np.einsum("rf,rf->r", model.user_factors[user], model.item_factors[item])
    return values


def _round_to_grid(values: Floats, lowest: float, highest: float, step: float) -> None:
    """Turn shares of the scale into ratings on its grid, in place."""
    n_steps = np.floor((highest - lowest) / step * (1 + 1e-12))  # 0.3 / 0.1 is below 3
    values *= (highest - lowest) / step
    np.rint(values, out=values)
    np.clip(values, 0, n_steps, out=values)
    values *= step
    values += lowest
    np.minimum(values, highest, out=values)
