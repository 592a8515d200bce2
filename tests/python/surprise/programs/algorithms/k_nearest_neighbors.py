"""The nearest neighbours of an item, from names to inner ids and back."""

import sys

from surprise import Dataset, KNNBaseline, Reader

folder = sys.argv[1]
rid_to_name, name_to_rid = {}, {}
with open(f"{folder}/items", encoding="ISO-8859-1") as file:
    for line in file:
        rid, name = line.rstrip("\n").split("|")[:2]
        rid_to_name[rid], name_to_rid[name] = name, rid

data = Dataset.load_from_file(f"{folder}/ratings", Reader("ml-100k"))
trainset = data.build_full_trainset()
algo = KNNBaseline(sim_options={"name": "pearson_baseline", "user_based": False})
algo.fit(trainset)

inner = algo.trainset.to_inner_iid(name_to_rid["Film 7"])
neighbours = algo.get_neighbors(inner, k=10)
for name in (rid_to_name[algo.trainset.to_raw_iid(each)] for each in neighbours):
    print(name)
