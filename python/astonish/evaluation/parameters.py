"""Parameters that the searches share, declared once."""

from typing import Any

from astonish.evaluation.scoring import DEFAULT_MEASURES
from astonish.support.parameters import param

MEASURES: Any = param(
    default_factory=lambda: list(DEFAULT_MEASURES),
    kind="iterable of str",
    doc="Names of metrics, in any case of letters; see `astonish.metrics.names`. Each knows "
    "whether its best value is the highest or the lowest.",
)
CV: Any = param(
    default=None,
    kind="splitter, int or None",
    doc="How to cut folds: an int is KFold with so many, None is KFold(5).",
)
REFIT: Any = param(
    default=False,
    kind="bool or str",
    doc="Whether to fit the best combination to all ratings, for `test` and `predict`. A str is "
    "the metric that decides what is best, True the first one.",
)
RETURN_TRAIN_MEASURES: Any = param(default=False, doc="Whether to score the training sets too.")
N_JOBS: Any = param(
    default=1,
    doc="Fits to work on at a time; -1 for one per CPU. They run in threads (the core works "
    "without the GIL) unless ``joblib.parallel_config`` names another backend, and share the CPUs. "
    "What does not depend on the jobs: all numbers of models whose ``random_state`` is an int. One "
    "job at a time takes combinations in order and all folds of each, so with "
    "``random_state=None`` NumPy's global generator gives the same numbers again; with more jobs "
    "the order of their draws is open. A RandomState among the parameters advances from fit to fit "
    "with one job, and is copied for each fit with more.",
)
PRE_DISPATCH: Any = param(
    default="2*n_jobs",
    kind="int, str or None",
    doc="How many fits to prepare ahead, as in joblib; None for all.",
)
JOBLIB_VERBOSE: Any = param(default=0, doc="How much joblib prints.")
FIT_PARAMS: Any = param(
    default=None,
    kind="dict",
    doc="What `fit` takes beside the training set. Of an array with one entry a rating "
    "(``sample_weight``), in the order of ``data.raw_ratings``, each fold gets the entries of its "
    "ratings, and `refit` gets all; anything else passes unchanged.",
)
