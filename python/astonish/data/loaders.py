"""Functions that make data sets of what sources return."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from astonish.data.dataset import DatasetAutoFolds
from astonish.data.source_data import SourceData
from astonish.data.sources.sniff import read_any_file
from astonish.data.synthetic.planted_model import draw_ratings

Parameters = ParamSpec("Parameters")


def _makes_dataset(
    name: str, read: Callable[Parameters, SourceData]
) -> Callable[Parameters, DatasetAutoFolds]:
    """Return the function `name`, with the parameters of `read`, that makes a data set."""

    @wraps(read)
    def load(*args: Parameters.args, **kwargs: Parameters.kwargs) -> DatasetAutoFolds:
        return DatasetAutoFolds.from_source(read(*args, **kwargs))

    load.__module__ = __name__
    load.__name__ = load.__qualname__ = name
    load.__annotations__ = {**read.__annotations__, "return": DatasetAutoFolds}
    return load


load_any_file = _makes_dataset("load_any_file", read_any_file)
make_ratings = _makes_dataset("make_ratings", draw_ratings)
