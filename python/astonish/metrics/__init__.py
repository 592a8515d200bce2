"""Metrics: one record each, by name, for cross-validation, searches, callbacks and the command.

>>> import numpy as np
>>> from astonish import metrics
>>> metrics.names()
('rmse', 'mse', 'mae', 'fcp', 'auc', 'log_loss', 'brier')
>>> def bias(true, estimated):
...     return float(np.mean(estimated - true))
>>> metrics.register("bias", bias, greater_is_better=False)
>>> metrics.get("bias").function(np.array([1.0, 2.0]), np.array([2.0, 2.0]))
0.5
>>> metrics.unregister("bias")
"""

from astonish.metrics.metric import NEEDS, Metric
from astonish.metrics.rating_errors import mae, mse, rmse
from astonish.metrics.registry import UnknownMetricError, get, names, register, select, unregister
from astonish.metrics.two_valued import auc, brier, log_loss

__all__ = [
    "NEEDS",
    "Metric",
    "UnknownMetricError",
    "auc",
    "brier",
    "get",
    "log_loss",
    "mae",
    "mse",
    "names",
    "register",
    "rmse",
    "select",
    "unregister",
]
