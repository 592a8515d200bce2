"""The models."""

from astonish.models.base import AlgoBase
from astonish.models.svd import SVD

__all__ = ["ALGORITHMS", "SVD", "AlgoBase"]

#: The models that the command line knows by name.
ALGORITHMS: dict[str, type[AlgoBase]] = {"SVD": SVD}
