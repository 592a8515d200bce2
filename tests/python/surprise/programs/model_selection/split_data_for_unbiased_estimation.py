"""Parameters are chosen on one part of the ratings and judged on another."""

import random
import sys

from surprise import SVD, Dataset, Reader, accuracy
from surprise.model_selection import GridSearchCV, KFold

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
raw_ratings = data.raw_ratings
random.seed(3)
random.shuffle(raw_ratings)
threshold = int(0.9 * len(raw_ratings))
a_raw_ratings, b_raw_ratings = raw_ratings[:threshold], raw_ratings[threshold:]
data.raw_ratings = a_raw_ratings

grid = {"n_epochs": [5, 10], "lr_all": [0.002, 0.005], "random_state": [0]}
search = GridSearchCV(SVD, grid, measures=["rmse"], cv=KFold(3, random_state=0))
search.fit(data)
algo = search.best_estimator["rmse"]
print(search.best_params["rmse"])

trainset = data.build_full_trainset()
algo.fit(trainset)
print("on A:", end=" ")
accuracy.rmse(algo.test(trainset.build_testset()))
testset = data.construct_testset(b_raw_ratings)
print("on B:", end=" ")
accuracy.rmse(algo.test(testset))
print(trainset.n_ratings, len(testset))
