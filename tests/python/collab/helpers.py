"""What a learner consists of, to compare."""

import numpy as np

from astonish.models.training.sampling import EpochSampler

from ..models import reference_embedding_dot as reference


def parameters_of(learn):
    """Copies of the parameters of the learner's model."""
    return {name: getattr(learn.model, name).copy() for name in ("pu", "qi", "bu", "bi")}


def assert_same_parameters(first, second):
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)


def reference_losses(learn, fits):
    """Losses of the batches of several trainings of a float64 learner, by the reference.

    `fits` holds a schedule and a weight decay for each. The learner stays as it is.
    """
    train, order = learn.dls.train, np.random.RandomState()
    order.set_state(learn._session.order.get_state())
    parameters = parameters_of(learn)
    means = [{name: np.zeros_like(array) for name, array in parameters.items()} for _ in range(2)]
    columns = train.users - 1, train.items - 1, train.ratings
    losses = []
    for schedule, wd in fits:
        sampler = EpochSampler(train.n, train.bs, learn.model.sampling, order)
        epochs = [sampler.next() for _ in range(len(schedule.lrs) // sampler.n_batches)]
        rows = np.concatenate(epochs).reshape(-1, sampler.batch_size)
        batches = [tuple(column[row] for column in columns) for row in rows]
        options = {"wd": wd, "y_range": learn.model.y_range_, "first_step": len(losses)}
        losses += reference.train(parameters, *means, batches, *schedule, **options).tolist()
    return losses, parameters
