"""Lists from an approximate index beside the exact ones: time and recall.

Run: pip install '.[ann]' && python bench/python/approximate.py
"""

import statistics

from common import seconds, show

import astonish

SIZES = (3_000, 200_000, 2_000_000)  # users, items, ratings
FACTORS, N, REPEATS = 64, 10, 50
QUERIES = {"one user at a time": 1, "1,000 users at once": 1000}


def median_seconds(job):
    return statistics.median(seconds(job)[0] for _ in range(REPEATS))


def main():
    trainset = astonish.make_ratings(*SIZES).build_full_trainset()
    model = astonish.SVD(n_factors=FACTORS, n_epochs=5, random_state=0, solver="parallel")
    model.fit(trainset)
    built, index = seconds(model.build_index)
    rows = []
    for job, n_users in QUERIES.items():
        users = trainset.user_ids[:n_users]
        exact = median_seconds(lambda users=users: model.recommend(users, N))
        found = median_seconds(lambda users=users: model.recommend(users, N, index=index))
        rows.append(
            (job, f"{exact * 1e3:.1f} ms", f"{found * 1e3:.1f} ms", f"{exact / found:.1f} x")
        )
    show(
        f"Top-{N} of {trainset.n_items:,} items, seen items left out, {FACTORS} factors; index "
        f"built in {built:.0f} s, recall of the top {N} {index.recall(N):.3f}",
        ("job", "exact", "approximate", "faster"),
        rows,
    )


if __name__ == "__main__":
    main()
