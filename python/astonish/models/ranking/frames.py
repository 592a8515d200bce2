"""Lists as frames of the user's library."""

from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.support.checks import check_choice

LIBRARIES = ("pandas", "polars", "pyarrow")


def check_library(as_frame: str | None) -> str | None:
    """Return the name of a frame library, or None; ValueError for any other."""
    if as_frame is None:
        return None
    library = check_choice("as_frame", as_frame, LIBRARIES)
    if find_spec(library) is None:
        raise ImportError(f"as_frame={library!r} needs {library}: pip install 'astonish[frames]'")
    return library


def lists_frame(
    library: str, user_ids: list[Any], item_ids: NDArray[np.object_], scores: NDArray[np.float64]
) -> Any:
    """Return a frame with a row for each item that is listed: user, rank, item, score."""
    rows, ranks = np.nonzero(np.isfinite(scores) | (item_ids != None))  # noqa: E711  elementwise
    columns = {
        "user": [user_ids[row] for row in rows.tolist()],
        "rank": ranks + 1,
        "item": item_ids[rows, ranks].tolist(),
        "score": scores[rows, ranks],
    }
    return _frame(library, columns)


def table_frame(library: str, user_ids: list[Any], item_ids: list[Any], table: Any) -> Any:
    """Return a frame of estimates: a row a user, whose id is the first column, a column an item."""
    columns = {"user": user_ids}
    columns |= {str(item): table[:, column] for column, item in enumerate(item_ids)}
    if len(columns) != len(item_ids) + 1:
        raise ValueError("item_ids must be different as text, and not 'user', to name columns")
    return _frame(library, columns)


def _frame(library: str, columns: dict[str, Any]) -> Any:
    import narwhals as nw  # imported where a frame is asked for, and not before

    return nw.from_dict(columns, backend=library).to_native()  # type: ignore[arg-type]
