"""How similarities are configured."""

import sys

from surprise import Dataset, KNNBasic, KNNWithMeans, Reader
from surprise.model_selection import KFold, cross_validate

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
for algo in (
    KNNBasic(sim_options={"name": "cosine", "user_based": False}),
    KNNBasic(k=8, sim_options={"name": "pearson_baseline", "shrinkage": 0}),
    KNNWithMeans(min_k=3, sim_options={"name": "pearson", "min_support": 4}),
):
    print(cross_validate(algo, data, cv=KFold(3, random_state=1))["test_rmse"].round(6))
