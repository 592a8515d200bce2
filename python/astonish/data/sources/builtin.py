"""The built-in data sets: their addresses, files and formats."""

import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any, NamedTuple

from astonish.data.reader import BUILTIN_FORMATS, Reader
from astonish.data.source_data import SourceData
from astonish.data.sources.files import read_file
from astonish.data.sources.titles import find_titles
from astonish.data.synthetic.planted_model import draw_ratings

_CHUNK = 1 << 16  # bytes read from the network at a time
_TIMEOUT = 60  # seconds without an answer


class _BuiltinFields(NamedTuple):
    url: str
    path: str
    reader_params: dict[str, Any]


class BuiltinDataset(_BuiltinFields):
    """A published data set.

    Attributes
    ----------
    url : str
        The address of the archive.
    path : str
        The ratings file; a relative path starts at the folder of data sets.
    reader_params : dict
        Arguments of `Reader`.
    """

    __slots__ = ()

    @property
    def path(self) -> str:
        """The ratings file, in the folder that the environment names at the moment."""
        return str(Path(dataset_dir(), self[1]))


BUILTIN_DATASETS = {
    "ml-100k": BuiltinDataset(
        "https://files.grouplens.org/datasets/movielens/ml-100k.zip",
        "ml-100k/ml-100k/u.data",
        BUILTIN_FORMATS["ml-100k"],
    ),
    "ml-1m": BuiltinDataset(
        "https://files.grouplens.org/datasets/movielens/ml-1m.zip",
        "ml-1m/ml-1m/ratings.dat",
        BUILTIN_FORMATS["ml-1m"],
    ),
    "jester": BuiltinDataset(
        "https://eigentaste.berkeley.edu/dataset/archive/jester_dataset_2.zip",
        "jester/jester_ratings.dat",
        BUILTIN_FORMATS["jester"],
    ),
}

#: The MD5 of an archive, where the publisher states one (GroupLens serves it beside the archive).
CHECKSUMS = {
    BUILTIN_DATASETS["ml-100k"].url: "0e33842e24a9c977be4e0107933c0723",
    BUILTIN_DATASETS["ml-1m"].url: "c4d9eecfca2ab87c1945afe126590906",
}

DEMO = "demo"  # made here, not downloaded


def get_dataset_dir() -> str:
    """Return the folder of downloaded data sets, and make it if there is none.

    ``ASTONISH_DATA``, else ``SURPRISE_DATA_FOLDER``, else ``~/.surprise_data/``: data sets that
    scikit-surprise downloaded are found again.
    """
    folder = dataset_dir()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return folder


def read_builtin(name: str, prompt: bool) -> SourceData:
    """Read a built-in data set; see `Dataset.load_builtin`."""
    if name == DEMO:
        return draw_ratings()
    if name not in BUILTIN_DATASETS:
        known = ", ".join([*BUILTIN_DATASETS, DEMO])
        raise ValueError(f"unknown dataset {name}. Accepted values are {known}.")
    source = BUILTIN_DATASETS[name]
    path = Path(source.path)
    if not path.is_file():
        if prompt:
            _ask_for_download(name)
        download_builtin_dataset(name)
    reader = Reader(**source.reader_params)
    return SourceData(read_file(path, reader), reader, path, find_titles(path))


def dataset_dir() -> str:
    """Return the folder of downloaded data sets, which may not exist yet."""
    for variable in ("ASTONISH_DATA", "SURPRISE_DATA_FOLDER"):
        if folder := os.environ.get(variable):
            return folder
    return f"{Path.home()}/.surprise_data/"


def _ask_for_download(name: str) -> None:
    while True:
        print(
            f"Dataset {name} could not be found. Do you want to download it? [Y/n] ",
            end="",
            flush=True,
        )
        choice = input().strip().lower()
        if choice in ("", "y", "yes"):
            return
        if choice in ("n", "no"):
            print("Ok then, I'm out!")
            sys.exit()


def download_builtin_dataset(name: str) -> None:
    """Download, check and unpack an archive; a failure leaves no files."""
    source = BUILTIN_DATASETS[name]
    expected = CHECKSUMS.get(source.url)
    folder = Path(get_dataset_dir(), name)
    with tempfile.TemporaryFile() as archive:
        digest = _fetch(source.url, archive)
        if expected is not None and digest != expected:
            raise ValueError(
                f"the download of {name} from {source.url} is damaged: "
                f"the MD5 is {digest}, the published one {expected}"
            )
        with tempfile.TemporaryDirectory(dir=folder.parent) as private:
            unpacked = Path(private, name)
            try:
                with zipfile.ZipFile(archive) as files:
                    files.extractall(unpacked)
            except zipfile.BadZipFile as error:
                raise ValueError(
                    f"the download of {name} from {source.url} is damaged: {error}"
                ) from error
            # File by file, so that no file is ever there in part; others in the folder stay.
            shutil.copytree(unpacked, folder, copy_function=os.replace, dirs_exist_ok=True)


def _open(url: str) -> Any:
    import urllib.request  # with its ssl, longer than reading the demo set takes

    try:
        return urllib.request.urlopen(url, timeout=_TIMEOUT)
    except OSError as error:
        raise OSError(f"cannot download {url} to {dataset_dir()}: {error}") from error


def _fetch(url: str, target: IO[bytes]) -> str:
    """Copy `url` into `target` under a progress bar; return the MD5."""
    from tqdm import tqdm  # imported with the first download

    digest = hashlib.md5(usedforsecurity=False)
    with _open(url) as response:
        size = response.headers.get("Content-Length")
        with tqdm(
            total=int(size) if size else None,
            unit="B",
            unit_scale=True,
            desc=f"Downloading {url.rpartition('/')[2]}",
        ) as progress:
            while chunk := response.read(_CHUNK):
                target.write(chunk)
                digest.update(chunk)
                progress.update(len(chunk))
    return digest.hexdigest()
