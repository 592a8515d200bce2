"""Folds that files define."""

import sys

from surprise import SVD, Dataset, Reader, accuracy
from surprise.model_selection import PredefinedKFold, cross_validate

folder = sys.argv[1]
folds_files = [(f"{folder}/u{fold}.base", f"{folder}/u{fold}.test") for fold in (1, 2, 3, 4, 5)]
data = Dataset.load_from_folds(folds_files, reader=Reader("ml-100k"))
pkf = PredefinedKFold()

algo = SVD(random_state=1)
for trainset, testset in pkf.split(data):
    predictions = algo.fit(trainset).test(testset)
    accuracy.rmse(predictions, verbose=True)
print(cross_validate(algo, data, cv=pkf)["test_mae"].round(6), pkf.get_n_folds())
