"""The smallest algorithm of one's own."""

import sys

from surprise import AlgoBase, Dataset, Reader
from surprise.model_selection import KFold, cross_validate


class AlwaysThree(AlgoBase):
    def __init__(self):
        AlgoBase.__init__(self)

    def estimate(self, u, i):
        return 3, {"source": "a constant", "certainty": 0}


data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
algo = AlwaysThree()
cross_validate(algo, data, cv=KFold(5, random_state=0), verbose=True)
print(algo.predict("1", "2"))
