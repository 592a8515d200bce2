"""Ratings from a frame of pandas."""

import numpy as np
import pandas as pd
from surprise import Dataset, NormalPredictor, Reader
from surprise.model_selection import cross_validate

frame = pd.DataFrame(
    {
        "itemID": [1, 1, 1, 2, 2, 3, 4, 4],
        "userID": [9, 32, 2, 45, "user_foo", 9, 2, 45],
        "rating": [3, 2, 4, 3, 1, 5, 2, 4],
    }
)
reader = Reader(rating_scale=(1, 5))
data = Dataset.load_from_df(frame[["userID", "itemID", "rating"]], reader)
print(data.raw_ratings)
np.random.seed(2)
print(cross_validate(NormalPredictor(), data, cv=2)["test_rmse"].round(6))
trainset = data.build_full_trainset()
print(trainset.to_inner_uid("user_foo"), trainset.to_inner_uid(9), trainset.to_raw_iid(2))
