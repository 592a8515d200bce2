"""Lists of items: liked most, liked least, and nearest to one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.interpret.parameters import (
    factors_of,
    fitted,
    item_biases,
    often_rated,
)
from astonish.interpret.titles import titled
from astonish.models.ranking.rules import raw_ids_at
from astonish.support.checks import check_integer

Ranking = tuple[NDArray[np.object_], NDArray[np.float64]]


def most_liked(
    model: Any, n: int = 10, min_ratings: int = 0, titles: Mapping[Any, str] | None = None
) -> Ranking:
    """Return the items of highest bias: liked even by users whose taste they do not match.

    The bias is what an item adds to every estimate, apart from what its factors add for some. It
    ranks better than the mean rating: training accounts for who rated the item, and shrinks the
    bias of items that few have rated.

    Parameters
    ----------
    model : model with item biases
        Any that is fitted, such as `SVD`, `SVDpp`, `ALS` or `BaselineOnly`.
    n : int, default 10
        Length of the list.
    min_ratings : int, default 0
        Leave out items with fewer ratings in the training set.
    titles : dict of raw item id to str, optional
        What to return in place of ids, such as ``Dataset.item_titles``.

    Returns
    -------
    item_ids : object array of shape (min(n, number of items),)
        Raw item ids or titles, highest bias first. Of equal biases the lower inner item id comes
        first.
    biases : float64 array of the same shape
        The biases, in the unit of the ratings.

    Raises
    ------
    NotFittedError
        When the model is not fitted.
    TypeError
        For a model without item biases, or `titles` that is not a mapping.
    ValueError
        For n < 1 or a negative `min_ratings`.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import most_liked
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.SVD(random_state=0).fit(data.build_full_trainset())
    >>> item_ids, biases = most_liked(model, n=3, min_ratings=50)
    >>> bool(biases[0] >= biases[1] >= biases[2] > 0)
    True
    """
    return _ranked(model, n, min_ratings, titles, sign=-1)


def least_liked(
    model: Any, n: int = 10, min_ratings: int = 0, titles: Mapping[Any, str] | None = None
) -> Ranking:
    """Return the items of lowest bias, lowest first.

    Parameters, results and errors are those of `most_liked`.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import least_liked
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.SVD(random_state=0).fit(data.build_full_trainset())
    >>> item_ids, biases = least_liked(model, n=3, min_ratings=50)
    >>> bool(biases[0] <= biases[1] <= biases[2] < 0)
    True
    """
    return _ranked(model, n, min_ratings, titles, sign=1)


def nearest_items(
    model: Any,
    item_id: Any,
    n: int = 10,
    min_ratings: int = 0,
    titles: Mapping[Any, str] | None = None,
) -> Ranking:
    """Return the items whose factors point most nearly where those of one item do.

    It is ``model.similar_items`` for reading: of one item, with titles, and without the items that
    so few have rated that their direction says little.

    Parameters
    ----------
    model : model with item factors
        Any that is fitted and has `similar_items`.
    item_id
        Raw id of the item.
    n : int, default 10
        Length of the list.
    min_ratings : int, default 0
        Leave out items with fewer ratings in the training set.
    titles : dict of raw item id to str, optional
        What to return in place of ids, such as ``Dataset.item_titles``.

    Returns
    -------
    item_ids : object array of shape (min(n, number of items to choose from),)
        Raw item ids or titles, most similar first, without the item itself.
    similarities : float64 array of the same shape
        Cosines of the factors, from -1 to 1.

    Raises
    ------
    NotFittedError
        When the model is not fitted.
    TypeError
        For a model without item factors, or `titles` that is not a mapping.
    ValueError
        For an item that is not part of the training set, n < 1 or a negative `min_ratings`.

    Examples
    --------
    >>> import astonish
    >>> from astonish.interpret import nearest_items
    >>> data = astonish.Dataset.load_builtin("demo")
    >>> model = astonish.SVD(random_state=0).fit(data.build_full_trainset())
    >>> item_ids, similarities = nearest_items(model, "50", n=3, min_ratings=50)
    >>> item_ids.shape, bool(similarities[0] >= similarities[1])
    ((3,), True)
    """
    model = fitted(model)
    trainset = model.trainset
    factors_of(model, "item")
    items = often_rated(trainset, min_ratings)
    candidates = [trainset.item_ids[item] for item in items.tolist()]
    (item_ids,), (similarities,) = model.similar_items([item_id], n, candidates)
    listed = ~np.isnan(similarities)
    return titled(item_ids[listed], titles), similarities[listed]


def _ranked(
    model: Any, n: int, min_ratings: int, titles: Mapping[Any, str] | None, sign: int
) -> Ranking:
    model = fitted(model)
    biases = item_biases(model)
    n = check_integer("n", n, minimum=1)
    items = often_rated(model.trainset, min_ratings)
    first = items[np.argsort(sign * biases[items], kind="stable")[:n]]
    return titled(raw_ids_at(model.trainset.item_ids, first), titles), biases[first]
