"""How a line of a ratings file is read."""

from typing import Any

from astonish.support.checks import check_integer, check_scale
from astonish.support.public import public

#: What `Reader` takes for each built-in data set.
BUILTIN_FORMATS: dict[str, dict[str, Any]] = {
    "ml-100k": {
        "line_format": "user item rating timestamp",
        "rating_scale": (1, 5),
        "sep": "\t",
    },
    "ml-1m": {
        "line_format": "user item rating timestamp",
        "rating_scale": (1, 5),
        "sep": "::",
    },
    "jester": {"line_format": "user item rating", "rating_scale": (-10, 10)},
}


@public
class Reader:
    """The format of a ratings file, and the scale of the ratings.

    A file holds one rating a line: user, item, rating and perhaps a timestamp, in any order.

    Parameters
    ----------
    name : {"ml-100k", "ml-1m", "jester"}, optional
        Use the format of a built-in data set; the other arguments are then ignored.
    line_format : str, default "user item rating"
        The fields of a line in their order, separated by blanks: ``user``, ``item``, ``rating``
        and optionally ``timestamp``. Further fields of a line are ignored.
    sep : str, optional
        What separates the fields, of any length (``"::"``). None means any run of white space.
    rating_scale : (float, float), default (1, 5)
        The lowest and the highest rating. Estimates are clipped to it; infinite bounds do not clip.
    skip_lines : int, default 0
        How many lines at the beginning of the file to skip, such as a header.

    Raises
    ------
    ValueError
        For an unknown name, a wrong `line_format` or a `rating_scale` that is not ascending.

    Notes
    -----
    The interface is scikit-surprise's.

    Examples
    --------
    >>> reader = Reader(line_format="user item rating timestamp", sep="::")
    >>> reader.parse_line("1::1193::5::978300760")
    ('1', '1193', 5.0, '978300760')
    """

    def __init__(
        self,
        name: str | None = None,
        line_format: str = "user item rating",
        sep: str | None = None,
        rating_scale: tuple[float, float] = (1, 5),
        skip_lines: int = 0,
    ) -> None:
        if name:
            if name not in BUILTIN_FORMATS:
                known = ", ".join(BUILTIN_FORMATS)
                raise ValueError(f"unknown reader {name}. Accepted values are {known}.")
            self._configure(**BUILTIN_FORMATS[name])
        else:
            self._configure(line_format, sep, rating_scale, skip_lines)

    def _configure(
        self,
        line_format: str,
        sep: str | None = None,
        rating_scale: tuple[float, float] = (1, 5),
        skip_lines: int = 0,
    ) -> None:
        if not isinstance(line_format, str):
            raise TypeError(f"line_format must be a str, got {line_format!r}")
        if sep is not None and not isinstance(sep, str):
            raise TypeError(f"sep must be a str or None, got {sep!r}")
        if sep == "":
            raise ValueError("sep must not be empty; None separates at white space")
        fields = line_format.split()
        entities = ["user", "item", "rating"]
        self.with_timestamp = "timestamp" in fields
        if self.with_timestamp:
            entities.append("timestamp")
        if any(field not in entities for field in fields):
            raise ValueError(
                f"line_format parameter is incorrect. Its fields are {', '.join(entities)}, "
                f"got {line_format!r}"
            )
        missing = [entity for entity in entities if entity not in fields]
        if missing:
            raise ValueError(f"line_format {line_format!r} lacks {', '.join(missing)}")
        self.sep = sep
        self.skip_lines = check_integer("skip_lines", skip_lines, minimum=0)
        self.rating_scale = check_scale("rating_scale", rating_scale)
        self.indexes = [fields.index(entity) for entity in entities]

    def parse_line(self, line: str) -> tuple[str, str, float, str | None]:
        """Return (user id, item id, rating, timestamp or None) of a line.

        Raises
        ------
        ValueError
            When the line has too few fields or the rating is not a number.
        """
        fields = line.split(self.sep)
        try:
            user, item, rating, *timestamp = (fields[index].strip() for index in self.indexes)
        except IndexError:
            raise ValueError(
                "Impossible to parse line. Check the line_format and sep parameters."
            ) from None
        return user, item, float(rating), timestamp[0] if timestamp else None
