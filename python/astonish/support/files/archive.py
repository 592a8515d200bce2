"""Archives: a header and named arrays in one file, for Python, NumPy and programs in C++.

An archive is a zip file whose members are stored as they are, not compressed: an ``.npz`` file. The
member ``header.npy`` is JSON text as an array of bytes. It says "format", "version" and "kind", and
refers to the other members, each of them an array, by their names without ``.npy``; what a reader
does not know it can skip. The elements of an array begin at a multiple of 64 bytes in the file, so
that they can be mapped into memory instead of being read.

Nothing is unpickled. Sizes are compared with that of the file before memory is taken, and every
member that is read with its checksum.
"""

import ast
import json
import math
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from astonish.support.files.binary_files import File, name_of, reading, writing

VERSION = 2
READABLE = (1, 2)  # 1: elements anywhere in the file, ids as JSON
HEADER = "header"  # the member that holds the JSON text

_ALIGNMENT = 64
_LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip member: the lengths of name and extra fields
_ZIP64_EXTRA = 20  # bytes that zipfile adds to the extra fields
_PADDING = struct.Struct("<HHH")  # an extra field: its id, length, and the alignment
_PADDING_ID = 0xD935  # as zipalign has it
_LONGEST_ARRAY_HEADER = 10_000  # which NumPy takes of files that may be damaged


class Archive(NamedTuple):
    """What an archive holds; arrays are read when they are asked for, while it is open."""

    header: dict[str, Any]
    arrays: Mapping[str, NDArray[Any]]


def write_archive(
    file: File, format_: str, content: dict[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write arrays, and a header that says the format, its version and `content`.

    Parameters
    ----------
    file : path or open binary file
        A path is replaced at the end.
    format_ : str
        "astonish " and what the file holds.
    content : dict
        What JSON can hold: "kind", and what refers to the arrays.
    arrays : mapping of str to array
        By the names of their members.
    """
    header = json.dumps({"format": format_, "version": VERSION, **content}).encode()
    with writing(file) as stream, zipfile.ZipFile(stream, "w") as archive:
        _write_member(archive, HEADER, np.frombuffer(header, np.uint8))
        for name, array in arrays.items():
            _write_member(archive, name, np.asanyarray(array))


@contextmanager
def open_archive(file: File, format_: str) -> Iterator[Archive]:
    """Read the header of an archive, and its arrays when they are asked for.

    Raises
    ------
    ValueError
        For a file of another format or version, or that is damaged.
    OSError
        When the file cannot be read.
    """
    kind = format_.removeprefix("astonish ")
    with reading(file) as stream:
        try:
            arrays = _StoredArrays(stream)
            header = json.loads(arrays[HEADER].tobytes())
            if header["format"] != format_:
                raise KeyError("format")
            version = header["version"]
        except MemoryError:
            raise
        except Exception as error:  # whatever NumPy, zipfile or JSON raise for any bytes
            raise ValueError(f"{name_of(file)} is not a {kind} file, or it is damaged") from error
        if version not in READABLE:
            raise ValueError(
                f"{name_of(file)} has {kind} format version {version}, "
                f"this version of astonish reads versions {' and '.join(map(str, READABLE))}"
            )
        yield Archive(header, arrays)


def map_array(path: str | Path, name: str) -> NDArray[Any]:
    """Return an array of an archive that is read from the file where it is used, page by page.

    Its checksum is not compared.

    Parameters
    ----------
    path : str or path
        A file that `astonish` or a program in C++ wrote.
    name : str
        The member, without ``.npy``.

    Returns
    -------
    numpy.memmap
        Read-only; an ordinary array where there are no elements.

    Raises
    ------
    KeyError
        When there is no such array.
    ValueError
        When the file is not an archive, or is damaged.
    OSError
        When the file cannot be read.

    Examples
    --------
    >>> import os, tempfile
    >>> import astonish
    >>> trainset = astonish.make_ratings(30, 20, 300).build_full_trainset()
    >>> model = astonish.SVD(n_factors=3, n_epochs=1).fit(trainset)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "model.npz")
    ...     model.save(path)
    ...     bool((astonish.map_array(path, "qi") == model.qi).all())
    True
    """
    with Path(path).open("rb") as stream:
        try:
            where = _StoredArrays(stream).locate(name)
        except KeyError:
            raise KeyError(f"{path} has no array {name!r}") from None
        except Exception as error:
            raise ValueError(f"{path} is not an archive, or it is damaged ({error})") from error
    if not math.prod(where.shape):
        return np.empty(where.shape, where.dtype)
    order: Any = "F" if where.fortran_order else "C"
    return np.memmap(path, where.dtype, "r", where.offset, where.shape, order)


class _Location(NamedTuple):
    """Where the elements of an array begin in the file, and what they are."""

    offset: int
    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]


class _StoredArrays(Mapping[str, "NDArray[Any]"]):
    """The arrays of a zip file, each of them read when it is first asked for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file)
        self._members = {info.filename.removesuffix(".npy"): info for info in self._zip.infolist()}
        self._read: dict[str, NDArray[Any]] = {}
        _check_members(self._zip.infolist(), file.seek(0, 2))
        if len(self._members) != len(self._zip.infolist()):
            raise ValueError("two members have the same name")

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._read:
            self.locate(name)  # compares the size of the member with what its header says
            with self._zip.open(self._members[name]) as member:
                self._read[name] = np.lib.format.read_array(member, allow_pickle=False)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def locate(self, name: str) -> _Location:
        """Return where an array lies; ValueError unless it fills its member."""
        info = self._members[name]
        with self._zip.open(info) as member:
            shape, fortran_order, dtype = _read_array_header(member)
            header_size = member.tell()
        if dtype.hasobject:
            raise ValueError(f"{name} holds objects")
        if min(shape, default=0) < 0 or (
            math.prod(shape) * dtype.itemsize != info.file_size - header_size
        ):
            raise ValueError(f"{name} has {info.file_size} bytes, its shape is {shape}")
        self._file.seek(info.header_offset)
        lengths = _LOCAL_HEADER.unpack(self._file.read(_LOCAL_HEADER.size))
        offset = info.header_offset + _LOCAL_HEADER.size + sum(lengths) + header_size
        return _Location(offset, shape, fortran_order, dtype)


