"""``surprise.accuracy``."""

from astonish.evaluation.accuracy import fcp, mae, mse, rmse

__all__ = ["fcp", "mae", "mse", "rmse"]
