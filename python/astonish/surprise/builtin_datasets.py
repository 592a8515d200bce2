"""``surprise.builtin_datasets``."""

from astonish.data.sources.builtin import (
    BUILTIN_DATASETS,
    BuiltinDataset,
    download_builtin_dataset,
    get_dataset_dir,
)

__all__ = ["BUILTIN_DATASETS", "BuiltinDataset", "download_builtin_dataset", "get_dataset_dir"]
