"""Exact lists are those of Faiss's flat index."""

import numpy as np
import pytest

import astonish


@pytest.fixture(scope="module")
def faiss():
    return pytest.importorskip("faiss", reason="faiss-cpu is not installed")


@pytest.mark.parametrize(("n_items", "n_queries", "n_factors"), [(20_000, 300, 64), (333, 7, 5)])
def test_the_same_items_and_scores(faiss, n_items, n_queries, n_factors):
    rng = np.random.default_rng(0)
    queries = rng.standard_normal((n_queries, n_factors), dtype=np.float32)
    items = rng.standard_normal((n_items, n_factors), dtype=np.float32)
    index = faiss.IndexFlatIP(n_factors)
    index.add(items)
    their_scores, their_items = index.search(queries, 10)
    our_items, our_scores = astonish.topk(queries, items, 10)
    np.testing.assert_array_equal(our_items, their_items)
    np.testing.assert_allclose(our_scores, their_scores, rtol=1e-5, atol=1e-5)
