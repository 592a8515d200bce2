"""Embeddings trained by mini-batches of Adam beside fastai's: time, and errors on held-out ratings.

Run: python bench/python/compare_fastai.py [errors] [times] [large]

fastai runs in a process of its own: that of the interpreter which FASTAI_PYTHON names, else this
one. Where it has no fastai, our numbers are printed alone. Both sides read the same file and take
the same seed, so the same ratings are held out; each draws initial weights and order by itself.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from common import DATA, load, seconds, show

from astonish import DotBias, EmbeddingNN
from astonish.collab import CollabDataLoaders, Learner
from astonish.data.sources.titles import find_titles

N_EPOCHS, LR_MAX = 5, 5e-3
SEEDS, PEER_SEEDS = range(5), range(3)  # fastai takes 15 to 30 s for each
ROUNDS = 3
FACTORS, RANGE = {"n_factors": 50}, {"y_range": (0, 5.5)}
FASTAI = Path(__file__).with_name("fastai_side.py")


class Job(NamedTuple):
    """A model by fastai_side.learner's options, and how it is trained."""

    model: dict
    wd: float = 0.1
    book: float | None = None  # the last validation loss that the book of fastai's authors shows
    sampling: str = "permutation"
    batch_size: int = 64


DOT = Job(FACTORS | RANGE, book=0.821688)
NETWORK = Job({"layers": [100, 50]} | RANGE, book=0.864936)
PLAIN = {"emb_szs": [74, 101], "layers": [100], "use_bn": False}
JOBS = {
    # the book's text shows .884209 for it, with the losses of a model that has a y_range
    "dot": Job(FACTORS | {"biased": False}, wd=0.01, book=0.876511),
    "dot, y_range": Job(FACTORS | RANGE | {"biased": False}, wd=0.01, book=0.877610),
    "dot with biases, y_range": Job(FACTORS | RANGE, wd=0.01, book=0.892580),
    "dot with biases, y_range, wd .1": DOT,
    "network [100] without batch norm, y_range": Job(PLAIN | RANGE, wd=0.01, book=0.867455),
    "network [100, 50], y_range, wd .1": NETWORK,
}


class Answer(NamedTuple):
    """Seconds of a training, and the validation loss after each epoch; the sum of its ratings."""

    seconds: float
    valid: list
    held_out: float


class Fastai:
    """fastai's process, loaded and warm; false where there is none."""

    def __init__(self):
        python = os.environ.get("FASTAI_PYTHON", sys.executable)
        command = "from importlib.metadata import version; print(version('fastai'))"
        done = subprocess.run([python, "-c", command], capture_output=True, text=True)
        self.version = done.stdout.strip()
        if self.version:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            one_thread = os.environ | {"OMP_NUM_THREADS": "1"}  # for batches of 64, two are slower
            command = [python, "-W", "ignore", FASTAI]
            self._process = subprocess.Popen(command, env=one_thread, **pipes)

    def __bool__(self):
        return bool(self.version)

    def __str__(self):
        return f"fastai {self.version}, one thread" if self else "there is no fastai"

    def run(self, path, job, seed):
        question = {"path": path, "seed": seed, "n_epochs": N_EPOCHS, "lr_max": LR_MAX}
        print(json.dumps(question | job._asdict()), file=self._process.stdin, flush=True)
        return Answer(**json.loads(self._process.stdout.readline()))


def run(path, job, seed):
    dls = CollabDataLoaders.from_csv(path, seed=seed, bs=job.batch_size)
    learn = Learner(dls, our_model(job, seed))
    with learn.no_logging():
        time, _ = seconds(lambda: learn.fit_one_cycle(N_EPOCHS, LR_MAX, wd=job.wd))
    valid = [values[1] for values in learn.recorder.values]
    return Answer(time, valid, float(dls.valid.ratings.sum()))


def our_model(job, seed):
    kind = EmbeddingNN if "layers" in job.model else DotBias
    options = {"y_range": None} | job.model
    return kind(**options, sampling=job.sampling, random_state=seed)


