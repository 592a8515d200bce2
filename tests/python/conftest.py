"""What several test files share."""

import signal

import hypothesis
import pytest

from .data.helpers import require
from .rating_sets import VARIABLE, rating_sets

hypothesis.settings.register_profile("astonish", deadline=None)
hypothesis.settings.load_profile("astonish")


def pytest_configure():
    """Let Ctrl-C reach the tests where the caller ignores it, as a shell does behind ``&``."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def real_data():
    """The folder of the public rating sets, which are not part of the project."""
    folder = rating_sets()
    if not folder.is_dir():
        pytest.skip(f"needs the rating sets in {folder}; {VARIABLE} names another folder")
    return folder


@pytest.fixture(scope="module", params=["pandas", "polars", "pyarrow", "duckdb"])
def library(request):
    """The name of a library whose frames are read."""
    require(request.param)
    if request.param == "duckdb":
        pytest.importorskip("pyarrow", reason="DuckDB hands its results over as arrow tables")
    return request.param


@pytest.fixture
def plt(monkeypatch):
    """pyplot without a display; every figure is closed in the end."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    yield plt
    plt.close("all")
