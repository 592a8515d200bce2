"""Names and modules that are imported when they are first used."""

import importlib
import sys
import threading

import pytest

from astonish.support.lazy import lazy_module
from astonish.support.progress import progress_bar

INIT = """
from astonish.support import lazy
__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
"""
STUB = """
from lazy_house import kitchen as kitchen
from lazy_house.kitchen import Oven as Oven

bake = Oven.bake
"""
KITCHEN = """
import sys
sys.lazy_house_imports = getattr(sys, "lazy_house_imports", 0) + 1
class Oven:
    @classmethod
    def bake(cls): return cls.__name__
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A package with a stub, not yet used."""
    folder = tmp_path / "lazy_house"
    folder.mkdir()
    for name, text in (("__init__.py", INIT), ("__init__.pyi", STUB), ("kitchen.py", KITCHEN)):
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "lazy_house_imports", 0, raising=False)
    yield importlib.import_module("lazy_house")
    for name in ("lazy_house", "lazy_house.kitchen"):
        sys.modules.pop(name, None)


def test_names_are_imported_when_they_are_used(house):
    assert house.__all__ == ["kitchen", "Oven", "bake"]
    assert {"kitchen", "Oven", "bake"} <= set(dir(house))
    assert "lazy_house.kitchen" not in sys.modules
    assert house.bake() == "Oven"
    assert house.Oven is house.kitchen.Oven
    assert vars(house)["Oven"] is house.Oven


def test_a_name_that_is_not_declared_is_an_attribute_error(house):
    with pytest.raises(AttributeError, match="module 'lazy_house' has no attribute 'garage'"):
        house.garage  # noqa: B018


def test_a_name_is_imported_once_by_several_threads(house):
    barrier, ovens = threading.Barrier(8), []

    def look():
        barrier.wait()
        ovens.append(house.Oven)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ovens) == 8
    assert len(set(ovens)) == 1
    assert sys.lazy_house_imports == 1


@pytest.mark.usefixtures("house")
def test_a_module_is_imported_when_something_of_it_is_used():
    kitchen = lazy_module("lazy_house.kitchen")
    assert sys.lazy_house_imports == 0
    assert kitchen.Oven.bake() == "Oven"
    assert kitchen.Oven is sys.modules["lazy_house.kitchen"].Oven
    with pytest.raises(AttributeError, match=r"'lazy_house.kitchen' has no attribute 'Fridge'"):
        kitchen.Fridge  # noqa: B018


def test_a_module_that_is_not_installed_is_missed_at_its_first_use():
    missing = lazy_module("no_such_module_anywhere")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        missing.anything  # noqa: B018


@pytest.mark.parametrize("shown", [True, False])
def test_a_bar_is_shown_or_not(shown, capsys):
    with progress_bar(3, "epoch", shown) as bar:
        for loss in range(3):
            bar.set_postfix({"loss": loss}, refresh=False)
            bar.update()
    printed = capsys.readouterr().err
    assert ("3/3" in printed) == shown
    assert ("epoch" in printed) == shown
