"""Record what fastai's schedules and learning rate finder say, as data for the tests.

Run in an environment with fastai; writes tests/python/models/training/fastai_schedules.json and
tests/python/collab/training/fastai_lr_find.json.
"""

import contextlib
import io
import json
import platform
import tempfile
from pathlib import Path

import fastai
import numpy as np
import pandas as pd
import torch
from fastai.callback.core import Callback
from fastai.callback.schedule import minimum, slide, steep, valley
from fastai.collab import CollabDataLoaders, collab_learner

TESTS = Path(__file__).resolve().parents[2] / "tests" / "python"
VERSIONS = {
    "fastai": fastai.__version__,
    "torch": torch.__version__,
    "python": platform.python_version(),
}
BATCH = 8

# (method, arguments, epochs, batches an epoch)
SCHEDULES = [
    ("fit_one_cycle", {"n_epoch": 1, "lr_max": 5e-3}, 1, 9),
    ("fit_one_cycle", {"n_epoch": 5, "lr_max": 5e-3}, 5, 13),
    ("fit_one_cycle", {"n_epoch": 3, "lr_max": 0.1, "div": 10.0, "div_final": 100.0}, 3, 7),
    ("fit_one_cycle", {"n_epoch": 4, "lr_max": 1e-2, "pct_start": 0.3}, 4, 10),
    ("fit_one_cycle", {"n_epoch": 2, "lr_max": 1e-2, "pct_start": 0.99}, 2, 3),
    ("fit_one_cycle", {"n_epoch": 2, "lr_max": 1e-2, "moms": (0.9, 0.7, 0.8)}, 2, 11),
    ("fit_one_cycle", {"n_epoch": 1, "lr_max": 1e-2, "pct_start": 0.1}, 1, 1),
    ("fit_flat_cos", {"n_epoch": 3, "lr": 2e-3}, 3, 7),
    ("fit_flat_cos", {"n_epoch": 2, "lr": 2e-3, "pct_start": 0.5, "div_final": 50.0}, 2, 5),
    ("fit_sgdr", {"n_cycles": 3, "cycle_len": 1, "lr_max": 1e-2}, 7, 3),
    ("fit_sgdr", {"n_cycles": 2, "cycle_len": 2, "lr_max": 1e-2, "cycle_mult": 3}, 8, 3),
]


def learner_of(n_batches, folder, n_users=20, seed=0):
    """Return a learner whose training part has that many batches of BATCH."""
    rng = np.random.RandomState(seed)
    n = n_batches * BATCH
    users, items = rng.randint(n_users, size=n), rng.randint(30, size=n)
    ratings = 3 + np.cos(users) + np.sin(items) + rng.normal(0, 0.3, n)
    frame = pd.DataFrame({"user": users, "item": items, "rating": ratings})
    dls = CollabDataLoaders.from_df(frame, valid_pct=0.0, seed=seed, bs=BATCH, path=folder)
    assert len(dls.train) == n_batches
    learn = collab_learner(dls, n_factors=5, y_range=(0, 5.5))
    learn.remove_cb(learn.progress)  # it warns of the empty validation part
    return learn


def record_schedule(method, arguments, n_epochs, n_batches, folder):
    learn = learner_of(n_batches, folder)
    getattr(learn, method)(**arguments)
    hps = learn.recorder.hps
    lrs = [float(lr) for lr in hps["lr"]]
    assert len(lrs) == n_epochs * n_batches
    return {
        "method": method,
        "arguments": arguments,
        "n_epochs": n_epochs,
        "n_batches": n_batches,
        "lrs": lrs,
        "moms": [float(mom) for mom in hps.get("mom", [])],
    }


def record_lr_find(seed, arguments, folder):
    torch.manual_seed(seed)
    np.random.seed(seed)
    learn = learner_of(40, folder, seed=seed)
    learn.lr_find(show_plot=False, suggest_funcs=None, **arguments)
    return record_suggestions(
        arguments,
        [float(lr) for lr in learn.recorder.lrs],
        [float(loss) for loss in learn.recorder.losses],
    )


def record_suggestions(arguments, lrs, losses):
    num_it = arguments.get("num_it", 100)
    part = slice(num_it // 10, -5)
    curve = torch.tensor(lrs[part]), torch.tensor(losses[part])
    functions = {"valley": valley, "slide": slide, "minimum": minimum, "steep": steep}
    answers = {name: function(*curve, num_it) for name, function in functions.items()}
    points = {name: [float(lr), *map(float, point)] for name, (lr, point) in answers.items()}
    return {"arguments": arguments, "lrs": lrs, "losses": losses, "suggestions": points}


def noisy_curve(seed):
    """Return a made-up curve with several valleys."""
    rng = np.random.RandomState(seed)
    lrs = 1e-7 * 1e8 ** (np.arange(100) / 100)
    losses = 2 + np.cumsum(rng.normal(-0.01, 0.05, 100))
    return record_suggestions({}, lrs.tolist(), losses.astype(np.float32).tolist())


def smoothing(folder):
    """Return losses of batches over two epochs, and what the recorder made of them."""
    learn = learner_of(9, folder)
    losses = []

    def note(self):
        losses.append(self.learn.loss.item())

    learn.fit_one_cycle(2, 5e-3, cbs=Callback(after_batch=note))
    shown = [float(values[0]) for values in learn.recorder.values]
    return {"losses": losses, "smooth": [float(x) for x in learn.recorder.losses], "shown": shown}


def write(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"versions": VERSIONS, **content}, indent=1) + "\n")
    print(path, path.stat().st_size)


def main():
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        schedules = [record_schedule(*schedule, folder) for schedule in SCHEDULES]
        curves = [record_lr_find(seed, {}, folder) for seed in range(3)]
        curves += [record_lr_find(7, {"num_it": 60, "end_lr": 3.0}, folder)]
        curves += [noisy_curve(seed) for seed in range(4)]
        smooth = smoothing(folder)
    write(TESTS / "models" / "training" / "fastai_schedules.json", {"schedules": schedules})
    write(
        TESTS / "collab" / "training" / "fastai_lr_find.json",
        {"curves": curves, "smoothing": smooth},
    )


if __name__ == "__main__":
    main()
