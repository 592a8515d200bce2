"""Parameters that models of embeddings share, declared once."""

from typing import Any

from astonish.models.training.sampling import SAMPLINGS
from astonish.support.parameters import choice, integer, number, param

N_EPOCHS: Any = param(
    default=5,
    check=integer(0),
    doc="Passes over the ratings; 0 gives the initial model.",
    search=(2, 20, "log"),
    aliases=("epochs", "n_epoch"),
)
LR_MAX: Any = param(
    default=5e-3,
    check=number(),
    doc="The highest learning rate of the cycle.",
    search=(5e-4, 5e-2, "log"),
    aliases=("lr", "learning_rate", "lr_all"),
)
Y_RANGE: Any = param(
    default="auto",
    kind='(float, float), "auto" or None',
    doc="Bounds of the estimates. They are never reached, so they lie a little beyond the ratings: "
    '"auto" widens the rating scale by an eighth of it on either side. None leaves the sum as it '
    "is.",
)
BATCH_SIZE: Any = param(
    default=64,
    check=integer(1),
    doc="Ratings in a batch; what is left over at the end of an epoch is not used in it. A batch "
    "that is normalised needs two.",
    search=(32, 4096, "log"),
    aliases=("bs",),
)
SAMPLING: Any = param(
    default="permutation",
    check=choice(SAMPLINGS),
    kind='{"permutation", "replacement"}',
    doc="Whether an epoch takes each rating once, or draws each sample among all ratings, as "
    "fastai does since 2024.",
)
