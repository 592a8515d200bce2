"""What several test files share."""

import signal

import hypothesis
import pytest

from .data.helpers import require
from .passed_tests import PassedTests, without
from .rating_sets import VARIABLE, rating_sets

hypothesis.settings.register_profile("astonish", deadline=None)
hypothesis.settings.load_profile("astonish")


def pytest_addoption(parser):
    group = parser.getgroup("astonish", "two runs that test each thing once")
    group.addoption("--write-passed", metavar="FILE", help="write the tests that pass to a file")
    group.addoption("--skip-passed", metavar="FILE", help="leave out the tests of such a file")


def pytest_configure(config):
    """Let Ctrl-C reach the tests where the caller ignores it, as a shell does behind ``&``."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    path = config.getoption("write_passed", None)
    is_worker = hasattr(config, "workerinput")  # of pytest-xdist, whose controller hears of all
    if path is not None and not is_worker:
        config.pluginmanager.register(PassedTests(path))


def pytest_collection_modifyitems(config, items):
    path = config.getoption("skip_passed", None)
    if path is not None:
        items[:], left_out = without(items, path)
        config.hook.pytest_deselected(items=left_out)


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
