"""``surprise.prediction_algorithms.optimize_baselines``."""

from astonish.compat.optimize_baselines import baseline_als, baseline_sgd

__all__ = ["baseline_als", "baseline_sgd"]
