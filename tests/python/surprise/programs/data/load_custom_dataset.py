"""Ratings from a file of one's own."""

import sys

import numpy as np
from surprise import BaselineOnly, Dataset, Reader
from surprise.model_selection import cross_validate

reader = Reader(line_format="user item rating timestamp", sep="\t")
data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", reader=reader)
print(len(data.raw_ratings), data.raw_ratings[:2], data.has_been_split)
np.random.seed(1)
cross_validate(BaselineOnly(), data, verbose=True)
