from pathlib import Path

from . import rating_sets
from .rating_sets import VARIABLE


def test_the_variable_names_the_folder(monkeypatch):
    monkeypatch.setenv(VARIABLE, "/somewhere")
    assert rating_sets.rating_sets() == Path("/somewhere")


def test_without_it_the_folder_lies_beside_the_checkout(monkeypatch, tmp_path):
    checkout = tmp_path / "astonish"
    module = checkout / "tests" / "deeply" / "in" / "rating_sets.py"
    monkeypatch.setattr(rating_sets, "__file__", str(module))
    module.parent.mkdir(parents=True)
    (checkout / "pyproject.toml").touch()
    monkeypatch.delenv(VARIABLE, raising=False)
    assert rating_sets.rating_sets() == tmp_path / "shared" / "data"
