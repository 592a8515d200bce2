"""Random plays, and models of float64."""

import numpy as np
from scipy.sparse import csr_matrix

from astonish import ImplicitALS

SOLVERS = ("cholesky", "cg", "ials++")
OBJECTIVE = {"alpha": 3.0, "alpha0": 0.7, "reg": 0.05, "nu": 0.6}  # four different constants


def random_plays(n_users=60, n_items=45, seed=0, density=0.2):
    rng = np.random.RandomState(seed)
    counts = rng.poisson(3, (n_users, n_items)) * (rng.uniform(size=(n_users, n_items)) < density)
    counts[[0, n_users // 2]] = 0  # users without interactions
    counts[:, 7] = 0
    return csr_matrix(counts.astype(float))


def double(**parameters):
    return ImplicitALS(**{"random_state": 0, "dtype": "float64", **OBJECTIVE, **parameters})
