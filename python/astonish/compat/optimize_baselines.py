"""Baselines of a model's training set under the names and arguments of scikit-surprise.

The argument is called ``self`` there.
"""

from astonish.models.base.algo_base import AlgoBase
from astonish.models.statistics.baselines import Biases


def baseline_als(self: AlgoBase) -> Biases:
    """Return user and item biases of a fitted model's training set, by alternating least squares.

    ``bsl_options`` of the model holds the parameters; see `AlgoBase.compute_baselines`.
    """
    return _compute(self, "als")


def baseline_sgd(self: AlgoBase) -> Biases:
    """Return user and item biases of a fitted model's training set, by gradient descent.

    ``bsl_options`` of the model holds the parameters; see `AlgoBase.compute_baselines`.
    """
    return _compute(self, "sgd")


def _compute(algo: AlgoBase, method: str) -> Biases:
    """Compute what `algo` may have kept already; it stays as it is."""
    other = AlgoBase(bsl_options={**algo.bsl_options, "method": method})
    return other.fit(algo.trainset).compute_baselines()
