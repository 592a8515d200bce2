"""Dump files: predictions and a model as one pickle, in the form that scikit-surprise reads.

A pickle runs code of whoever wrote it: load only files that you trust. `Model.save` and
`astonish.load` keep models in files that cannot run anything.
"""

import copy
import copyreg
import inspect
import pickle
import pkgutil
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from astonish.compat.mirror import mirror_modules, mirror_name
from astonish.data.csr import RatingsByRow
from astonish.data.trainset import Trainset
from astonish.models.base.model import Model
from astonish.models.training.publishing import keep_options, snapshot
from astonish.support.derived import cached, derived
from astonish.support.garbage_collection import paused_gc
from astonish.support.parameters import parameters_of

_MOST_ROWS = 20_000  # a table of all pairs of so many takes 3.2 GB


def dump(
    file_name: str | Path,
    predictions: list[Any] | None = None,
    algo: Model | None = None,
    verbose: int = 0,
) -> None:
    """Pickle predictions, a model, or both.

    The file is one that scikit-surprise can load where astonish is not installed, too: models and
    training sets take its form and its names. Tables of all pairs of users or items, which it
    keeps and astonish makes on demand, are made and written for up to 20,000 of these; without them
    the file is one for astonish. Classes of your own are pickled as they are.

    Parameters
    ----------
    file_name : str or path
        Where to write.
    predictions : list of Prediction, optional
        As `Model.test` returns them.
    algo : Model, optional
        The model.
    verbose : int, default 0
        Whether to print the name of the file.

    Raises
    ------
    OSError
        When the file cannot be written.
    pickle.PicklingError, AttributeError, TypeError
        For what cannot be pickled, such as a class that was defined inside a function.

    Examples
    --------
    >>> import os, tempfile
    >>> import astonish
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = astonish.SVD(n_epochs=1, random_state=0).fit(trainset)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     astonish.dump.dump(os.path.join(folder, "model"), algo=model)
    ...     predictions, again = astonish.dump.load(os.path.join(folder, "model"))
    >>> again.predict("1", "2") == model.predict("1", "2")
    True
    """
    with Path(file_name).open("wb") as file, paused_gc():
        _SurprisePickler(file, pickle.HIGHEST_PROTOCOL).dump(
            {"predictions": predictions, "algo": algo}
        )
    if verbose:
        print("The dump has been saved as file", file_name)


def load(file_name: str | Path) -> tuple[Any, Any]:
    """Load what `dump` wrote, or scikit-surprise's function of that name.

    What scikit-surprise wrote becomes models and predictions of astonish; scikit-surprise need not
    be installed. Classes of your own must be importable, or be defined in the program. Loading runs
    code from the file: load only files that you trust.

    Parameters
    ----------
    file_name : str or path
        The file.

    Returns
    -------
    predictions, algo
        None where the file holds none.

    Raises
    ------
    OSError
        When the file cannot be read.
    pickle.UnpicklingError and others
        When the file is no pickle, or is damaged.
    """
    with Path(file_name).open("rb") as file, paused_gc():
        content = _SurpriseUnpickler(file).load()
    algo = content["algo"]
    if isinstance(algo, Model):
        _forget_derived(algo)
        if "trainset" in vars(algo):
            keep_options(algo)
    return content["predictions"], algo


class _SurprisePickler(pickle.Pickler):
    """Writes models, training sets and predictions of astonish as scikit-surprise's."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, type):
            # pickle itself would look for the class in the module whose name it writes.
            home = _homes().get(obj)
            return NotImplemented if home is None else (pkgutil.resolve_name, (home,))
        if type(obj) is Trainset:
            return copyreg.__newobj__, (Trainset,), _state_of_trainset(obj)  # type: ignore[attr-defined]
        if type(obj) is RatingsByRow:
            return defaultdict, (list,), None, None, obj.iterate_rows()
        if isinstance(obj, Model) and type(obj) in _homes():
            return copyreg.__newobj__, (type(obj),), _state_of_model(obj)  # type: ignore[attr-defined]
        return NotImplemented


class _SurpriseUnpickler(pickle.Unpickler):
    """Finds scikit-surprise's classes in the mirror."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (pkgutil.resolve_name.__module__, pkgutil.resolve_name.__name__):
            return _resolve
        return super().find_class(mirror_name(module), name)


def _resolve(home: str) -> Any:
    module, _, name = home.partition(":")
    return pkgutil.resolve_name(f"{mirror_name(module)}:{name}")


@cache
def _homes() -> dict[type, str]:
    """Return the name in scikit-surprise, ``module:class``, of each class that it defines."""
    return {
        getattr(module, name): f"{home}:{name}"
        for home, module in mirror_modules().items()
        if not hasattr(module, "__path__")  # packages repeat what their modules define
        for name in module.__all__
        if isinstance(getattr(module, name), type)
    }


def _state_of_trainset(trainset: Trainset) -> dict[str, Any]:
    """Return the attributes of scikit-surprise's Trainset, and those that the user added."""
    arrays = {"by_user", "by_item", "user_ids", "item_ids", "global_mean", "_timestamps"}
    return {name: value for name, value in vars(trainset).items() if name not in arrays} | {
        "_raw2inner_id_users": trainset._raw2inner_id_users,
        "_raw2inner_id_items": trainset._raw2inner_id_items,
        "_inner2raw_id_users": None,
        "_inner2raw_id_items": None,
        "_global_mean": trainset.global_mean,
    }


def _state_of_model(model: Model) -> dict[str, Any]:
    """Return the attributes of a model; scikit-surprise stores what is computed here on demand."""
    twin = copy.copy(snapshot(model))  # which keeps the answers, lest the model do
    state = dict(vars(twin))
    # What is given for one kind of parameter, such as lr_all for lr_bu, is resolved there.
    names = {*parameters_of(type(model)), "sim_options"} & state.keys()
    state |= {name: getattr(twin, name) for name in names}
    if "trainset" in state:
        n_rows = getattr(twin, "n_x", twin.trainset.n_items)
        kinds = (derived, cached) if n_rows <= _MOST_ROWS else derived
        on_demand = _attributes_on_demand(model, kinds)
        state |= {name: getattr(twin, name) for name in on_demand if name not in state}
    return state


def _forget_derived(model: Model) -> None:
    """Drop what a file holds of attributes that are computed here."""
    for name in vars(model).keys() & _attributes_on_demand(model, derived):
        del vars(model)[name]


def _attributes_on_demand(model: Model, kinds: Any) -> set[str]:
    """Return the names of the public attributes of a model that its class computes."""
    names = (name for name in dir(type(model)) if not name.startswith("_"))
    return {name for name in names if isinstance(inspect.getattr_static(type(model), name), kinds)}
