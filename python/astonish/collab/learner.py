"""The learner: trains a model of collaborative filtering, validates it and predicts with it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any, overload

from astonish.collab import files, predictions
from astonish.collab.loaders.data import CollabDataLoaders
from astonish.collab.loaders.loader import RatingsLoader
from astonish.collab.metrics import Metric, check_metrics
from astonish.collab.of_session import of_session
from astonish.collab.old_pickles import with_session
from astonish.collab.predictions import RowPrediction
from astonish.collab.training import lr_find
from astonish.collab.training.callback import check_callbacks
from astonish.collab.training.fitting import Fitting
from astonish.collab.training.recorder import Recorder
from astonish.collab.training.session import Session
from astonish.collab.training.suggestions import SuggestFunction, valley
from astonish.models.embedding.embedding_model import EmbeddingModel
from astonish.models.training.schedules import MOMS, Moms, check_moms
from astonish.support.checks import check_number
from astonish.support.files.binary_files import File, folder_of
from astonish.support.text_table import text_table


class Learner(Fitting):
    """Data loaders, a model and what trains it; `collab_learner` makes one.

    Parameters
    ----------
    dls : CollabDataLoaders
        The ratings.
    model : DotBias or EmbeddingNN
        Unless it was fitted to ``dls.trainset``, it gets fresh parameters for that, drawn by its
        ``random_state``, which also decides the order of samples. Its ``sampling`` and ``dtype``
        count, its ``n_epochs``, ``lr_max``, ``wd``, ``batch_size`` and ``validation`` do not.
    lr : float, default 0.001
        The learning rate where a method gets none.
    cbs : Callback or list of them, optional
        Called in each training.
    metrics : function, name, or list of them, optional
        What to show beside the loss. Functions are called as ``metric(preds, targs)`` with all
        predictions and ratings of the validation part, and return a number; `rmse`, `mse` and
        `mae` are there. Names are those that `astonish.metrics` knows for ratings, such as
        "auc".
    path : str or path, optional
        Where files go, by default the path of `dls`.
    model_dir : str or path, default "models"
        The folder in `path` for `save` and `load`.
    wd : float, optional
        Weight decay where a method gets none; see `fit`.
    moms : three floats, default (0.95, 0.85, 0.95)
        Momentum of `fit_one_cycle`.
    verbose : bool, default True
        Whether to show the table of epochs.

    Attributes
    ----------
    dls, model, lr, cbs, metrics, path, model_dir, wd, moms
        As above.
    recorder : Recorder
        Losses and metrics of the last training, and pictures of them.
    epoch, n_epoch : int
        The epoch that is, or was last, in training, from 0, and how many were asked for.

    Raises
    ------
    TypeError, ValueError
        For an argument out of range.

    Examples
    --------
    >>> import astonish
    >>> from astonish.collab import CollabDataLoaders, rmse
    >>> data = astonish.make_ratings(n_users=50, n_items=40, n_ratings=1000)
    >>> dls = CollabDataLoaders.from_dataset(data, seed=42)
    >>> model = astonish.DotBias(n_factors=5, y_range=(0, 5.5), random_state=0)
    >>> learn = Learner(dls, model, metrics=rmse, verbose=False)
    >>> suggested = learn.lr_find(show_plot=False)
    >>> learn.fit_one_cycle(3, suggested.valley, wd=0.1)
    >>> learn.recorder.metric_names
    ['epoch', 'train_loss', 'valid_loss', 'rmse', 'time']
    >>> loss, error = learn.validate()
    >>> preds, ratings = learn.get_preds()
    >>> preds.shape, round(error**2 - loss, 9)
    ((200,), 0.0)
    """

    dls = of_session[CollabDataLoaders]()
    model = of_session[EmbeddingModel]()
    metrics = of_session[list[Metric]]()
    wd = of_session[float | None]()
    recorder = of_session[Recorder]()
    epoch = of_session[int]()
    n_epoch = of_session[int]()

    def __init__(
        self,
        dls: CollabDataLoaders,
        model: EmbeddingModel,
        *,
        lr: float = 1e-3,
        cbs: Any = None,
        metrics: Metric | str | Sequence[Metric | str] | None = None,
        path: str | Path | None = None,
        model_dir: str | Path = "models",
        wd: float | None = None,
        moms: Moms = MOMS,
        verbose: bool = True,
    ) -> None:
        _check_type("dls", dls, CollabDataLoaders)
        _check_type("model", model, EmbeddingModel)
        self.lr = check_number("lr", lr, minimum=0)
        self.cbs = check_callbacks("cbs", cbs)
        measured = check_metrics(metrics)
        self.path = Path(dls.path if path is None else path)
        self.model_dir = Path(model_dir)
        decay = None if wd is None else check_number("wd", wd, minimum=0)
        self.moms = check_moms(moms)
        self._session = Session(dls, model, measured, decay, bool(verbose))

    def lr_find(
        self,
        start_lr: float = 1e-7,
        end_lr: float = 10.0,
        num_it: int = 100,
        stop_div: bool = True,
        show_plot: bool | None = None,
        suggest_funcs: SuggestFunction | Sequence[SuggestFunction] | None = valley,
    ) -> Any:
        """Try ever higher learning rates, one a batch, and suggest one of them.

        The model, Adam's memory and the order of later batches stay as they are; ``recorder`` has
        the losses of the trial.

        Parameters
        ----------
        start_lr, end_lr : float, default 1e-7 and 10
            The first learning rate, and the one that would come after the last.
        num_it : int, default 100
            Number of batches, at least 6.
        stop_div : bool, default True
            Whether to stop when the smoothed loss is four times the lowest so far.
        show_plot : bool, optional
            Whether to draw losses and suggestions; by default where matplotlib is installed.
        suggest_funcs : function, sequence of functions or None, default `valley`
            Rules to suggest by: `valley`, `slide`, `minimum`, `steep`, or your own, called with the
            learning rates, the smoothed losses (without a tenth of `num_it` at the start and five
            at the end) and `num_it`; they return the suggestion and a point of the curve.

        Returns
        -------
        named tuple of float
            A suggestion for each function, under its name; None without functions.

        Raises
        ------
        ImportError
            With ``show_plot=True`` and without the extra ``plot``, before anything is trained.
        TypeError, ValueError
            For an argument out of range, or when the loss explodes too early for a suggestion.
        """
        return lr_find.find(
            self._session, start_lr, end_lr, num_it, stop_div, show_plot, suggest_funcs
        )

    def validate(self, ds_idx: int = 1, dl: RatingsLoader | None = None) -> list[float]:
        """Return the mean squared error of a part, and the metrics.

        Parameters
        ----------
        ds_idx : {0, 1}, default 1
            The training part or the validation part.
        dl : RatingsLoader, optional
            Other ratings, made by ``dls.test_dl``.

        Raises
        ------
        ValueError
            When there are no ratings.
        """
        session = self._session
        return session.losses_of(predictions.rated_part(session.dls, ds_idx, dl))

    def get_preds(
        self,
        ds_idx: int = 1,
        dl: RatingsLoader | None = None,
        with_input: bool = False,
        with_decoded: bool = False,
        with_loss: bool = False,
    ) -> tuple[Any, ...]:
        """Return predictions and ratings of a part, row by row in its order.

        Parameters
        ----------
        ds_idx : {0, 1}, default 1
            The training part, all rows of it, or the validation part.
        dl : RatingsLoader, optional
            Other rows, made by ``dls.test_dl``.
        with_input : bool, default False
            Whether to return the codes first: int32 of shape (n, 2).
        with_decoded : bool, default False
            Whether to return the predictions once more behind the ratings, as fastai does.
        with_loss : bool, default False
            Whether to return the squared error of each row last.

        Returns
        -------
        tuple of float64 arrays of shape (n,)
            Predictions, not clipped to the rating scale; ratings, or None where `dl` has none; and
            what else was asked for. An unknown id contributes nothing to a prediction.
        """
        chosen = predictions.rated_part if with_loss else predictions.part
        loader = chosen(self.dls, ds_idx, dl)
        return predictions.answer(self._session, loader, with_input, with_decoded, with_loss)

    def predict(self, row: Any) -> RowPrediction:
        """Predict the rating of one user for one item.

        Parameters
        ----------
        row : dict, Series, named tuple or (user, item)
            By the names of the columns, or in their order; more columns are left alone.

        Returns
        -------
        RowPrediction
            Three values to unpack, as fastai's: the row as a dict, with the prediction in it, and
            the prediction, not clipped, twice. A user or item that is unknown is ``"#na#"`` there.

        Warns
        -----
        UserWarning
            When an id is unknown; it names the column and the id.

        Raises
        ------
        TypeError, ValueError
            For an invalid row, or one that lacks a column.
        """
        return predictions.predict_row(self._session, row)

    def show_results(
        self,
        ds_idx: int = 1,
        dl: RatingsLoader | None = None,
        max_n: int = 9,
        shuffle: bool = True,
    ) -> None:
        """Print up to `max_n` ratings of a part beside their predictions.

        They are drawn by NumPy's global generator, or the first ones without `shuffle`.
        """
        predictions.show(
            self._session, predictions.rated_part(self.dls, ds_idx, dl), max_n, shuffle
        )

    def summary(self) -> None:
        """Print the arrays of the model, their shapes and how many numbers they hold."""
        rows = [
            [name, " x ".join(map(str, array.shape)), str(array.size)]
            for name, array in files.arrays_of(self._session.snapshot()).items()
        ]
        print(type(self.model).__name__)
        print(text_table(["parameters", "shape", "numbers"], rows))

    @overload
    def save(self, file: str | PathLike[str], with_opt: bool = True) -> Path: ...
    @overload
    def save(self, file: IO[bytes], with_opt: bool = True) -> IO[bytes]: ...
    def save(self, file: File, with_opt: bool = True) -> Any:
        """Write the parameters to ``path / model_dir / file``, with the suffix ``.npz``.

        Parameters
        ----------
        file : str, path or file open in binary mode
            A name; an open file is written as it is.
        with_opt : bool, default True
            Whether to write what Adam remembers, too.

        Returns
        -------
        Path, or the open file
            What was written.

        Raises
        ------
        OSError
            When it cannot be written.
        ValueError
            With `with_opt`, while another thread trains.
        """
        return files.save(self._session, self._saved(file), with_opt)

    def load(self, file: File, with_opt: bool = True) -> Learner:
        """Read parameters that `save` wrote, for the same kind of model and the same ids.

        Parameters
        ----------
        file : str, path or file open in binary mode
            The name, or the open file.
        with_opt : bool, default True
            Whether to read what Adam remembers, too.

        Returns
        -------
        Learner
            The learner itself.

        Warns
        -----
        UserWarning
            When that is asked for and missing.

        Raises
        ------
        OSError
            When the file cannot be read.
        ValueError
            When it is another kind of file, is damaged, or has parameters of another model.
        """
        files.load(self._session, self._saved(file), with_opt)
        return self

    def _saved(self, file: File) -> File:
        return files.file_in(self.path / self.model_dir, file, with_suffix=True)

    @overload
    def export(self, fname: str | PathLike[str] = "export.npz") -> Path: ...
    @overload
    def export(self, fname: IO[bytes]) -> IO[bytes]: ...
    def export(self, fname: File = "export.npz") -> Any:
        """Write the model to ``path / fname``, or to a file open in binary mode, without pickle.

        `load_learner` reads it. It is a file of `Model.save`, so ``DotBias.load`` does, too.
        Callbacks, metrics and what Adam remembers are not in it; the training part is.

        Returns
        -------
        Path, or the open file
            What was written.
        """
        return files.export(self._session, files.file_in(self.path, fname))

    def __repr__(self) -> str:
        return f"<Learner: {type(self.model).__name__} on {self.dls!r}>"

    def __copy__(self) -> Learner:
        """Return a learner of the same model that may be given another."""
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self), _session=copy.copy(self._session))
        return copied

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the attributes of a pickle, also of one from before there were sessions."""
        vars(self).update(state if "_session" in state else with_session(state))


