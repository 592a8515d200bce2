"""The base of scikit-surprise's algorithms, and of those that users write for it."""

import difflib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astonish.models.base.model import Model
from astonish.models.statistics.baselines import BASELINES
from astonish.models.statistics.similarities import SimilarityOptions, between_rows, matrix_of
from astonish.models.training.publishing import reading, sharing, snapshot
from astonish.support.checks import check_mapping
from astonish.support.public import public
from astonish.support.settings import resolve_n_threads
from astonish.support.warning import warn_user

_KNOWN_OPTIONS = {
    "bsl_options": ("method", "n_epochs", "reg_u", "reg_i", "reg", "learning_rate"),
    "sim_options": ("name", "user_based", "min_support", "shrinkage"),
}


def _warn_of_typos(option: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Warn of keys that are probably mistyped; a class of the user's may have keys of its own."""
    for key in given:
        close = difflib.get_close_matches(str(key), known, n=1, cutoff=0.7)
        if key not in known and close:
            warn_user(f"{option}[{key!r}] has no effect; did you mean {close[0]!r}?")


class _SimilarityOptions:
    """The attribute ``sim_options``: as given, until a program reads it and finds it complete.

    scikit-surprise's programs read and change ``sim_options["user_based"]``, so the completed dict
    is kept, and ``repr`` and `get_params` show it from then on.
    """

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self
        attributes = vars(instance)
        if "sim_options" not in attributes:
            raise AttributeError(f"{owner.__name__!r} object has no attribute 'sim_options'")
        given = attributes["sim_options"]
        if "user_based" not in given:
            given = attributes["sim_options"] = {"user_based": True, **given}
        return given

    def __set__(self, instance: Any, value: Any) -> None:
        vars(instance)["sim_options"] = value


@public
class AlgoBase(Model):
    """Base of scikit-surprise's models, and of yours.

    A subclass implements ``estimate(u, i)``, which gets inner ids (for unknown ones the text
    ``"UKN__"`` and the raw id) and returns an estimate, or an estimate and a dict of details, or
    raises `PredictionImpossible`. It may extend `fit`. It ranks items by its estimates.

    Parameters
    ----------
    **kwargs
        ``bsl_options`` and ``sim_options``: dicts that configure baselines and similarities.

    Attributes
    ----------
    trainset : Trainset
        What the model was fitted to.

    Examples
    --------
    >>> import astonish
    >>> class GlobalMean(astonish.AlgoBase):
    ...     def estimate(self, u, i):
    ...         return self.trainset.global_mean
    >>> trainset = astonish.Dataset.load_builtin("demo").build_full_trainset()
    >>> model = GlobalMean().fit(trainset)
    >>> bool(model.predict("1", "1").est == trainset.global_mean)
    True
    >>> item_ids, scores = model.recommend(["1"], n=2)
    >>> item_ids.shape
    (1, 2)
    """

    bu: Any
    bi: Any
    sim: NDArray[np.float64]
    bsl_options: dict[str, Any]
    sim_options: Any = _SimilarityOptions()

    def __init__(self, **kwargs: Any) -> None:
        self.bsl_options = kwargs.get("bsl_options", {})
        self.sim_options = kwargs.get("sim_options", {})
        self.__post_init__()

    def __post_init__(self) -> None:
        """Refuse options that are no dicts, and warn of keys that are almost those of options."""
        options = vars(self)
        for name, known in _KNOWN_OPTIONS.items():
            options[name] = check_mapping(name, options.get(name, {}))
            _warn_of_typos(name, options[name], known)

    def _begin(self, trainset: Any) -> None:
        if not {"bsl_options", "sim_options"} <= vars(self).keys():  # no constructor was called
            AlgoBase.__post_init__(self)
        super()._begin(trainset)
        self.bu = self.bi = None

    def compute_baselines(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return user and item biases of the training set, and keep them in ``bu`` and ``bi``.

        ``bsl_options`` decides: ``method`` "als" (the default; ``n_epochs``, ``reg_u``, ``reg_i``)
        or "sgd" (``n_epochs``, ``reg``, ``learning_rate``). "als" works in ``n_threads`` threads
        where the model has that parameter, else in as many as there are CPUs.

        Returns
        -------
        bu, bi : float64 arrays of shape (n_users,) and (n_items,)

        Raises
        ------
        ValueError
            For an unknown method.
        """
        keeping = sharing(self)
        model = snapshot(keeping)
        trainset = model._fitted_trainset()
        if model.bu is None:
            method = model.bsl_options.get("method", "als")
            if method not in BASELINES:
                raise ValueError(
                    f"Invalid method {method} for baseline computation."
                    " Available methods are als and sgd."
                )
            model._say(f"Estimating biases using {method}...")
            n_threads = resolve_n_threads(model.n_threads)
            keeping.bu, keeping.bi = BASELINES[method](trainset, model.bsl_options, n_threads)
        return keeping.bu, keeping.bi

    @reading
    def compute_similarities(self) -> NDArray[np.float64]:
        """Return the similarities of all users, or of all items, of the training set.

        ``sim_options`` decides: ``name`` "msd" (the default), "cosine", "pearson" or
        "pearson_baseline"; ``user_based`` (True); ``min_support`` (1); ``shrinkage`` (100, for
        "pearson_baseline").

        Returns
        -------
        float64 array of shape (n_users, n_users), or (n_items, n_items)

        Raises
        ------
        NameError
            For an unknown name.
        ValueError, TypeError
            For another option out of range.
        """
        trainset = self._fitted_trainset()
        options = self._similarity_options()
        self._announce_similarities(options)
        sides = trainset.by_user, trainset.by_item
        rows, cols = sides if self._is_user_based() else sides[::-1]
        return matrix_of(between_rows(rows, cols, options), rows.n_rows, self.n_threads)

    def _similarity_options(self) -> SimilarityOptions:
        """Read ``sim_options``; computes the baselines for a measure that needs them."""
        options = SimilarityOptions.from_dict(vars(self)["sim_options"])
        if options.name != "pearson_baseline":
            return options
        if self.bu is None:  # asked once a fit, even if a subclass computes them its own way
            self.bu, self.bi = self.compute_baselines()
        biases = self.bu, self.bi
        row_biases, col_biases = biases if self._is_user_based() else biases[::-1]
        mean = self.trainset.global_mean
        return options._replace(global_mean=mean, row_biases=row_biases, col_biases=col_biases)

    def _is_user_based(self) -> bool:
        """Return whether users are compared, by the options as they were given."""
        return bool(vars(self)["sim_options"].get("user_based", True))

    def _announce_similarities(self, options: SimilarityOptions) -> None:
        self._say(f"Computing the {options.name} similarity matrix...")
        self._say("Done computing similarity matrix.")

    def get_neighbors(self, iid: int, k: int) -> list[int]:
        """Return the inner ids of the `k` most similar users or items, by the matrix ``self.sim``.

        Of equal similarities the lower inner id comes first.
        """
        order = np.argsort(-np.asarray(self.sim[iid], np.float64), kind="stable")
        neighbors: list[int] = order[order != iid][: max(k, 0)].tolist()
        return neighbors
