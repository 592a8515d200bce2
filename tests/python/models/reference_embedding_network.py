"""The network of embedding_network.hpp in float64: a batch at a time, every row in every batch."""

import numpy as np

from .reference_embedding_dot import adam_step
from .reference_parallel_sgd import RowRandom

NORM_EPS, NORM_MOMENTUM = 1e-5, 0.1


class Network:
    """Arrays as the core takes them, and steps of Adam on copies of them."""

    def __init__(self, weights, averages, squares, buffers, **options):
        self.weights, self.averages, self.squares, self.buffers = (
            [array.astype(np.float64) for array in arrays]
            for arrays in (weights, averages, squares, buffers)
        )
        self.use_bn, self.y_range = options.get("use_bn", True), options.get("y_range")
        self.n_arrays = 3 if self.use_bn else 2  # of a hidden layer
        self.n_hidden = (len(weights) - 4) // self.n_arrays
        self.ps = [options.get("embed_p", 0.0), *(options.get("ps") or [0.0] * self.n_hidden)]
        self.seed, self.wd = options.get("seed", 0), options.get("wd", 0.01)
        self.step = options.get("first_step", 0)

    def layer(self, k):
        """The weight of layer k and the vectors that belong to it."""
        begin = 2 + k * self.n_arrays
        return self.weights[begin : begin + (self.n_arrays if k < self.n_hidden else 2)]

    def inputs(self, users, items):
        tables = zip(self.weights[:2], (users, items), strict=True)
        return np.hstack(
            [np.where(codes[:, None] >= 0, table[codes], 0) for table, codes in tables]
        )

    def mask(self, layer, shape):
        """What is kept, scaled; the words of Philox as dropout.hpp counts them."""
        p, kept = self.ps[layer], np.ones(shape)
        if p == 0:
            return kept
        stream = RowRandom(self.seed, 0)
        for sample, column in np.ndindex(shape):
            words = stream.encrypt([column // 4, layer, sample, self.step])
            kept[sample, column] = 0 if words[column % 4] < int(p * 2**32) else 1 / (1 - p)
        return kept

    def squash(self, sums):
        """Estimates, and their slopes."""
        if self.y_range is None:
            return sums, np.ones_like(sums)
        low, high = self.y_range
        share = 1 / (1 + np.exp(-sums))
        return low + (high - low) * share, (high - low) * share * (1 - share)

    def last_sums(self, x):
        weight, bias = self.layer(self.n_hidden)
        return x @ weight[0] + bias

    def forward(self, x, dropped):
        """The last layer's inputs; what each hidden layer keeps; means and variances."""
        kept, moments = [], []
        for k in range(self.n_hidden):
            weight, *vectors = self.layer(k)
            out = np.maximum(x @ weight.T + (0 if self.use_bn else vectors[0]), 0)
            active, normal, deviation = out > 0, None, None
            if self.use_bn:
                mean, variance = out.mean(axis=0), out.var(axis=0)
                deviation = np.sqrt(variance + NORM_EPS)
                normal = (out - mean) / deviation
                out = normal * vectors[0] + vectors[1]
                moments += [mean, variance * len(x) / (len(x) - 1)]
            kept.append((x, active, normal, deviation))
            x = out * dropped[k + 1]
        return x, kept, moments

    def backward(self, gradient, kept, dropped):
        """The gradients of all hidden layers, and by their first inputs."""
        gradients = []
        for k in reversed(range(self.n_hidden)):
            weight, *vectors = self.layer(k)
            x, active, normal, deviation = kept[k]
            gradient = gradient * dropped[k + 1]
            of_vectors = []
            if self.use_bn:
                of_vectors = [(gradient * normal).sum(axis=0), gradient.sum(axis=0)]
                centred = gradient - (of_vectors[1] + normal * of_vectors[0]) / len(x)
                gradient = vectors[0] / deviation * centred
            gradient = gradient * active
            if not self.use_bn:
                of_vectors = [gradient.sum(axis=0)]
            gradients = [gradient.T @ x, *of_vectors, *gradients]
            gradient = gradient @ weight
        return gradients, gradient * dropped[0]

    def gradients(self, users, items, ratings):
        """The loss of a batch, its gradients, and the means and variances of its layers."""
        x = self.inputs(users, items)
        widths = [x.shape[1], *(len(self.layer(k)[0]) for k in range(self.n_hidden))]
        dropped = [self.mask(k, (len(x), width)) for k, width in enumerate(widths)]
        x, kept, moments = self.forward(x * dropped[0], dropped)
        estimates, slopes = self.squash(self.last_sums(x))
        errors = estimates - ratings
        gradient = (2 / len(x) * errors * slopes)[:, None]
        of_last = [gradient.T @ x, gradient.sum(axis=0)]
        of_hidden, gradient = self.backward(gradient @ self.layer(self.n_hidden)[0], kept, dropped)
        tables = [np.zeros_like(table) for table in self.weights[:2]]
        width = tables[0].shape[1]
        np.add.at(tables[0], users, gradient[:, :width])
        np.add.at(tables[1], items, gradient[:, width:])
        return np.mean(errors**2), [*tables, *of_hidden, *of_last], moments

    def train(self, users, items, ratings, lr, mom):
        """One step of Adam; the loss before it."""
        loss, gradients, moments = self.gradients(users, items, ratings)
        self.step += 1
        arrays = zip(self.weights, self.averages, self.squares, gradients, strict=True)
        for weights, average, square, gradient in arrays:
            wd = self.wd if weights.ndim == 2 else 0.0
            adam_step(weights, average, square, gradient, step=self.step, lr=lr, mom=mom, wd=wd)
        for buffer, moment in zip(self.buffers, moments, strict=True):
            buffer += NORM_MOMENTUM * (moment - buffer)
        return loss

    def estimate(self, users, items):
        """Estimates as after training; -1 is an unknown id."""
        x = self.inputs(users, items)
        for k in range(self.n_hidden):
            weight, *vectors = self.layer(k)
            x = np.maximum(x @ weight.T + (0 if self.use_bn else vectors[0]), 0)
            if self.use_bn:
                mean, variance = self.buffers[2 * k : 2 * k + 2]
                x = (x - mean) / np.sqrt(variance + NORM_EPS) * vectors[0] + vectors[1]
        return self.squash(self.last_sums(x))[0]


def draw_network(rng, n_rows, widths, layers, use_bn=True):
    """Random weights, averages, squares and buffers, as after some steps."""
    shapes, buffers, n_in = list(zip(n_rows, widths, strict=True)), [], sum(widths)
    for n_out in layers:
        shapes += [(n_out, n_in), *[(n_out,)] * (2 if use_bn else 1)]
        buffers += [rng.normal(0, 0.1, n_out), rng.uniform(0.5, 1.5, n_out)] if use_bn else []
        n_in = n_out
    shapes += [(1, n_in), (1,)]
    weights = [rng.normal(0, 0.5, shape) for shape in shapes]
    averages = [rng.normal(0, 0.01, shape) for shape in shapes]
    squares = [rng.uniform(0, 0.01, shape) for shape in shapes]
    return weights, averages, squares, buffers
