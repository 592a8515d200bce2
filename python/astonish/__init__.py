"""Collaborative filtering: scikit-surprise's interface on a C++ core.

>>> import astonish
>>> data = astonish.Dataset.load_builtin("demo")
>>> trainset, testset = astonish.model_selection.train_test_split(data, random_state=0)
>>> model = astonish.SVD(random_state=0).fit(trainset)
>>> error = astonish.accuracy.rmse(model.test(testset), verbose=False)
"""

from astonish import _core as _core  # a core that does not suit this CPU is an error at once
from astonish.support import lazy, old_names

old_names.install()

__getattr__, __dir__, _names = lazy.attach_stub(__name__, __file__)

# Rooms are attributes, but a star import brings none that hides a package such as surprise.
_ROOMS = {"collab", "data", "evaluation", "interpret", "models", "surprise", "testing"}
__all__ = sorted(set(_names) - _ROOMS)
