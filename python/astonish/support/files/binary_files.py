"""Files to read and write, given by their path or already open."""

import errno
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeAlias

#: What `save` and `load` take: a path, or a file that was opened in binary mode.
File: TypeAlias = str | os.PathLike[str] | IO[bytes]


def is_open(file: Any) -> bool:
    """Return whether a file is open already; else it is given by its path."""
    return hasattr(file, "read") or hasattr(file, "write")


def name_of(file: File) -> str:
    """Return what messages call a file: its path, or the name of an open one."""
    name = getattr(file, "name", None) if is_open(file) else file
    return str(name) if isinstance(name, (str, os.PathLike)) else repr(file)


def folder_of(file: File) -> Path:
    """Return the folder of a path; for an open file the current one."""
    return Path() if is_open(file) else _path_of(file).parent


@contextmanager
def writing(file: File) -> Iterator[IO[bytes]]:
    """Open a file to be written from its beginning to its end.

    A path is replaced at the end of the block, and stays as it was if the block fails. An open file
    is written from where it stands, and stays open.
    """
    if is_open(file):
        yield _Stream(_binary(file, "write"))  # type: ignore[misc]  # what zipfile needs of a file
        return
    path = _path_of(file)
    if not path.name or path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with _open_new(unfinished, path) as stream:
            yield stream
        unfinished.replace(path)
    finally:
        with suppress(NotADirectoryError):  # of which the error of opening it told
            unfinished.unlink(missing_ok=True)


def _open_new(unfinished: Path, path: Path) -> IO[bytes]:
    """Open the file that will be `path`, by whose name errors call it."""
    try:
        return unfinished.open("wb")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


@contextmanager
def reading(file: File) -> Iterator[IO[bytes]]:
    """Open a file to be read at any place; one that cannot go back is read as a whole first."""
    if not is_open(file):
        with _path_of(file).open("rb") as stream:
            yield _seekable(stream)
        return
    yield _seekable(_binary(file, "read"))


class _Stream:
    """An open file that is only ever appended to.

    Files opened with "ab", compressed ones and pipes cannot be changed behind their end, though
    some of them say that they can.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, content: Any) -> int:
        """Write all of it, also where the file takes only a part at once."""
        rest = memoryview(content).cast("B")
        size = rest.nbytes
        while rest:
            rest = rest[self._file.write(rest) or rest.nbytes :]
        return size

    def flush(self) -> None:
        """Flush the file, where it can be."""
        if hasattr(self._file, "flush"):
            self._file.flush()


def _seekable(file: IO[bytes]) -> IO[bytes]:
    can_seek = getattr(file, "seekable", None)
    return file if can_seek and can_seek() else io.BytesIO(file.read())


def _binary(file: Any, method: str) -> IO[bytes]:
    if isinstance(file, io.TextIOBase) or not hasattr(file, method):
        raise TypeError(f"the file must be open in binary mode and have {method}(), got {file!r}")
    return file  # type: ignore[no-any-return]


def _path_of(file: Any) -> Path:
    if not isinstance(file, (str, os.PathLike)):
        raise TypeError(f"the file must be a path or a file open in binary mode, got {file!r}")
    return Path(file)
