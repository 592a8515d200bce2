"""Lists for all users of ML-1M by every model, beside sorting what `predict` says in a loop.

The loop is timed on some users, for which both lists are compared; its seconds are those of all.
Models of neighbours compare users, and then items.

    python bench/python/recommend_all.py [model ...]
"""

import sys
import time

from common import load

import astonish
from astonish.models import MODELS

N, USERS_OF_THE_LOOP = 10, 3


def by_hand(model, user):
    """The best items that a user has not rated, by one `predict` an item."""
    trainset = model.trainset
    seen = {item for item, _ in trainset.ur[trainset.to_inner_uid(user)]}
    unseen = [item for code, item in enumerate(trainset.item_ids) if code not in seen]
    predictions = [model.predict(user, item, clip=False) for item in unseen]
    possible = [
        prediction for prediction in predictions if not prediction.details["was_impossible"]
    ]
    return [
        prediction.iid
        for prediction in sorted(possible, key=lambda prediction: -prediction.est)[:N]
    ]


def models_to_time(names):
    """Labels and models that are not fitted yet."""
    for name in names or MODELS:
        cls = MODELS[name]
        parameters = cls().get_params()
        quiet = {"verbose": False} if "verbose" in parameters else {}
        yield name, cls(**quiet)
        if "sim_options" in parameters:
            yield f"{name}, items", cls(sim_options={"user_based": False}, **quiet)


def main():
    """Print a row for each model."""
    label, data = load("ml-1m")
    trainset = data.build_full_trainset()
    print(f"{label}: {trainset!r}, n={N}, threads {astonish._core.parallel.available_threads()}")
    print(
        f"{'model':<20}{'recommend, s':>14}{'loop, s (extrapolated)':>26}{'times':>8}  same lists"
    )
    users = trainset.user_ids[:: trainset.n_users // USERS_OF_THE_LOOP][:USERS_OF_THE_LOOP]
    for name, model in models_to_time(sys.argv[1:]):
        model.fit(trainset)
        begin = time.perf_counter()
        item_ids, _ = model.recommend(n=N)
        seconds = time.perf_counter() - begin
        begin = time.perf_counter()
        lists = [by_hand(model, user) for user in users]
        loop = (time.perf_counter() - begin) / len(users) * trainset.n_users
        rows = item_ids[trainset.inner_users(users)].tolist()
        same = [[item for item in row if item is not None] for row in rows] == lists
        print(f"{name:<20}{seconds:>14.2f}{loop:>10.0f}{loop / seconds:>8.0f}  {same}", flush=True)


if __name__ == "__main__":
    main()
