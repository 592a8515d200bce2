from types import SimpleNamespace

from .passed_tests import PassedTests, without


def report(name, when="call", outcome="passed"):
    return SimpleNamespace(nodeid=name, when=when, passed=outcome == "passed")


def test_a_second_run_leaves_out_what_passed(tmp_path):
    path = tmp_path / "passed"
    plugin = PassedTests(path)
    plugin.pytest_runtest_logreport(report("t.py::passed[a\nb]"))
    plugin.pytest_runtest_logreport(report("t.py::skipped", "setup", "skipped"))
    plugin.pytest_runtest_logreport(report("t.py::skipped", "teardown"))
    plugin.pytest_runtest_logreport(report("t.py::skipped_inside", outcome="skipped"))
    plugin.pytest_sessionfinish()
    names = ["t.py::passed[a\nb]", "t.py::passed", "t.py::skipped", "t.py::skipped_inside"]
    items = [SimpleNamespace(nodeid=name) for name in names]
    rest, left_out = without(items, path)
    assert left_out == items[:1]
    assert rest == items[1:]
