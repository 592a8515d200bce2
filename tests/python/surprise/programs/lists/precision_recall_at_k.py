"""Precision and recall at k from a list of predictions."""

import sys
from collections import defaultdict

from surprise import SVD, Dataset, Reader
from surprise.model_selection import KFold


def precision_and_recall(predictions, k, threshold):
    of_user = defaultdict(list)
    for uid, _, true_r, est, _ in predictions:
        of_user[uid].append((est, true_r))
    precisions, recalls = {}, {}
    for uid, pairs in of_user.items():
        pairs.sort(key=lambda pair: pair[0], reverse=True)
        relevant = sum(true_r >= threshold for _, true_r in pairs)
        listed = [(est, true_r) for est, true_r in pairs[:k] if est >= threshold]
        hits = sum(true_r >= threshold for _, true_r in listed)
        precisions[uid] = hits / len(listed) if listed else 0
        recalls[uid] = hits / relevant if relevant else 0
    return precisions, recalls


data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
algo = SVD(random_state=0)
for trainset, testset in KFold(n_splits=5, random_state=0).split(data):
    algo.fit(trainset)
    scores = precision_and_recall(algo.test(testset), k=5, threshold=3.5)
    print(*(round(sum(each.values()) / len(each), 6) for each in scores))
