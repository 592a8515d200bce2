"""Folds in processes of joblib, with an algorithm that this program defines."""

import sys

import joblib
from surprise import AlgoBase, Dataset, Reader, accuracy
from surprise.model_selection import KFold, cross_validate


class ItemMean(AlgoBase):
    def __init__(self, shrinkage=2):
        AlgoBase.__init__(self)
        self.shrinkage = shrinkage

    def fit(self, trainset):
        AlgoBase.fit(self, trainset)
        mean = trainset.global_mean
        self.means = {
            item: sum((rating - mean for _, rating in ratings), 0.0)
            / (len(ratings) + self.shrinkage)
            for item, ratings in trainset.ir.items()
        }
        return self

    def estimate(self, u, i):
        return self.trainset.global_mean + self.means.get(i, 0.0)


def fit_and_measure(algo, trainset, testset):
    import surprise  # as the functions of a module of the program would

    assert isinstance(algo, surprise.AlgoBase)
    return algo.fit(trainset), surprise.accuracy.rmse(algo.test(testset), verbose=False)


if __name__ == "__main__":
    data = Dataset.load_from_file(f"{sys.argv[1]}/ratings", Reader("ml-100k"))
    folds = KFold(3, random_state=0)
    print(cross_validate(ItemMean(), data, cv=folds, n_jobs=2)["test_rmse"].round(6))
    jobs = (joblib.delayed(fit_and_measure)(ItemMean(5), *fold) for fold in folds.split(data))
    for algo, error in joblib.Parallel(n_jobs=2)(jobs):
        print(type(algo).__name__, isinstance(algo, ItemMean), round(float(error), 6))
        accuracy.mae(algo.test(algo.trainset.build_testset()))
