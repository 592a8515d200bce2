"""What holds for every model."""

from astonish.testing.contract.construction import ConstructionContract
from astonish.testing.contract.copies import CopiesContract
from astonish.testing.contract.fitting import FittingContract
from astonish.testing.contract.interrupting import InterruptingContract
from astonish.testing.contract.learning import LearningContract
from astonish.testing.contract.predicting import PredictingContract
from astonish.testing.contract.ranking import RankingContract
from astonish.testing.contract.subclassing import SubclassingContract
from astonish.testing.contract.training import TrainingContract


class ModelContract(
    ConstructionContract,
    FittingContract,
    TrainingContract,
    PredictingContract,
    RankingContract,
    CopiesContract,
    LearningContract,
    SubclassingContract,
    InterruptingContract,
):
    """Tests that every model passes; a subclass says which model in ``make_model(self)``.

    pytest finds the subclass where its name begins with "Test". Tests of what the model cannot do,
    by its `abilities` and parameters, are left out.
    """


__all__ = ["ModelContract"]
