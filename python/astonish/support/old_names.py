"""Modules of earlier versions, under whose names pickles and files hold classes.

A class that users meet is stored by its public name, such as ``astonish.SVD``, which does not
follow the folders. What was written before that names modules as they were: an import of one of
them gives the module that holds its contents now.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder
else:  # importing importlib.abc takes longer than all else that importing astonish does
    Loader = MetaPathFinder = object

#: The module that holds the contents of one that is no more.
MOVED = {
    "astonish.collab.callback": "astonish.collab.training.callback",
    "astonish.collab.callbacks": "astonish.collab.training.callbacks",
    "astonish.collab.categories": "astonish.collab.loaders.categories",
    "astonish.collab.coding": "astonish.collab.loaders.coding",
    "astonish.collab.data": "astonish.collab.loaders.data",
    "astonish.collab.epoch_table": "astonish.collab.training.epoch_table",
    "astonish.collab.fit_loop": "astonish.collab.training.fit_loop",
    "astonish.collab.fitting": "astonish.collab.training.fitting",
    "astonish.collab.loader": "astonish.collab.loaders.loader",
    "astonish.collab.lr_find": "astonish.collab.training.lr_find",
    "astonish.collab.named_ratings": "astonish.collab.loaders.named_ratings",
    "astonish.collab.optimizer": "astonish.collab.training.optimizer",
    "astonish.collab.pair_table": "astonish.collab.loaders.pair_table",
    "astonish.collab.random_split": "astonish.collab.loaders.random_split",
    "astonish.collab.recorder": "astonish.collab.training.recorder",
    "astonish.collab.session": "astonish.collab.training.session",
    "astonish.collab.suggestions": "astonish.collab.training.suggestions",
    "astonish.data.builtin": "astonish.data.sources.builtin",
    "astonish.data.catalogue": "astonish.data.synthetic.catalogue",
    "astonish.data.csv_table": "astonish.data.sources.csv_table",
    "astonish.data.files": "astonish.data.sources.files",
    "astonish.data.frames": "astonish.data.sources.frames",
    "astonish.data.pairs": "astonish.data.synthetic.pairs",
    "astonish.data.sniff": "astonish.data.sources.sniff",
    "astonish.data.titles": "astonish.data.sources.titles",
    "astonish.evaluation.accuracy": "astonish.accuracy",
    "astonish.evaluation.split": "astonish.data.splits",
    "astonish.models.als": "astonish.models.rating.als",
    "astonish.models.approximate": "astonish.models.ranking.approximate",
    "astonish.models.baseline_only": "astonish.models.rating.baseline_only",
    "astonish.models.baselines": "astonish.models.statistics.baselines",
    "astonish.models.batch_training": "astonish.models.training.mini_batches",
    "astonish.models.co_clustering": "astonish.models.rating.co_clustering",
    "astonish.models.dot_bias": "astonish.models.embedding.dot_bias",
    "astonish.models.embedding_lookup": "astonish.models.embedding.embedding_lookup",
    "astonish.models.embedding_model": "astonish.models.embedding.embedding_model",
    "astonish.models.embedding_nn": "astonish.models.embedding.embedding_nn",
    "astonish.models.factor_model": "astonish.models.factors.factor_model",
    "astonish.models.held_out": "astonish.models.training.held_out",
    "astonish.models.implicit_als": "astonish.models.implicit.implicit_als",
    "astonish.models.knn": "astonish.models.neighbors.knn",
    "astonish.models.neighbor_model": "astonish.models.neighbors.neighbor_model",
    "astonish.models.network_fold_in": "astonish.models.embedding.network_fold_in",
    "astonish.models.nmf": "astonish.models.rating.nmf",
    "astonish.models.normal_predictor": "astonish.models.rating.normal_predictor",
    "astonish.models.optimize_baselines": "astonish.compat.optimize_baselines",
    "astonish.models.persistence": "astonish.models.base.persistence",
    "astonish.models.prediction": "astonish.models.base.prediction",
    "astonish.models.sample_weights": "astonish.models.training.sample_weights",
    "astonish.models.sampling": "astonish.models.training.sampling",
    "astonish.models.schedules": "astonish.models.training.schedules",
    "astonish.models.sgd_trainers": "astonish.models.training.sgd_trainers",
    "astonish.models.similar": "astonish.models.ranking.similar",
    "astonish.models.similarities": "astonish.models.statistics.similarities",
    "astonish.models.slope_one": "astonish.models.rating.slope_one",
    "astonish.models.svd": "astonish.models.rating.svd",
    "astonish.models.svdpp": "astonish.models.rating.svdpp",
    "astonish.models.topk": "astonish.models.ranking.topk",
    "astonish.models.y_range": "astonish.models.base.y_range",
    "astonish.support.archive": "astonish.support.files.archive",
    "astonish.support.binary_files": "astonish.support.files.binary_files",
    "astonish.support.id_columns": "astonish.support.files.id_columns",
    "astonish.support.json_values": "astonish.support.files.json_values",
}

#: The module that holds a class whose module has the name of a folder today.
CLASSES = {
    "astonish.models.base.AlgoBase": "astonish.models.base.algo_base",
    "astonish.models.base.NotFittedError": "astonish.models.base.hooks",
}


def find_class(folder: str, name: str) -> Any:
    """Return a class of a module that is a folder today; an AttributeError for other names."""
    if f"{folder}.{name}" not in CLASSES:
        raise AttributeError(f"module {folder!r} has no attribute {name!r}")
    return getattr(importlib.import_module(CLASSES[f"{folder}.{name}"]), name)


class _Alias(Loader):
    """Puts the module of today in the place of the one that was asked for."""

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of a module to the import system; it is replaced at once."""

    def exec_module(self, module: ModuleType) -> None:
        """Register the module of today under the old name."""
        sys.modules[module.__name__] = importlib.import_module(MOVED[module.__name__])


class _Finder(MetaPathFinder):
    """Finds modules by the names that they had."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the alias of a module that has moved, None for all others."""
        return ModuleSpec(fullname, _Alias()) if fullname in MOVED else None


def install() -> None:
    """Let the old names be imported in this process; a second call changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
