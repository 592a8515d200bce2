"""The contract of `astonish.testing` for all models and variants of them; see `CASES`."""

from astonish.testing import ModelContract

from .conftest import CASES


def contract_of(cls, parameters):
    """A test class that asks a model to keep the contract."""
    return type(cls.__name__, (ModelContract,), {"make_model": lambda _: cls(**parameters)})


for _name, _case in CASES.items():
    globals()["Test" + "".join(filter(str.isalnum, _name.title()))] = contract_of(*_case)
