"""The function that fastai's tutorials call to get a learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from astonish.collab.learner import Learner
from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.loaders.random_split import check_seed
from astonish.collab.metrics import Metric
from astonish.data.trainset import Trainset
from astonish.models.base.y_range import warn_if_tight
from astonish.models.embedding.dot_bias import DotBias
from astonish.models.embedding.embedding_model import EmbeddingModel
from astonish.models.embedding.embedding_nn import EmbeddingNN, embedding_size
from astonish.models.training.schedules import MOMS, Moms
from astonish.support.checks import check_choice, check_mapping

_CONFIG = ("ps", "embed_p", "use_bn", "y_range")
_ALWAYS = {"bn_final": False, "bn_cont": True, "act_cls": None, "lin_first": True}


def collab_learner(
    dls: CollabDataLoaders | Trainset,
    n_factors: int = 50,
    use_nn: bool = False,
    emb_szs: Mapping[Any, int] | None = None,
    layers: Sequence[int] | None = None,
    config: Mapping[str, Any] | None = None,
    y_range: tuple[float, float] | None = None,
    loss_func: None = None,
    *,
    lr: float = 1e-3,
    opt_func: None = None,
    cbs: Any = None,
    metrics: Metric | str | Sequence[Metric | str] | None = None,
    path: str | Path | None = None,
    model_dir: str | Path = "models",
    wd: float | None = None,
    wd_bn_bias: bool = False,
    train_bn: bool = True,
    moms: Moms = MOMS,
    sampling: str = "permutation",
    biased: bool = True,
    dtype: str = "float32",
    seed: int | None = None,
    n_threads: int | None = None,
    verbose: bool = True,
) -> Learner:
    """Make a learner: the dot product of embeddings with biases, or a network over them.

    Parameters
    ----------
    dls : CollabDataLoaders or Trainset
        The ratings. A training set is trained whole, in batches of 64.
    n_factors : int, default 50
        Length of the embeddings of the dot product; of the network's only layer.
    use_nn : bool, default False
        Whether to take the network, `EmbeddingNN`, instead of `DotBias`.
    emb_szs : dict of column name to int, optional
        Lengths of the network's embeddings; by default fastai's rule decides by the number of ids.
    layers : sequence of int, optional
        Sizes of the network's hidden layers, by default ``[n_factors]``.
    config : dict, optional
        What else the network takes: ``ps``, ``embed_p``, ``use_bn`` and ``y_range``.
    y_range : (float, float), optional
        Bounds of the predictions, by default none. They are never reached: for ratings
        from 1 to 5 take (0.5, 5.5) or (0, 5.5).
    lr, cbs, metrics, path, model_dir, wd, moms, verbose : optional
        As in `Learner`.
    sampling : {"permutation", "replacement"}, default "permutation"
        Whether an epoch takes each rating at most once, or draws each sample among all ratings, as
        fastai does since 2024.
    biased : bool, default True
        Whether the dot product has biases.
    dtype : {"float32", "float64"}, default "float32"
        Of the parameters and of the arithmetic.
    seed : int, optional
        Decides the first parameters and the order of samples, by default the seed of `dls`; without
        that NumPy's global generator does.
    n_threads : int, optional
        The results are the same for any number; see `DotBias`.
    loss_func, opt_func : None
        The loss is the mean squared error, the optimizer Adam.
    wd_bn_bias, train_bn : False and True
        As fastai has them by default: batch norm does not decay, and is trained.

    Returns
    -------
    Learner
        With an untrained model.

    Raises
    ------
    TypeError, ValueError
        For an argument out of range, or one of fastai's that is not supported.

    Warns
    -----
    UserWarning
        When ratings lie on the bounds of `y_range` or beyond.

    Examples
    --------
    >>> import astonish
    >>> from astonish.collab import CollabDataLoaders
    >>> data = astonish.make_ratings(n_users=50, n_items=40, n_ratings=1000)
    >>> dls = CollabDataLoaders.from_dataset(data, seed=42, bs=64)
    >>> learn = collab_learner(dls, n_factors=5, y_range=(0, 5.5))
    >>> with learn.no_logging():
    ...     learn.fit_one_cycle(5, 5e-2, wd=0.1)
    >>> learn.recorder.values[-1][1] < learn.recorder.values[0][1]
    True
    >>> row, rating, _ = learn.predict({"user": "1", "item": "2"})
    >>> list(row), rating == row["rating"]
    (['user', 'item', 'rating'], True)
    """
    _refuse({"loss_func": loss_func}, None, "to be left out: the loss is the mean squared error")
    _refuse({"opt_func": opt_func}, None, "to be left out: the optimizer is Adam")
    _refuse({"wd_bn_bias": wd_bn_bias}, False)
    _refuse({"train_bn": train_bn}, True)
    if isinstance(dls, Trainset):
        dls = CollabDataLoaders.from_trainset(dls)
    if not isinstance(dls, CollabDataLoaders):
        raise TypeError(
            f"dls must be CollabDataLoaders or a Trainset, got {type(dls).__name__}: "
            "CollabDataLoaders.from_df takes a frame"
        )
    common: dict[str, Any] = {
        "batch_size": dls.train.bs,
        "sampling": sampling,
        "random_state": _random_state(dls, seed),
        "dtype": dtype,
        "n_threads": n_threads,
    }
    model: EmbeddingModel
    if use_nn:
        _refuse({"biased": biased}, True, "use_nn=False")
        hidden = [n_factors] if layers is None else layers
        options = _network_options(config, y_range)
        model = EmbeddingNN(hidden, emb_szs=_sizes(dls, "emb_szs", emb_szs), **options, **common)
    else:
        _refuse({"emb_szs": emb_szs, "layers": layers, "config": config}, None, "use_nn=True")
        model = DotBias(n_factors=n_factors, biased=biased, y_range=y_range, **common)
    learn = Learner(
        dls,
        model,
        lr=lr,
        cbs=cbs,
        metrics=metrics,
        path=path,
        model_dir=model_dir,
        wd=wd,
        moms=moms,
        verbose=verbose,
    )
    warn_if_tight(model.y_range_, np.concatenate([dls.train.ratings, dls.valid.ratings]))
    return learn


def get_emb_sz(
    to: CollabDataLoaders, sz_dict: Mapping[Any, int] | None = None
) -> list[tuple[int, int]]:
    """Return the number of ids, '#na#' included, and the embedding's length: of users, of items.

    Parameters
    ----------
    to : CollabDataLoaders
        The ratings.
    sz_dict : dict of column name to int, optional
        Lengths to take in place of fastai's rule: ``1.6 * n**0.56``, rounded and at most 600.

    Raises
    ------
    TypeError, ValueError
        For a `sz_dict` that is not a dict, or names a column that does not exist.

    Examples
    --------
    >>> import astonish
    >>> from astonish.collab import CollabDataLoaders
    >>> data = astonish.make_ratings(n_users=50, n_items=40, n_ratings=1000)
    >>> get_emb_sz(CollabDataLoaders.from_dataset(data), {"item": 8})
    [(51, 14), (41, 8)]
    """
    sizes = _sizes(to, "sz_dict", sz_dict)
    return [(len(ids), size) for ids, size in zip(to.classes.values(), sizes, strict=True)]


def _random_state(dls: CollabDataLoaders, seed: int | None) -> int | None:
    seed = check_seed(dls.seed if seed is None else seed)
    return None if seed is None else seed % 2**32


def _network_options(
    config: Mapping[str, Any] | None, y_range: tuple[float, float] | None
) -> dict[str, Any]:
    """Return the arguments of `EmbeddingNN` that fastai has in `config`."""
    options = dict(check_mapping("config", {} if config is None else config))
    for name, usual in _ALWAYS.items():
        _refuse({f"config[{name!r}]": options.pop(name, usual)}, usual)
    for name in options:
        check_choice("config", name, _CONFIG)
    if y_range is not None or "y_range" not in options:
        options["y_range"] = y_range
    return options


def tabular_config(**options: Any) -> dict[str, Any]:
    """Return a `config` for `collab_learner`, as fastai's function of this name does.

    Examples
    --------
    >>> tabular_config(ps=0.1, embed_p=0.05)
    {'ps': 0.1, 'embed_p': 0.05}
    """
    return options


def _sizes(dls: CollabDataLoaders, argument: str, sizes: Mapping[Any, int] | None) -> list[int]:
    """Return the lengths of the embeddings of users and of items."""
    given = check_mapping(argument, {} if sizes is None else sizes)
    for name in given:
        if name not in dls.classes:
            raise ValueError(
                f"{argument} must be one of {', '.join(map(repr, dls.classes))}, got {name!r}"
            )
    return [given.get(name, embedding_size(len(ids))) for name, ids in dls.classes.items()]


def _refuse(arguments: dict[str, Any], usual: Any, needs: str = "") -> None:
    """Raise a ValueError for an argument of fastai that is not what it always is here."""
    for name, value in arguments.items():
        if value is not usual:
            reason = f"needs {needs}" if needs else f"is not supported: it is always {usual!r} here"
            raise ValueError(f"{name}={value!r} {reason}")
