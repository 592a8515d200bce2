"""Functions that make data sets of what sources return."""

import inspect

import pytest

import astonish
from astonish.data import loaders
from astonish.data.dataset import DatasetAutoFolds
from astonish.data.sources.builtin import read_builtin
from astonish.data.sources.sniff import read_any_file
from astonish.data.synthetic.planted_model import draw_ratings


@pytest.mark.parametrize(
    ("name", "read"), [("load_any_file", read_any_file), ("make_ratings", draw_ratings)]
)
def test_a_loader_has_the_parameters_and_the_documentation_of_the_source(name, read):
    load = getattr(loaders, name)
    signature = inspect.signature(load, follow_wrapped=False)
    assert load.__name__ == name
    assert load.__doc__ == read.__doc__
    assert inspect.signature(load).parameters == inspect.signature(read).parameters
    assert list(signature.parameters) == ["args", "kwargs"]
    assert load.__annotations__["return"] is DatasetAutoFolds


def test_a_data_set_holds_what_the_source_returned():
    source = draw_ratings(20, 10, 100, seed=1)
    data = astonish.make_ratings(20, 10, 100, seed=1)
    assert list(data.ratings) == list(source.ratings)
    assert data.item_titles == source.item_titles
    assert data.item_genres == source.item_genres
    assert data.reader.rating_scale == source.reader.rating_scale
    assert not hasattr(data, "ratings_file")


def test_the_file_and_titles_are_kept(tmp_path):
    path = tmp_path / "ratings.dat"
    path.write_text("1::5::3\n2::5::4\n")
    (tmp_path / "movies.dat").write_text("5::Heat (1995)::Crime\n")
    data = loaders.load_any_file(path)
    assert data.ratings_file == path
    assert data.item_titles == {"5": "Heat (1995)"}


def test_the_demo_is_made_ratings_with_every_default():
    demo = read_builtin("demo", prompt=False)
    assert list(astonish.make_ratings().ratings[:50]) == list(demo.ratings[:50])
