"""The figures of a training, and their pictures."""

import json
from pathlib import Path

import numpy as np
import pytest

from astonish.collab.training.recorder import Recorder, SmoothLoss
from astonish.models.training.schedules import constant

RECORDED = json.loads(Path(__file__).with_name("fastai_lr_find.json").read_text())["smoothing"]
RTOL = np.finfo(np.float32).eps / 0.02  # fastai's 1 - 0.98 is one of float32


def recorder_of(losses=(4.0, 3.0, 2.0, 1.0), names=("train_loss", "valid_loss"), n_epochs=2):
    recorder = Recorder(names)
    for epoch, part in enumerate(np.array_split(np.array(losses), n_epochs)):
        recorder.add_batches(part, constant(1, len(part), 0.1 * (epoch + 1)))
        recorder.add_epoch([recorder.smooth_loss, 5.0 - epoch][: len(names)])
    return recorder


def test_fastai_shows_the_same_mean_of_losses():
    smooth = SmoothLoss().add(RECORDED["losses"])
    np.testing.assert_allclose(smooth, RECORDED["smooth"], rtol=RTOL)


def test_the_mean_goes_on_over_epochs():
    recorder = recorder_of(RECORDED["losses"])
    np.testing.assert_allclose(recorder.column("train_loss"), RECORDED["shown"], rtol=RTOL)


def test_the_mean_is_that_of_its_definition():
    losses = np.array([3.0, 1.0, 2.0])
    weights = 0.98 ** np.array([2, 1, 0])
    assert SmoothLoss().add(losses)[-1] == pytest.approx(weights @ losses / weights.sum())


def test_before_the_first_loss_there_is_no_mean():
    smooth = SmoothLoss()
    assert smooth.add([]) == []
    assert np.isnan(smooth.value)


def test_columns():
    recorder = recorder_of()
    assert recorder.metric_names == ["epoch", "train_loss", "valid_loss", "time"]
    assert recorder.column("valid_loss") == [5.0, 4.0]
    assert recorder.batch_losses == [4.0, 3.0, 2.0, 1.0]
    assert recorder.lrs == recorder.hps["lr"] == [0.1, 0.1, 0.2, 0.2]
    assert recorder.iters == [2, 4]
    with pytest.raises(ValueError, match="name must be one of 'train_loss', 'valid_loss'"):
        recorder.column("rmse")


def test_plot_loss(plt):
    ax = recorder_of().plot_loss(skip_start=1, show_epochs=True)
    train, *ends, valid = ax.get_lines()
    assert train.get_xdata().tolist() == [1, 2, 3]
    assert train.get_ydata().tolist() == recorder_of().losses[1:]
    assert [end.get_xdata()[0] for end in ends] == [2, 4]
    assert valid.get_xydata().tolist() == [[2, 5], [4, 4]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["train", "valid"]
    assert ax.figure.number in plt.get_fignums()


def test_plot_loss_leaves_out_what_is_not_there(plt):
    mine = plt.figure().add_subplot()
    ax = recorder_of(names=["train_loss"]).plot_loss(skip_start=0, log=True, ax=mine)
    assert ax is mine
    assert len(ax.get_lines()) == 1
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


@pytest.mark.usefixtures("plt")
def test_epochs_before_the_start_are_left_out():
    ax = recorder_of().plot_loss(skip_start=3)
    assert ax.get_lines()[1].get_xydata().tolist() == [[4, 4]]


@pytest.mark.usefixtures("plt")
def test_plot_lr_find_marks_suggestions():
    ax = recorder_of().plot_lr_find(skip_end=1, suggestions=[(0.1, 3.0)], nms=["valley"])
    curve, mark = ax.get_lines()
    assert curve.get_xdata().tolist() == [0.1, 0.1, 0.2]
    assert mark.get_xydata().tolist() == [[0.1, 3.0]]
    assert mark.get_label() == "valley"
    assert ax.get_xscale() == "log"


def test_plot_sched(plt):
    lr, mom = recorder_of().plot_sched()
    assert lr.get_lines()[0].get_ydata().tolist() == [0.1, 0.1, 0.2, 0.2]
    assert (lr.get_ylabel(), mom.get_ylabel()) == ("lr", "mom")
    assert lr.figure is mom.figure
    mine = plt.figure().add_subplot()
    assert recorder_of().plot_sched(["mom"], ax=mine) is mine
    assert recorder_of().plot_sched(["mom"]).get_ylabel() == "mom"
    with pytest.raises(ValueError, match="ax must hold 2 Axes, one for each key, got 1"):
        recorder_of().plot_sched(ax=mine)


@pytest.mark.usefixtures("plt")
@pytest.mark.parametrize("method", ["plot_loss", "plot_lr_find", "plot_sched"])
def test_without_batches_there_is_no_picture(method):
    with pytest.raises(ValueError, match="the recorder has 0 batches"):
        getattr(Recorder(), method)()


def test_a_wrong_key_is_refused():
    with pytest.raises(ValueError, match="keys must be one of 'lr', 'mom', got 'wd'"):
        recorder_of().plot_sched(["wd"])
