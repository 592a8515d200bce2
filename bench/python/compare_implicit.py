"""Exact top-10 lists for every user, seen items left out, beside implicit's.

Run: pip install '.[peers]' && python bench/python/compare_implicit.py
"""

import implicit
import numpy as np
from common import compare, load, show
from implicit.cpu.topk import topk
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_info

import astonish
from astonish import _core


def main(n=10):
    label, data = load("ml-1m")
    trainset = data.build_full_trainset()
    by_user = trainset.by_user
    model = astonish.SVD(random_state=0).fit(trainset)
    queries, items = model.pu.astype(np.float32), model.qi.astype(np.float32)
    seen = csr_matrix((by_user.values, by_user.indices, by_user.offsets), dtype=np.float32)
    threads = _core.parallel.available_threads()
    unbiased = astonish.SVD(random_state=0, biased=False)
    unbiased.trainset, unbiased.pu, unbiased.qi = trainset, model.pu, model.qi
    unbiased.bu, unbiased.bi = model.bu, model.bi

    def theirs():
        return topk(items, queries, n, filter_query_items=seen, num_threads=threads)

    jobs = {
        "SVD.recommend (float64, raw ids)": lambda: unbiased.recommend(trainset.user_ids, n=n),
        "topk kernel (float64)": lambda: _core.topk.topk(
            model.pu, model.qi, n, None, by_user.offsets, by_user.indices, threads
        ),
        "topk kernel (float32)": lambda: _core.topk.topk(
            queries, items, n, None, by_user.offsets, by_user.indices, threads
        ),
    }
    rows = []
    for job, ours in jobs.items():
        our_time, their_time, ratio, our_lists, their_lists = compare(ours, theirs, repeats=7)
        lists = our_lists[0]
        if lists.dtype == object:
            lists = np.vectorize(trainset.to_inner_iid)(lists)
        pairs = zip(lists, their_lists[0], strict=True)
        same = np.mean([len(np.intersect1d(a, b)) for a, b in pairs]) / n
        assert same > 0.999, f"{job}: only {same:.2%} of the items are the same"
        gap = np.abs(np.sort(our_lists[1]) - np.sort(their_lists[1])).max()
        rows.append(
            (
                job,
                f"{their_time * 1e3:.1f} ms",
                f"{our_time * 1e3:.1f} ms",
                f"{ratio:.1f} x",
                f"{2 * queries.size * len(items) / our_time / 1e9:.0f}",
                f"{100 * same:.3f} %",
                f"{gap:.1e}",
            )
        )
    kernels = {info.get("architecture") for info in threadpool_info() if info.get("architecture")}
    show(
        f"Top-{n} for {len(queries):,} users over {len(items):,} items of {label}, "
        f"{queries.shape[1]} factors, beside implicit {implicit.__version__} "
        f"(BLAS kernel {', '.join(sorted(kernels))})",
        ("job", "implicit", "astonish", "faster", "GFLOP/s", "same items", "largest score gap"),
        rows,
    )


if __name__ == "__main__":
    main()
