"""All ways to cut folds."""

import sys

from surprise import SVD, Dataset, Reader, accuracy
from surprise.model_selection import KFold, LeaveOneOut, RepeatedKFold, ShuffleSplit

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
algo = SVD(n_factors=10, n_epochs=5, random_state=0)
for iterator in (
    KFold(n_splits=3, random_state=1),
    KFold(n_splits=2, shuffle=False),
    RepeatedKFold(n_splits=2, n_repeats=2, random_state=1),
    ShuffleSplit(n_splits=2, test_size=0.3, random_state=1),
    LeaveOneOut(n_splits=2, random_state=1, min_n_ratings=3),
):
    print(type(iterator).__name__, iterator.get_n_folds())
    for trainset, testset in iterator.split(data):
        predictions = algo.fit(trainset).test(testset)
        accuracy.rmse(predictions, verbose=True)
        print(trainset.n_ratings, testset[:2])
