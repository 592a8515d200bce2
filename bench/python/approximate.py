"""Lists from an approximate index beside the exact ones: time and recall.

Run: pip install '.[ann]' && python bench/python/approximate.py
"""

import statistics

from common import seconds, show

import astonish

SIZES = (3_000, 50_000, 1_000_000)  # users, items, ratings
FACTORS, N, QUERIES, REPEATS = 64, 10, 1000, 3


def median_seconds(job):
    return statistics.median(seconds(job)[0] for _ in range(REPEATS))


def main():
    trainset = astonish.make_ratings(*SIZES).build_full_trainset()
    model = astonish.SVD(n_factors=FACTORS, n_epochs=5, random_state=0, solver="parallel")
    model.fit(trainset)
    users = trainset.user_ids[:QUERIES]
    exact = median_seconds(lambda: model.recommend(users, N))
    rows = [("exact", "", f"{exact * 1e3:.0f} ms", "1.0 x", "1.000")]
    for expansion in (16, 64, 256):
        built, index = seconds(lambda each=expansion: model.build_index(expansion_search=each))
        found = median_seconds(lambda each=index: model.recommend(users, N, index=each))
        rows.append(
            (
                f"expansion_search={expansion}",
                f"{built:.1f} s",
                f"{found * 1e3:.0f} ms",
                f"{exact / found:.1f} x",
                f"{index.recall(N):.3f}",
            )
        )
    show(
        f"Top-{N} of {trainset.n_items:,} items for {QUERIES:,} users, seen items left out, "
        f"{FACTORS} factors",
        ("search", "build", "recommend", "faster", f"recall of the top {N}"),
        rows,
    )


if __name__ == "__main__":
    main()
