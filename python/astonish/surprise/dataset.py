"""``surprise.dataset``."""

from astonish.data.dataset import Dataset, DatasetAutoFolds, DatasetUserFolds
from astonish.data.reader import Reader as Reader
from astonish.data.sources.builtin import BUILTIN_DATASETS as BUILTIN_DATASETS
from astonish.data.sources.builtin import download_builtin_dataset as download_builtin_dataset
from astonish.data.trainset import Trainset as Trainset

__all__ = ["Dataset", "DatasetAutoFolds", "DatasetUserFolds"]
