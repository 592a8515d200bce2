"""Parameters of models, each declared once.

A class lists its parameters as fields of a dataclass: name, default, check, a line of documentation
and, where there are any, values worth trying and the names that other libraries have for it. From
these come the constructor, the checks of `fit`, ``repr``, `get_params` and `set_params`, the
section of the docstring, the options of the core and those of the command line.

>>> @declare
... class Model(Parameterized):
...     '''A model.'''
...
...     n_factors: int = param(default=100, check=integer(0), doc="Length of the factor vectors.")
>>> Model(n_factors=20)
Model(n_factors=20)
>>> checked(Model(n_factors=-1))
Traceback (most recent call last):
ValueError: n_factors must be at least 0, got -1
"""

from astonish.support.parameters.checks import (
    Check,
    anything,
    choice,
    flag,
    function,
    integer,
    number,
    optional,
    truth,
)
from astonish.support.parameters.construction import declare, declare_base
from astonish.support.parameters.declaration import REQUIRED, Parameter, param, parameters_of
from astonish.support.parameters.parameterized import Parameterized, checked, defaults_of, fill
from astonish.support.parameters.suggestions import closest_name

__all__ = [
    "REQUIRED",
    "Check",
    "Parameter",
    "Parameterized",
    "anything",
    "checked",
    "choice",
    "closest_name",
    "declare",
    "declare_base",
    "defaults_of",
    "fill",
    "flag",
    "function",
    "integer",
    "number",
    "optional",
    "param",
    "parameters_of",
    "truth",
]
