"""An algorithm of one's own that uses the baselines and similarities of the base class."""

import sys

from surprise import AlgoBase, Dataset, PredictionImpossible, Reader
from surprise.model_selection import KFold, cross_validate


class NeighboursOfOneItem(AlgoBase):
    def __init__(self, k=5, sim_options={}, bsl_options={}):
        AlgoBase.__init__(self, sim_options=sim_options, bsl_options=bsl_options)
        self.k = k

    def fit(self, trainset):
        AlgoBase.fit(self, trainset)
        self.bu, self.bi = self.compute_baselines()
        self.sim = self.compute_similarities()
        return self

    def estimate(self, u, i):
        if not (self.trainset.knows_user(u) and self.trainset.knows_item(i)):
            raise PredictionImpossible("User and/or item is unknown.")
        neighbours = sorted(
            ((other, self.sim[u, other]) for other, _ in self.trainset.ir[i]),
            key=lambda pair: pair[1],
            reverse=True,
        )
        baseline = self.trainset.global_mean + self.bu[u] + self.bi[i]
        weights = [similarity for _, similarity in neighbours[: self.k]]
        return baseline, {"weight": round(float(sum(weights)), 6), "names": len(neighbours)}


data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
algo = NeighboursOfOneItem(bsl_options={"method": "als"}, sim_options={"name": "cosine"})
result = cross_validate(algo, data, cv=KFold(3, random_state=1))
print(result["test_rmse"].round(6))
trainset = data.build_full_trainset()
algo.fit(trainset)
for pair in [("1", "2"), ("1", "nowhere"), ("nobody", "2")]:
    prediction = algo.predict(*pair)
    print(round(float(prediction.est), 6), prediction.details)
print([trainset.to_raw_uid(user) for user in algo.get_neighbors(trainset.to_inner_uid("1"), k=4)])
