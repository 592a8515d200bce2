"""The nearest-neighbour models, and ratings of three friends."""

from astonish import KNNBaseline, KNNBasic, KNNWithMeans, KNNWithZScore

from ..helpers import trainset_of

MODELS = [KNNBasic, KNNWithMeans, KNNWithZScore, KNNBaseline]
MEASURES = ["cosine", "msd", "pearson", "pearson_baseline"]

# User a agrees with b (similarity 1) and is 1 star above c (similarity 1 / 2).
FRIENDS = trainset_of(
    ("a", "i", 4.0),
    ("a", "j", 2.0),
    ("b", "i", 4.0),
    ("b", "j", 2.0),
    ("b", "k", 5.0),
    ("c", "i", 3.0),
    ("c", "j", 1.0),
    ("c", "k", 2.0),
)


def options_of(name="msd", user_based=True, **others):
    return {"name": name, "user_based": user_based, **others}
