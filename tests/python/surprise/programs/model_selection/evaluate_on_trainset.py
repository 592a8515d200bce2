"""The error on the ratings that an algorithm was fitted to, beside the error on others."""

import sys

from surprise import SVD, Dataset, Reader, accuracy
from surprise.model_selection import KFold

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
algo = SVD(random_state=0)

trainset = data.build_full_trainset()
predictions = algo.fit(trainset).test(trainset.build_testset())
accuracy.rmse(predictions, verbose=True)
accuracy.mae(predictions)
accuracy.mse(predictions)
accuracy.fcp(predictions)

for trainset, testset in KFold(n_splits=3, random_state=7).split(data):
    algo.fit(trainset)
    for wanted in (trainset.build_testset(), testset):
        print(round(float(accuracy.rmse(algo.test(wanted), verbose=False)), 6), len(wanted))
