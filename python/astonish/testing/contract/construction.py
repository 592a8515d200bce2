"""How a model is made, and its parameters."""

import copy

import pytest

from astonish.testing.contract.base import ContractBase, parameter_names

OPTIONS = {"bsl_options", "sim_options"}


class ConstructionContract(ContractBase):
    """How a model is made, and its parameters."""

    def test_constructor_stores_its_arguments_as_they_are_given(self, case):
        names = set(parameter_names(case.cls)) - {*OPTIONS, "kwargs"}
        arguments = {name: object() for name in names}
        model = case.cls(**arguments)
        for name in names:
            assert getattr(model, name) is arguments[name]
        assert {name: model.get_params()[name] for name in names} == arguments

    def test_constructor_completes_options(self, case):
        for name in OPTIONS & set(parameter_names(case.cls)):
            complete = {"method": "sgd", "name": "cosine", "user_based": False}
            assert getattr(case.cls(**{name: complete}), name) is complete
            options = {"name": "cosine"}
            model = case.cls(**{name: options})
            assert options == {"name": "cosine"}
            assert getattr(model, name).items() >= options.items()
            getattr(case.cls(), name)["method"] = "als"
            assert "method" not in getattr(case.cls(), name)
            with pytest.raises(TypeError, match=f"{name} must be a dict, got 3"):
                case.cls(**{name: 3})

    def test_a_clone_has_the_same_parameters(self, case):
        """By scikit-learn's rule: the constructor stores what `get_params` of another one gave."""
        params = copy.deepcopy(case.make().get_params(deep=False))
        twin = case.cls(**params)
        assert all(twin.get_params(deep=False)[name] is value for name, value in params.items())
        assert repr(twin) == repr(case.make())

    def test_parameters_can_be_set(self, case):
        model, changes = case.cls(), case.parameters
        assert model.set_params(**changes) is model
        assert repr(model) == repr(case.make())
        with pytest.raises(TypeError, match="unexpected keyword argument 'nosuch'"):
            model.set_params(nosuch=1)

    def test_constructor_makes_nothing_but_parameters(self, case):
        assert vars(case.make()).keys() <= {*parameter_names(case.cls), *OPTIONS}
