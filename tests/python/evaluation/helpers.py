"""A grid, folds and a model to search with."""

from astonish import SVD, AlgoBase
from astonish.model_selection import GridSearchCV, KFold

GRID = {"n_epochs": [1, 3], "lr_all": [0.002, 0.01], "random_state": [0]}
FOLDS = KFold(3, random_state=1)


class Shifted(AlgoBase):
    """Estimates the mean and a constant; takes options and ignores them."""

    def __init__(self, shift=0.0, sim_options=None, bsl_options=None, **_):
        super().__init__(sim_options=sim_options or {}, bsl_options=bsl_options or {})
        self.shift = shift

    def estimate(self, *_):
        return self.trainset.global_mean + self.shift


def fitted(data, grid=GRID, algo_class=SVD, **options):
    search = GridSearchCV(algo_class, grid, **{"cv": FOLDS, **options})
    search.fit(data)
    return search
