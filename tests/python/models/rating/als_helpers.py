"""Ratings, options and solutions of a half-step of alternating least squares."""

import numpy as np

from astonish import _core
from astonish.data.csr import Csr

PARAMETERS = ("pu", "qi", "bu", "bi")
KINDS = [(True, "count"), (True, "none"), (False, "count"), (False, "none")]


def options_of(*, reg=0.1, reg_bias=None, by_count=True, mean=0.0, biased=True):
    options = _core.als.AlsOptions()
    options.reg, options.reg_bias = reg, reg if reg_bias is None else reg_bias
    options.reg_by_count, options.global_mean, options.biased = by_count, mean, biased
    return options


def solved(csr, factors, biases, options, n_threads=1, weights=None):
    out = np.full((csr.n_rows, factors.shape[1]), np.nan, factors.dtype)
    out_biases = np.full(csr.n_rows, np.nan, factors.dtype)
    arrays = factors, biases, out, out_biases
    _core.als.solve_side(csr.view, weights, *arrays, options, n_threads)
    return out, out_biases


def random_csr(rng, n_rows, n_cols, density):
    rows, columns = np.nonzero(rng.random_sample((n_rows, n_cols)) < density)
    values = rng.choice(np.arange(1.0, 6.0), len(rows))
    codes = rows.astype(np.int32), columns.astype(np.int32)
    return Csr.from_triplets(*codes, values, (n_rows, n_cols))
