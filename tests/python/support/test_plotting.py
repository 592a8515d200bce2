"""Pictures: into the caller's Axes or a new figure, without a display, and without matplotlib."""

import os
import subprocess
import sys

import pytest

from astonish.support import plotting


def test_the_axes_of_the_caller_are_returned(plt):
    ax = plt.figure().add_subplot()
    assert plotting.axes(ax) is ax


def test_a_new_figure_has_its_size(plt):
    ax = plotting.axes(size=(3, 2))
    assert ax.figure.get_size_inches().tolist() == [3, 2]
    assert plt.get_fignums() == [ax.figure.number]


@pytest.mark.usefixtures("plt")
def test_no_display_is_needed():
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    program = (
        "from astonish.support.plotting import axes; axes().plot([1, 2]);"
        "axes().figure.canvas.draw()"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"a picture needs .* pip install 'astonish\[plot\]'"):
        plotting.axes()


def test_matplotlib_is_not_imported_before_it_is_needed():
    program = "import sys, astonish.support.plotting; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
