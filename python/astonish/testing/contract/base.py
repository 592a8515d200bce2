"""How a contract is asked: the model, the data, and which tests are for it."""

import inspect

import pytest

from astonish.testing.data import other_ratings, some_ratings


class ModelCase:
    """A way to construct a model."""

    def __init__(self, make_model):
        model = make_model()
        self.cls, self.parameters = type(model), model.get_params(deep=False)

    def make(self, **changes):
        """Return a model with these parameters, some of them changed."""
        return self.cls(**{**self.parameters, **changes})


def needs(what):
    """Mark a test as one for models that have an ability or a parameter of that name."""

    def mark(test):
        test._needs = {*getattr(test, "_needs", ()), what}
        return test

    return mark


def can(model, what):
    """Return whether a model has an ability, or a parameter of that name."""
    return what in model.abilities or what in parameter_names(type(model))


def parameter_names(cls):
    """Return the names of what a constructor takes."""
    return list(inspect.signature(cls).parameters)


class ContractBase:
    """What the parts of the contract share."""

    def make_model(self):
        """Return the model to test, unfitted; it is the same at every call."""
        raise NotImplementedError

    def __init_subclass__(cls):
        super().__init_subclass__()
        if cls.make_model is ContractBase.make_model:
            return
        model = cls().make_model()
        for name in dir(cls):
            if any(not can(model, what) for what in getattr(getattr(cls, name), "_needs", ())):
                setattr(cls, name, None)  # not for this model

    @pytest.fixture(scope="class")
    @classmethod
    def case(cls):
        return ModelCase(cls().make_model)

    @pytest.fixture(scope="class")
    @classmethod
    def trainset(cls):
        return some_ratings()

    @pytest.fixture(scope="class")
    @classmethod
    def other_trainset(cls):
        return other_ratings()

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, case, trainset):
        return case.make().fit(trainset)
