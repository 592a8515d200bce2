"""How baselines are configured."""

import sys

from surprise import BaselineOnly, Dataset, KNNBasic, Reader
from surprise.model_selection import KFold, cross_validate

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
folds = KFold(n_splits=3, random_state=1)

als = {"method": "als", "n_epochs": 5, "reg_u": 12, "reg_i": 5}
sgd = {"method": "sgd", "learning_rate": 0.00005, "n_epochs": 7}
similarity = {"name": "pearson_baseline"}
for algo in (
    BaselineOnly(),
    BaselineOnly(bsl_options=als),
    BaselineOnly(bsl_options=sgd, verbose=False),
    KNNBasic(bsl_options={"method": "sgd", "n_epochs": 20}, sim_options=similarity),
):
    result = cross_validate(algo, data, cv=folds)
    print(type(algo).__name__, result["test_rmse"].round(6), result["test_mae"].round(6))
