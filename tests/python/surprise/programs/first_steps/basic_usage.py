"""The first steps: load, cross-validate, read the table."""

import sys

from surprise import SVD, Dataset, Reader
from surprise.model_selection import KFold, cross_validate

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
algo = SVD(random_state=4)
result = cross_validate(
    algo,
    data,
    measures=["RMSE", "MAE"],
    cv=KFold(5, random_state=2),
    return_train_measures=True,
    verbose=True,
)
print(sorted(result))
