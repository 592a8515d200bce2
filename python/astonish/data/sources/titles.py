"""Titles that publishers put beside the ratings."""

import csv
from pathlib import Path

# Name of the file, separator, encoding, lines of header. Item id and title are the first fields.
_TITLE_FILES = (
    ("u.item", "|", "latin-1", 0),
    ("movies.dat", "::", "latin-1", 0),
    ("movies.csv", ",", "utf-8", 1),
)


def find_titles(ratings_file: str | Path) -> dict[str, str]:
    """Return {item id: title} from the title file of MovieLens beside a ratings file, if any."""
    for name, separator, encoding, n_header in _TITLE_FILES:
        path = Path(ratings_file).expanduser().with_name(name)
        if not path.is_file():
            continue
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            rows = csv.reader(file) if separator == "," else (row.split(separator) for row in file)
            return {row[0]: row[1].strip() for row in list(rows)[n_header:] if len(row) > 1}
    return {}
