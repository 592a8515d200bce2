"""The best items for each user, from predictions of all unrated pairs."""

import sys
from collections import defaultdict

from surprise import SVD, Dataset, Reader

data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
trainset = data.build_full_trainset()
algo = SVD(random_state=0)
algo.fit(trainset)
testset = trainset.build_anti_testset()
predictions = algo.test(testset)
print(len(testset), round(float(testset[0][2]), 6))

top_n = defaultdict(list)
for uid, iid, _, est, _ in predictions:
    top_n[uid].append((iid, est))
for uid, ratings in top_n.items():
    ratings.sort(key=lambda pair: pair[1], reverse=True)
    print(uid, [(iid, round(float(est), 6)) for iid, est in ratings[:5]])
