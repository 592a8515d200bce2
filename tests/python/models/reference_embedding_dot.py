"""The dot product of embeddings under fastai's Adam: float64, dense, one formula after another."""

import numpy as np

SQR_MOM, EPS = 0.99, 1e-5


def estimates(parameters, users, items, y_range=None):
    """Dot products and biases (where there are any), through a scaled sigmoid for `y_range`."""
    sums = np.einsum("kf,kf->k", parameters["pu"][users], parameters["qi"][items])
    if "bu" in parameters:
        sums = sums + parameters["bu"][users] + parameters["bi"][items]
    if y_range is None:
        return sums
    low, high = y_range
    return low + (high - low) / (1 + np.exp(-sums))


def loss_and_gradient(parameters, users, items, ratings, y_range=None):
    """The mean squared error of a batch, and its derivatives by all parameters."""
    answers = estimates(parameters, users, items, y_range)
    errors = answers - ratings
    by_sum = 2 * errors / len(ratings)
    if y_range is not None:
        low, high = y_range
        by_sum = by_sum * (answers - low) * (high - answers) / (high - low)
    gradient = {name: np.zeros_like(array) for name, array in parameters.items()}
    np.add.at(gradient["pu"], users, by_sum[:, np.newaxis] * parameters["qi"][items])
    np.add.at(gradient["qi"], items, by_sum[:, np.newaxis] * parameters["pu"][users])
    if "bu" in parameters:
        np.add.at(gradient["bu"], users, by_sum)
        np.add.at(gradient["bi"], items, by_sum)
    return np.mean(errors**2), gradient


def adam_step(weights, average, square, gradient, *, step, lr, mom, wd):
    """Change one array and its two means in place; `step` counts from 1."""
    weights *= 1 - lr * wd
    average *= mom
    average += (1 - mom) * gradient
    square *= SQR_MOM
    square += (1 - SQR_MOM) * gradient**2
    root = np.sqrt(square / (1 - SQR_MOM**step))
    weights -= lr / (1 - mom**step) * average / (root + EPS)


def train(parameters, averages, squares, batches, lrs, moms, *, wd, y_range=None, first_step=0):
    """Train on (users, items, ratings) after another, in place; returns the loss of each batch."""
    losses = []
    for step, (batch, lr, mom) in enumerate(zip(batches, lrs, moms, strict=True), first_step + 1):
        loss, gradient = loss_and_gradient(parameters, *batch, y_range)
        losses.append(loss)
        for name, weights in parameters.items():
            state = averages[name], squares[name], gradient[name]
            adam_step(weights, *state, step=step, lr=lr, mom=mom, wd=wd)
    return np.array(losses)
