"""fastai's collaborative filtering, without torch."""

from astonish.collab.categories import CategoryMap
from astonish.collab.data import CollabDataLoaders
from astonish.collab.loader import RatingsLoader

__all__ = ["CategoryMap", "CollabDataLoaders", "RatingsLoader"]
