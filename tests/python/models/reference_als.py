"""Alternating least squares as its paper writes it: float64, one regression after the other."""

import numpy as np


def ridge(rows, targets, reg):
    """The shortest p that minimises ``|targets - rows p|^2 + sum of reg p^2``, by SVD."""
    augmented = np.vstack([rows, np.diag(np.sqrt(reg))])
    return np.linalg.lstsq(augmented, np.append(targets, np.zeros(len(reg))), rcond=None)[0]


def solve_side(csr, factors, biases, *, mean, biased, reg, reg_bias, by_count, weights=None):
    """Factors and biases of each row of `csr`, given those of its columns."""
    n_factors = factors.shape[1]
    roots = np.sqrt(np.ones(len(csr.values)) if weights is None else weights)
    solved = np.zeros((csr.n_rows, n_factors + 1))
    for row in range(csr.n_rows):
        columns, ratings = csr.row(row)
        if not len(columns):
            continue
        root = roots[csr.offsets[row] : csr.offsets[row + 1]]
        rows = np.column_stack([factors[columns], np.ones(len(columns))]) * root[:, np.newaxis]
        scale = len(columns) if by_count else 1
        penalties = scale * np.append(np.full(n_factors, reg), reg_bias)
        if biased:
            solved[row] = ridge(rows, root * (ratings - mean - biases[columns]), penalties)
        else:
            solved[row, :-1] = ridge(rows[:, :-1], root * ratings, penalties[:-1])
    return solved[:, :-1], solved[:, -1]


def loss(csr, pu, bu, qi, bi, *, mean, biased, reg, reg_bias, by_count, weights=1.0):
    """The squared error over all ratings, and the penalty."""
    rows, columns = csr.row_of_each(), csr.indices
    estimates = np.einsum("kf,kf->k", pu[rows], qi[columns])
    if biased:
        estimates += mean + bu[rows] + bi[columns]
    penalty = 0.0
    for factors, biases, codes in ((pu, bu, rows), (qi, bi, columns)):
        scale = np.bincount(codes, minlength=len(factors)) if by_count else np.ones(len(factors))
        penalty += reg * scale @ (factors**2).sum(axis=1)
        penalty += reg_bias * scale @ biases**2 if biased else 0.0
    return np.sum(weights * (csr.values - estimates) ** 2), penalty


def als(trainset, qi, *, n_epochs, biased, reg, by_count):
    """All epochs, from the factors of the items: (pu, qi, bu, bi)."""
    how = {"mean": float(trainset.global_mean), "biased": biased, "by_count": by_count}
    how |= {"reg": reg, "reg_bias": reg}
    pu, bu = np.zeros((trainset.n_users, qi.shape[1])), np.zeros(trainset.n_users)
    bi = np.zeros(trainset.n_items)
    for _ in range(n_epochs):
        pu, bu = solve_side(trainset.by_user, qi, bi, **how)
        qi, bi = solve_side(trainset.by_item, pu, bu, **how)
    return pu, qi, bu, bi
