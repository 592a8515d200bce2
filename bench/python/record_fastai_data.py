"""Record how fastai splits and codes ratings, as data for the tests.

Run in an environment with fastai; writes tests/python/collab/fastai_data.json.
"""

import hashlib
import json
import platform
from pathlib import Path

import fastai
import numpy as np
import pandas as pd
import torch
from fastai.collab import CollabDataLoaders

TARGET = Path(__file__).resolve().parents[2] / "tests" / "python" / "collab" / "fastai_data.json"
VERSIONS = {
    "fastai": fastai.__version__,
    "torch": torch.__version__,
    "pandas": pd.__version__,
    "python": platform.python_version(),
}

ORDERS = [(n, 42) for n in (1, 2, 3, 10, 700, 1_000_000)]
ORDERS += [(20, seed) for seed in (0, 7, -1, 2**32 - 1, 2**32 + 5, -(2**63), 2**64 - 1)]

LETTERS = list("zqkzbqkamzqbkzzqkabm")
NUMBERS = [9, 3, 14, 9, 1, 3, 14, 20, 5, 9, 3, 1, 14, 9, 9, 3, 14, 20, 1, 5]
MIXED = [each if place % 3 else str(each) for place, each in enumerate(NUMBERS)]
# name: (values, dtype, categories)
COLUMNS = {
    "ints": (NUMBERS, "int64", None),
    "ints as objects": (NUMBERS, "object", None),
    "nullable ints": (NUMBERS, "Int64", None),
    "floats": ([number / 4 for number in NUMBERS], "float64", None),
    "truth values": ([number > 4 for number in NUMBERS], "bool", None),
    "texts": (LETTERS, "object", None),
    "strings": (LETTERS, "str", None),
    "mixed": (MIXED, "object", None),
    "categories": (LETTERS, "category", list("zxkqbma")),
    "ordered categories": (LETTERS, "category, ordered", list("zxkqbma")),
    "categories of ints": (NUMBERS, "category", [20, 14, 9, 7, 5, 3, 1]),
}
CASES = [(name, "texts", 42, 0.2) for name in COLUMNS]
CASES += [("texts", name, 3, 0.45) for name in COLUMNS]
CASES += [("ints as objects", "texts", 0, 0.8)]
CASES += [("ints", "texts", seed, 0.8) for seed in (0, 1, 2, -1)]
CASES += [("ints", "ints", 5, share) for share in (0.0, 0.01, 0.29, 0.9)]


def make_column(values, dtype, categories):
    if categories is None:
        return pd.Series(values, dtype=dtype)
    return pd.Series(pd.Categorical(values, categories=categories, ordered="ordered" in dtype))


def record_order(n, seed):
    torch.manual_seed(seed)
    order = torch.randperm(n).numpy()
    digest = hashlib.sha256(order.astype("<i8").tobytes()).hexdigest()
    return {"n": n, "seed": seed, "first": order[:20].tolist(), "sha256": digest}


def record_case(user, item, seed, valid_pct):
    ratings = np.arange(len(LETTERS), dtype=np.float64)  # they tell which row is where
    frame = pd.DataFrame(
        {"u": make_column(*COLUMNS[user]), "i": make_column(*COLUMNS[item]), "r": ratings}
    )
    dls = CollabDataLoaders.from_df(frame, valid_pct=valid_pct, seed=seed, bs=3, val_bs=4)
    return {
        "user": user,
        "item": item,
        "seed": seed,
        "valid_pct": valid_pct,
        "classes": [[to_python(raw_id) for raw_id in dls.classes[name]] for name in "ui"],
        "train": record_part(dls.train_ds.items),
        "valid": record_part(dls.valid_ds.items),
        "n_batches": [len(dls.train), len(dls.valid)],
    }


def record_part(items):
    return {name: items[name].astype(int).tolist() for name in "uir"}


def to_python(raw_id):
    return raw_id.item() if isinstance(raw_id, np.generic) else raw_id


def main():
    columns = {
        name: dict(zip(("values", "dtype", "categories"), column, strict=True))
        for name, column in COLUMNS.items()
    }
    content = {
        "versions": VERSIONS,
        "orders": [record_order(*order) for order in ORDERS],
        "columns": columns,
        "cases": [record_case(*case) for case in CASES],
    }
    TARGET.write_text(json.dumps(content) + "\n")
    print(TARGET, TARGET.stat().st_size)


if __name__ == "__main__":
    main()
