"""One training set and one test set."""

import sys

from surprise import SVD, Dataset, Reader, accuracy
from surprise.model_selection import train_test_split

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
trainset, testset = train_test_split(data, test_size=0.25, random_state=5)
predictions = SVD(random_state=0).fit(trainset).test(testset)
accuracy.rmse(predictions)
print(trainset.n_users, trainset.n_items, trainset.n_ratings, len(testset))
