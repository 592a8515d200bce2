"""Implicit ALS as its papers write it: float64, dense, one pair after the other."""

import numpy as np


def weights(trainset):
    """The matrix of weights; those of a pair that occurs more than once are added up."""
    dense = np.zeros((trainset.n_users, trainset.n_items))
    for u, i, weight in trainset.all_ratings():
        dense[u, i] += weight
    return dense


def regularisation(dense, *, alpha0, reg, nu):
    """One number for each row."""
    return reg * ((dense > 0).sum(1) + alpha0 * dense.shape[1]) ** nu


def loss(dense, pu, qi, *, alpha, **rest):
    """The objective, the sum over all pairs."""
    errors = (dense > 0) - pu @ qi.T
    total = ((rest["alpha0"] + alpha * dense) * errors**2).sum()
    for factors, rows in ((pu, dense), (qi, dense.T)):
        total += (regularisation(rows, **rest) * (factors**2).sum(1)).sum()
    return total


def systems(dense, fixed, *, alpha, **rest):
    """The matrix and the right side of each row's normal equations; None where it is empty."""
    gram = rest["alpha0"] * fixed.T @ fixed
    for row, reg in zip(dense, regularisation(dense, **rest), strict=True):
        preferred = row > 0
        confidence = alpha * row[preferred]
        h = fixed[preferred]
        matrix = gram + reg * np.eye(fixed.shape[1]) + h.T @ (confidence[:, None] * h)
        yield (matrix, h.T @ (rest["alpha0"] + confidence)) if preferred.any() else None


def cholesky(dense, fixed, start, **options):
    """Each row exactly."""
    return rows_of(start, lambda a, b, _: np.linalg.solve(a, b), systems(dense, fixed, **options))


def cg(dense, fixed, start, n_steps, **options):
    """Conjugate gradient from `start`, preconditioned by the diagonal in the basis of the Gram."""
    _, basis = np.linalg.eigh(fixed.T @ fixed)

    def solve(matrix, right, x):
        matrix, right, x = basis.T @ matrix @ basis, basis.T @ right, basis.T @ x
        residual = right - matrix @ x
        direction = preconditioned = residual / np.diag(matrix)
        for _ in range(n_steps):
            if not residual.any():
                break
            length = residual @ preconditioned
            along = length / (direction @ matrix @ direction)
            x = x + along * direction
            residual = residual - along * (matrix @ direction)
            preconditioned = residual / np.diag(matrix)
            direction = preconditioned + residual @ preconditioned / length * direction
        return basis @ x

    return rows_of(start, solve, systems(dense, fixed, **options))


def ialspp(dense, fixed, start, block_size, **options):
    """Exactly in one block of coordinates after the other, from `start`."""

    def solve(matrix, right, x):
        x = x.copy()
        for first in range(0, len(x), block_size):
            block = slice(first, first + block_size)
            gradient = matrix[block] @ x - right[block]
            x[block] -= np.linalg.solve(matrix[block, block], gradient)
        return x

    return rows_of(start, solve, systems(dense, fixed, **options))


def rows_of(start, solve, all_systems):
    rows = (
        np.zeros_like(x) if system is None else solve(*system, x)
        for system, x in zip(all_systems, start, strict=True)
    )
    return np.array(list(rows)).reshape(start.shape)
