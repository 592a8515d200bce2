"""Parameters that many models have, declared once."""

import numbers
from typing import Any

import numpy as np

from astonish.support.parameters import (
    choice,
    flag,
    function,
    integer,
    number,
    optional,
    param,
    truth,
)

RandomState = int | np.random.RandomState | None


def _no_share(name: str, value: Any) -> Any:
    if isinstance(value, numbers.Real):
        raise ValueError(f"{name} must be a test set, got {value!r}")
    return value


def tolerance(what_lowers: str) -> Any:
    """Declare the share of the training loss that epochs must gain, or training stops."""
    return param(
        default=None,
        check=optional(number(0)),
        doc=f"Stop when {what_lowers} the training loss by less than this share of it.",
    )


RANDOM_STATE: Any = param(
    default=None,
    kind="int, numpy.random.RandomState or None",
    doc="Decides all that is drawn, such as initial factors. An int gives the same model at every "
    "fit, None uses NumPy's global generator.",
    aliases=("seed", "random_seed", "rng"),
)
VERBOSE: Any = param(default=False, check=truth, doc="Whether to show the progress.")
N_THREADS: Any = param(
    default=None,
    check=optional(integer(1)),
    doc="Threads to use; by default ``ASTONISH_NUM_THREADS``, else all CPUs that the process may "
    "use. Results do not depend on it.",
    aliases=("num_threads", "n_jobs", "nthreads"),
)
VALIDATION: Any = param(
    default=None,
    kind="float or list of (user id, item id, rating)",
    doc="A share of the ratings to hold out, or ratings, to measure each epoch with.",
)
PATIENCE: Any = param(
    default=None,
    check=optional(integer(1)),
    doc="Stop when so many epochs in a row have not lowered the RMSE of `validation`, and keep the "
    "best epoch's parameters.",
)
TOL: Any = tolerance("an epoch lowers")
CALLBACK: Any = param(
    default=None,
    check=optional(function),
    kind="callable",
    doc="Called after each epoch as ``callback(epoch, losses)``; True stops.",
)
FACTOR_DTYPE: Any = param(
    default="float32",
    check=choice(("float32", "float64")),
    kind='{"float32", "float64"}',
    doc="Of the parameters and of the arithmetic.",
)
INIT_MEAN: Any = param(
    default=0, check=number(), doc="Mean of the normal distribution that factors start from."
)
INIT_STD_DEV: Any = param(
    default=0.1,
    check=number(0),
    doc="Standard deviation of the normal distribution that factors start from.",
)


def validation_set(why_no_share: str) -> Any:
    """Declare the validation of a model that cannot do without any rating of its training set."""
    return param(
        default=None,
        check=_no_share,
        kind="list of (user id, item id, rating)",
        doc="Ratings to measure each epoch with. Not a share of the training set, as `SVD` takes "
        f"it: {why_no_share}",
    )


def learning_rate(what: str) -> Any:
    """Declare a learning rate that is `lr_all` where it is not given."""
    return param(
        default=None,
        check=number(),
        kind="float",
        doc=f"Learning rate of the {what}, by default `lr_all`.",
        like="lr_all",
    )


def regularisation(what: str) -> Any:
    """Declare a regularisation that is `reg_all` where it is not given."""
    return param(
        default=None,
        check=number(),
        kind="float",
        doc=f"Regularisation of the {what}, by default `reg_all`.",
        like="reg_all",
    )


def factors(
    default: int,
    doc: str = "Length of the factor vectors; 0 leaves the biases.",
    search: Any = (8, 256, "log"),
) -> Any:
    """Declare the number of factors."""
    return param(
        default=default,
        check=integer(0),
        doc=doc,
        search=search,
        aliases=("factors", "rank", "k", "no_components", "embedding_dim"),
    )


def epochs(
    default: int,
    doc: str = "Passes over the ratings; 0 gives the initial model.",
    search: Any = (5, 80, "log"),
) -> Any:
    """Declare the number of epochs."""
    return param(
        default=default,
        check=integer(0),
        doc=doc,
        search=search,
        aliases=("iterations", "epochs", "n_iter", "max_iter", "maxIter"),
    )


def rate_of_all(default: float) -> Any:
    """Declare the learning rate that holds where none is given for one kind of parameter."""
    return param(
        default=default,
        check=number(),
        doc="Learning rate of all parameters.",
        search=(0.001, 0.05, "log"),
        aliases=("learning_rate", "lr", "alpha"),
    )


REG_ALL: Any = param(
    default=0.02,
    check=number(),
    doc="Regularisation of all parameters.",
    search=(0.005, 0.3, "log"),
    aliases=("regularization", "reg", "lambda"),
)
BIASED: Any = param(default=True, check=flag, doc="Whether to use the mean and the biases.")
