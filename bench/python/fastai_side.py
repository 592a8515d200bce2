"""fastai's side of compare_fastai.py and record_fastai.py, for the interpreter that has fastai.

As a program it reads one job a line, in JSON, and answers each with a line of JSON: so both sides
of a comparison run in turn, and fastai is loaded and warm.
"""

import json
import sys
import time
from functools import partial

import pandas as pd
from fastai.callback.progress import ProgressCallback
from fastai.collab import CollabDataLoaders, EmbeddingNN, collab_learner
from fastai.layers import Embedding, Module, sigmoid_range
from fastai.learner import Learner
from fastai.losses import MSELossFlat
from fastai.tabular.all import TabDataLoader, get_emb_sz
from fastai.torch_core import set_seed
from fastcore.basics import noop


class DotProduct(Module):
    """fastbook's model without biases: fastai's own always has them."""

    def __init__(self, n_users, n_items, n_factors, y_range=None):
        self.u_weight = Embedding(n_users, n_factors)
        self.i_weight = Embedding(n_items, n_factors)
        self.y_range = y_range

    def forward(self, x):
        dots = (self.u_weight(x[:, 0]) * self.i_weight(x[:, 1])).sum(dim=1)
        return dots if self.y_range is None else sigmoid_range(dots, *self.y_range)


def order_by(dls, get_indices):
    """Let `get_indices()` say the order of the samples of each epoch."""
    dls.train.get_idxs = get_indices


def permute(dls):
    """Draw a permutation each epoch, as older releases did, not samples with replacement."""
    order_by(dls, partial(TabDataLoader.get_idxs, dls.train))


def learner(dls, job):
    """Return the Learner of a job's `model`: a dict of the options below."""
    model = dict(job["model"])
    y_range, layers = model.pop("y_range", None), model.pop("layers", None)
    if layers is not None:
        sizes = get_emb_sz(dls, dict(zip(dls.classes, model.pop("emb_szs", ()), strict=False)))
        network = EmbeddingNN(sizes, layers, y_range=y_range, **model)
        return Learner(dls, network, loss_func=MSELossFlat())
    n_factors = model.pop("n_factors")
    if model.pop("biased", True):
        return collab_learner(dls, n_factors, y_range=y_range)
    n_users, n_items = map(len, dls.classes.values())
    return Learner(dls, DotProduct(n_users, n_items, n_factors, y_range), loss_func=MSELossFlat())


def quiet(learn):
    """Print nothing while it trains."""
    learn.logger = noop
    learn.remove_cb(ProgressCallback)


def answer(job):
    """Train as the job says; return the seconds, and the validation loss after each epoch."""
    frame = pd.read_csv(job["path"])
    set_seed(job["seed"])
    dls = CollabDataLoaders.from_df(frame, seed=job["seed"], bs=job["batch_size"])
    if job["sampling"] == "permutation":
        permute(dls)
    learn = learner(dls, job)
    quiet(learn)
    begin = time.perf_counter()
    learn.fit_one_cycle(job["n_epochs"], job["lr_max"], wd=job["wd"])
    seconds = time.perf_counter() - begin
    valid = [float(row[1]) for row in learn.recorder.values]
    held_out = float(dls.valid.items[frame.columns[2]].sum())
    return {"seconds": seconds, "valid": valid, "held_out": held_out}


def main():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
