"""``surprise.similarities``."""

from astonish.models.statistics.similarities import cosine, msd, pearson, pearson_baseline

__all__ = ["cosine", "msd", "pearson", "pearson_baseline"]
