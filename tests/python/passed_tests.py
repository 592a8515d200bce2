"""Lists of tests that passed, so that a second run, where more is installed, tests the rest."""

from pathlib import Path


class PassedTests:
    """A plugin of pytest that writes a line for each test that passes."""

    def __init__(self, path):
        self._path = Path(path).resolve()
        self._names = []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self._names.append(report.nodeid)

    def pytest_sessionfinish(self):
        self._path.write_text("".join(f"{name!r}\n" for name in self._names))


def without(items, path):
    """The tests that a file does not name, and those that it names."""
    names = set(Path(path).read_text().splitlines())
    rest, named = [], []
    for item in items:
        (named if repr(item.nodeid) in names else rest).append(item)
    return rest, named