def _read_array_header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(member)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(member)
    (length,) = struct.unpack("<I", member.read(4))  # version 3: names of fields are UTF-8
    if length > _LONGEST_ARRAY_HEADER:
        raise ValueError(f"the header of an array has {length} bytes")
    header = ast.literal_eval(member.read(length).decode())
    dtype = np.lib.format.descr_to_dtype(header["descr"])
    return header["shape"], header["fortran_order"], dtype


def _check_members(members: list[zipfile.ZipInfo], size: int) -> None:
    """Raise a ValueError for members that are compressed, or that take more than the file has."""
    for info in members:
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
            raise ValueError(f"{info.filename} is compressed")
        if info.header_offset < 0 or info.header_offset + info.file_size > size:
            raise ValueError(f"{info.filename} does not fit into the file")
    if sum(info.file_size for info in members) > size:
        raise ValueError("members overlap")


def _write_member(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    """Write an array so that its header, and thus its elements, are aligned in the file."""
    info = zipfile.ZipInfo(f"{name}.npy")
    assert archive.fp is not None
    before = archive.fp.tell() + _LOCAL_HEADER.size + len(info.filename) + _ZIP64_EXTRA
    n_zeros = -(before + _PADDING.size) % _ALIGNMENT
    info.extra = _PADDING.pack(_PADDING_ID, 2 + n_zeros, _ALIGNMENT) + bytes(n_zeros)
    with archive.open(info, "w", force_zip64=True) as member:
        np.lib.format.write_array(member, array, allow_pickle=False)
    info.extra = b""  # the directory at the end of the file needs no padding
