"""Small training sets, what a model is made of, and what its file holds."""

import json

import numpy as np
from hypothesis import strategies as st

from astonish.testing import all_pairs, assert_same_state, state_of, trainset_of

__all__ = ["all_pairs", "assert_same_state", "state_of", "trainset_of"]

#: A few half stars by up to six users of up to seven items, some pairs several times.
small_ratings = st.lists(
    st.tuples(
        st.integers(0, 5), st.integers(0, 6), st.integers(2, 10).map(lambda twice: twice / 2)
    ),
    min_size=1,
    max_size=30,
).map(lambda ratings: trainset_of(*ratings))


def arrays_of(path):
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def edit(path, change):
    """Rewrite a model file after `change(header, arrays)`."""
    arrays = arrays_of(path)
    header = json.loads(arrays["header"].tobytes())
    change(header, arrays)
    text = json.dumps(header).encode()
    np.savez(path, **{**arrays, "header": np.frombuffer(text, np.uint8)})


def split_terms(explanation):
    """The rated items of `explain` and their contributions, and a dict of the other terms."""
    names, contributions = explanation
    is_other = [isinstance(name, str) and name.startswith("(") for name in names]
    others = dict(zip(names[is_other], contributions[is_other].tolist(), strict=True))
    rated = np.logical_not(is_other)
    return names[rated], contributions[rated], others
