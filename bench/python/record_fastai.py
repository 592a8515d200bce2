"""Record fastai's losses of batches, for the tests that ours are the same.

Run in an interpreter that has fastai: python bench/python/record_fastai.py

It writes recorded_batches.json to tests/python/collab/beside_fastai. Ratings, split, initial
weights and order of samples are made by recorded.py there; what trains is fastai's own Learner.
"""

import json
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import torch
from fastai.callback.core import Callback
from fastai.collab import CollabDataLoaders, TabularCollab
from fastai.learner import Recorder
from fastai.tabular.all import Categorify, TransformBlock
from fastai_side import learner, order_by, quiet

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "python" / "collab" / "beside_fastai"
sys.path.insert(0, str(FOLDER))

import recorded  # noqa: E402

SAMPLES = recorded.make_samples()


class Losses(Callback):
    """Keep the loss of each batch of training, and the sum of errors of each validation."""

    def before_fit(self):
        self.values, self.valid = [], []

    def before_validate(self):
        self.valid.append(0)

    def after_batch(self):
        if self.training:
            self.values.append(self.loss.item())
        else:
            self.valid[-1] += self.loss.item() * len(self.yb[0])


def float64_loss(predictions, ratings):
    """Return what fastai's MSELossFlat is, which rounds both to float32."""
    return torch.nn.functional.mse_loss(predictions.view(-1), ratings.view(-1).double())


def trained(model):
    """Return the parameters in the order of the arrays of `recorded.initial_weights`."""
    # fastai has an empty batch norm
    return [array for array in model.parameters() if array.numel()]


def set_weights(model, weights):
    """Copy `weights`; rows of '#na#' become zeros."""
    with torch.no_grad():
        for parameter, array in zip(trained(model), weights, strict=False):
            rows = len(parameter) - len(array)  # one for embeddings, none for others
            parameter[rows:] = torch.tensor(array).reshape(parameter[rows:].shape)
            parameter[:rows] = 0


def state_of(model):
    """Return the parameters without '#na#', and the running statistics of batch norms."""
    tables = {
        id(layer.weight) for layer in model.modules() if isinstance(layer, torch.nn.Embedding)
    }
    arrays = [array[1:] if id(array) in tables else array for array in trained(model)]
    buffers = [
        array for name, array in model.named_buffers() if "running" in name and array.numel()
    ]
    return [array.detach().numpy() for array in arrays + buffers]


def loaders(frame, valid, batch_size):
    """Return CollabDataLoaders of (user, item, rating), with the rows of `valid` to validate.

    That is from_df with a split of ours.
    """
    user, item, rating = frame.columns
    train = [row for row, is_valid in enumerate(valid) if not is_valid]
    splits = train, [row for row, is_valid in enumerate(valid) if is_valid]
    table = TabularCollab(
        frame, [Categorify], [user, item], y_names=[rating], y_block=TransformBlock(), splits=splits
    )
    return CollabDataLoaders(*table.dataloaders(bs=batch_size).loaders)


def prepared(variant, dtype):
    """Return a Learner that starts and goes on as `recorded` says, and what keeps its losses."""
    samples = SAMPLES
    frame = pd.DataFrame({"user": samples.users, "item": samples.items, "rating": samples.ratings})
    dls = loaders(frame, samples.is_valid, recorded.BATCH_SIZE)
    learn = learner(dls, {"model": variant.model})
    set_weights(learn.model, recorded.initial_weights(samples, variant))
    learn.model.to(dtype)
    if dtype is torch.float64:
        learn.loss_func = float64_loss
        learn.remove_cb(Recorder)  # its averages are float32
    quiet(learn)
    losses = Losses()
    learn.add_cb(losses)
    order_by(dls, lambda: list(recorded.order_of_epoch(learn.epoch, int(dls.train.n))))
    return learn, losses


def record(variant, dtype):
    learn, losses = prepared(variant, dtype)
    fit = getattr(learn, f"fit_{variant.schedule}")
    fit(recorded.N_EPOCHS, recorded.LR_MAX, wd=variant.wd)
    return {
        "losses": losses.values[: len(learn.dls.train)],
        "last losses": losses.values[-3:],
        "valid": [float(total / learn.dls.valid.n) for total in losses.valid],
        "state": recorded.checksums(state_of(learn.model)),
    }


def record_lr_find(variant):
    learn, losses = prepared(variant, torch.float32)
    with tempfile.TemporaryDirectory() as folder:  # it keeps the weights in a file
        learn.path = Path(folder)
        suggestion = learn.lr_find(show_plot=False).valley
    return {
        "lrs": learn.recorder.lrs,
        "smooth losses": [float(loss) for loss in learn.recorder.losses],
        "losses": losses.values,
        "suggestion": suggestion,
    }


def main():
    torch.set_num_threads(1)
    content = {
        "versions": {name: version(name) for name in ("fastai", "torch", "numpy")}
        | {"python": platform.python_version()},
        "lr_find": {name: record_lr_find(recorded.VARIANTS[name]) for name in recorded.LR_FIND},
    }
    for dtype in recorded.DTYPES:
        content[dtype] = {
            name: record(variant, getattr(torch, dtype))
            for name, variant in recorded.VARIANTS.items()
        }
    recorded.FILE.write_text(json.dumps(content) + "\n")
    print(f"{recorded.FILE}: {recorded.FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
