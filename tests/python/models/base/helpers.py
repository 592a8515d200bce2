"""A model of the user."""

from astonish.models import AlgoBase


class Mean(AlgoBase):
    """A model without arrays."""

    def estimate(self, *_):
        return self.trainset.global_mean
