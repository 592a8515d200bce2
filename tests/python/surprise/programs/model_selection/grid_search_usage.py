"""A search over a grid of parameters, and its results as a frame."""

import sys

import pandas as pd
from surprise import SVD, Dataset, KNNBasic, Reader
from surprise.model_selection import GridSearchCV, KFold

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
folds = KFold(3, random_state=0)

param_grid = {
    "n_epochs": [3, 6],
    "lr_all": [0.002, 0.005],
    "reg_all": [0.4, 0.6],
    "random_state": [0],
}
search = GridSearchCV(SVD, param_grid, measures=["rmse", "mae"], cv=folds, refit=True)
print(search.fit(data))
print(round(float(search.best_score["rmse"]), 6), round(float(search.best_score["mae"]), 6))
print(search.best_params["rmse"], search.best_index["mae"])

best = search.best_estimator["rmse"]
best.fit(data.build_full_trainset())
print(round(float(best.predict("1", "2").est), 6), round(float(search.predict("1", "2").est), 6))
print(len(search.test([("1", "2", 3.0), ("1", "3", 4.0)])))

frame = pd.DataFrame.from_dict(search.cv_results)
print(frame.shape, list(frame.columns))
kept = [column for column in frame.columns if "time" not in column]
print(frame[kept].round(6).to_string())

neighbours = {
    "k": [5, 10],
    "sim_options": {"name": ["msd", "cosine"], "min_support": [1, 3], "user_based": [False]},
    "verbose": [False],
}
search = GridSearchCV(KNNBasic, neighbours, measures=["rmse"], cv=folds)
search.fit(data)
print(len(search.param_combinations), search.best_params)
print([round(float(score), 6) for score in search.cv_results["mean_test_rmse"]])