def _check_type(name: str, value: Any, kind: type[Any]) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be of type {kind.__name__}, got {value!r}")


def load_learner(fname: File) -> Learner:
    """Read a learner that `Learner.export` wrote; nothing is unpickled.

    `fname` is a path, or a file that is open in binary mode. The learner's ``dls`` have the
    training part, and none for validation; their ``path`` is the folder of the file, for an open
    one the current folder.

    Raises
    ------
    OSError
        When the file cannot be read.
    ValueError
        When it is not a file of `DotBias` or `EmbeddingNN`, or is damaged.

    Examples
    --------
    >>> import astonish, pathlib, tempfile
    >>> from astonish.collab import CollabDataLoaders, collab_learner
    >>> data = astonish.make_ratings(n_users=50, n_items=40, n_ratings=1000)
    >>> folder = tempfile.TemporaryDirectory()
    >>> dls = CollabDataLoaders.from_dataset(data, seed=42, path=folder.name)
    >>> learn = collab_learner(dls, n_factors=5)
    >>> loaded = load_learner(learn.export())
    >>> loaded.predict(("1", "2")) == learn.predict(("1", "2"))
    True
    >>> folder.cleanup()
    """
    model = EmbeddingModel.load(fname)
    with files.damage_named(fname):
        return Learner(files.loaders_of(model, folder_of(fname)), model)
