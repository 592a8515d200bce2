"""``surprise.accuracy``."""

from astonish.accuracy import fcp, mae, mse, rmse

__all__ = ["fcp", "mae", "mse", "rmse"]
