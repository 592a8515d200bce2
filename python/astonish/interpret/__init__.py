"""What a model has learned: rankings, principal components and pictures of both.

Pictures need the extra ``plot``: ``pip install 'astonish[plot]'``. Each function that draws takes
the Axes to draw into as ``ax`` and returns them; it needs no display and never calls ``show``.

>>> import astonish
>>> from astonish.interpret import most_liked
>>> data = astonish.Dataset.load_builtin("demo")
>>> model = astonish.SVD(random_state=0).fit(data.build_full_trainset())
>>> titles, biases = most_liked(model, n=2, min_ratings=50, titles=data.item_titles)
>>> titles.tolist()
['My Bitter Station (1991)', 'My Lonely Fortune (2024)']
"""

from astonish.interpret.bias_bars import plot_biases
from astonish.interpret.components import Components, principal_components
from astonish.interpret.curves import plot_history
from astonish.interpret.item_map import plot_items
from astonish.interpret.rankings import least_liked, most_liked, nearest_items
from astonish.interpret.rating_plots import plot_long_tail, plot_ratings

__all__ = [
    "Components",
    "least_liked",
    "most_liked",
    "nearest_items",
    "plot_biases",
    "plot_history",
    "plot_items",
    "plot_long_tail",
    "plot_ratings",
    "principal_components",
]