class Data(NamedTuple):
    """Where both sides read ratings, what they are, and how many of them train."""

    path: str
    label: str
    n_train: int


def write(path, name, item_name):
    """Write a data set for both sides; films by their title, as the book has them."""
    label, data = load(name)
    ratings, titles = data.ratings, {}
    if label == name and item_name == "title":
        titles = find_titles(DATA / name / "u.data")
    users = [ratings.user_ids[user] for user in ratings.users]
    items = [titles.get(ratings.item_ids[item], ratings.item_ids[item]) for item in ratings.items]
    with Path(path).open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("user", item_name, "rating"))
        rows.writerows(zip(users, items, ratings.values.astype(int), strict=True))
    return Data(path, label, len(ratings) - len(ratings) // 5)


def compare_errors(data, fastai):
    """Print the last validation loss of each job, by seed the same ratings on both sides."""
    rows = []
    for name, job in JOBS.items():
        ours = [run(data.path, job, seed) for seed in SEEDS]
        losses = [answer.valid[-1] for answer in ours]
        row = [name, f"{np.mean(losses):.4f} ± {np.std(losses, ddof=1):.4f}", f"{job.book:.4f}"]
        if fastai:
            theirs = [fastai.run(data.path, job, seed) for seed in PEER_SEEDS]
            same = ours[: len(theirs)]
            assert [answer.held_out for answer in same] == [answer.held_out for answer in theirs]
            pairs = [(a.valid[-1], b.valid[-1]) for a, b in zip(same, theirs, strict=True)]
            row += [f"{np.mean(column):.4f}" for column in zip(*pairs, strict=True)]
            row.append(f"{np.mean(np.subtract(*np.transpose(pairs))):+.4f}")
        rows.append(row)
    their_header = ("same seeds, ours", str(fastai), "difference") if fastai else ()
    show(
        f"Mean squared error after {N_EPOCHS} epochs on a held-out fifth of {data.label}, seeds "
        f"{list(SEEDS)}; {fastai}: seeds {list(PEER_SEEDS)}",
        ("model", f"mean of {len(SEEDS)}, deviation", "the book's", *their_header),
        rows,
    )


def compare_time(data, name, job, fastai):
    """Return a row of the medians of rounds in turn."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(run(data.path, job, seed=0))
        if fastai:
            theirs.append(fastai.run(data.path, job, seed=0))
    time = statistics.median(answer.seconds for answer in ours)
    by_million = time / N_EPOCHS / data.n_train * 1e6
    row = [name, job.sampling, f"{time:.3f} s", f"{by_million:.2f} s", f"{ours[0].valid[-1]:.4f}"]
    if theirs:
        assert ours[0].held_out == theirs[0].held_out
        their_time = statistics.median(answer.seconds for answer in theirs)
        row += [f"{their_time:.1f} s", f"{theirs[0].valid[-1]:.4f}", f"{their_time / time:.0f} x"]
    return row


def compare_times(data, jobs, fastai):
    rows = [
        compare_time(data, name, job._replace(sampling=sampling), fastai)
        for (name, job), sampling in product(jobs.items(), ("permutation", "replacement"))
    ]
    batch_size = next(iter(jobs.values())).batch_size
    their_header = (str(fastai), "its MSE", "faster") if fastai else ()
    show(
        f"{N_EPOCHS} epochs, {data.label}, batches of {batch_size}; {fastai}",
        ("model", "samples", "astonish", "million ratings, an epoch", "MSE", *their_header),
        rows,
    )


def main(parts):
    fastai = Fastai()
    with tempfile.TemporaryDirectory() as folder:
        data = write(f"{folder}/small.csv", "ml-100k", "title")
        if "errors" in parts:
            compare_errors(data, fastai)
        if "times" in parts:
            compare_times(data, {"dot with biases": DOT, "network": NETWORK}, fastai)
        if "large" in parts:
            large = write(f"{folder}/large.csv", "ml-1m", "item")
            compare_times(large, {"dot with biases": DOT._replace(batch_size=4096)}, fastai)


if __name__ == "__main__":
    main(sys.argv[1:] or ["errors", "times", "large"])
