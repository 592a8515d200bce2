"""Parameters in training by mini-batches; drives embedding_dot.hpp and embedding_network.hpp."""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from astonish.models.training.epochs import Losses
from astonish.models.training.sampling import EpochSampler
from astonish.models.training.schedules import Schedule
from astonish.support.cancellation import check_cancelled

Arrays = dict[str, NDArray[Any]]


class AdamState(NamedTuple):
    """What Adam remembers: batches done, and the running means of gradients and of their squares.

    The means have the names and shapes of the parameters that are trained.
    """

    step: int
    averages: Arrays
    squares: Arrays

    @classmethod
    def fresh(cls, parameters: Arrays) -> "AdamState":
        """Return the state before the first batch."""
        return cls(
            0,
            {name: np.zeros_like(array) for name, array in parameters.items()},
            {name: np.zeros_like(array) for name, array in parameters.items()},
        )

    def is_of(self, parameters: Arrays) -> bool:
        """Return whether these parameters have the names, shapes and types of those remembered."""
        remembered, given = (
            [(name, array.shape, array.dtype) for name, array in arrays.items()]
            for arrays in (self.averages, parameters)
        )
        return remembered == given


class InnerRatings(NamedTuple):
    """Ratings to draw batches from: inner ids that the model has rows for."""

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    values: NDArray[Any]

    def take(self, samples: NDArray[np.int32]) -> "InnerRatings":
        """Return some of them, in that order."""
        return InnerRatings(self.users[samples], self.items[samples], self.values[samples])


class CoreTrainer(Protocol):
    """A trainer of the core."""

    def run(self, *arguments: Any) -> None:
        """Train on batches."""
        ...

    def copy_to(self, *arrays: Any) -> None:
        """Write weights, averages, squares and, where there are any, buffers."""
        ...


class BatchTraining:
    """Parameters and the state of Adam, inside the core, while they are trained.

    Parameters
    ----------
    core : trainer of the core
        It holds `parameters`, `buffers` and a state of Adam.
    step : int
        Batches that the state of Adam has seen.
    parameters : dict of arrays
        What Adam trains, in the order of the core.
    buffers : dict of arrays or None
        What is only measured, such as the statistics of batch norms; None for a model without.
    ratings : InnerRatings
        In the dtype of the parameters.
    n_threads : int
        Results do not depend on it.
    """

    def __init__(
        self,
        core: CoreTrainer,
        step: int,
        parameters: Arrays,
        buffers: Arrays | None,
        ratings: InnerRatings,
        n_threads: int,
    ) -> None:
        self._core, self._step = core, step
        self._parameters, self._buffers = parameters, buffers
        self._ratings, self._n_threads = ratings, n_threads

    def run(
        self,
        samples: NDArray[np.int32],
        batch_size: int,
        lrs: NDArray[np.float64],
        moms: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Train on batches, as many as there are rates, and return their losses.

        Raises
        ------
        ValueError
            When a loss is not finite; it names the batch. The parameters are lost.
        KeyboardInterrupt, CancelledError
            When the run is stopped. The parameters are lost.
        """
        ratings = self._ratings
        if len(samples) < len(ratings.users) // 8:  # the core looks at all that it is given
            ratings, samples = ratings.take(samples), np.arange(len(samples), dtype=np.int32)
        losses = np.empty(len(lrs))
        rates = lrs, moms, losses
        self._core.run(*ratings, samples, batch_size, *rates, self._n_threads, check_cancelled)
        self._step += len(lrs)
        return losses

    def parameters(self) -> Arrays:
        """Return copies of parameters and buffers as they are now."""
        weights, _, _, buffers = self._copies()
        return {**weights, **buffers}

    def state(self) -> AdamState:
        """Return what Adam remembers now."""
        _, averages, squares, _ = self._copies()
        return AdamState(self._step, averages, squares)

    def _copies(self) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        weights, averages, squares = (_empty_like(self._parameters) for _ in range(3))
        buffers = _empty_like(self._buffers or {})
        groups = [tuple(group.values()) for group in (weights, averages, squares)]
        if self._buffers is not None:
            groups.append(tuple(buffers.values()))
        self._core.copy_to(*groups)
        return weights, averages, squares, buffers


class EpochTrainer:
    """Epochs of mini-batches for `run_epochs`, with rates that are decided beforehand."""

    def __init__(self, training: BatchTraining, schedule: Schedule, sampler: EpochSampler) -> None:
        self._training, self._schedule, self._sampler = training, schedule, sampler
        self._epoch = 0  # that was trained last

    def run_epoch(self, epoch: int) -> Losses:
        """Train one epoch; its loss is the mean of those of its batches, before their updates."""
        return {"loss": float(self.run_batches(epoch).mean())}

    def run_batches(self, epoch: int) -> NDArray[np.float64]:
        """Train one epoch and return the losses of its batches, before their updates.

        Raises
        ------
        ValueError
            When a loss is not finite; it names the epoch and the batch. The parameters are lost.
        KeyboardInterrupt, CancelledError
            When the run is stopped. The parameters are lost.
        """
        self._epoch = epoch
        rates = self._schedule.of_epoch(epoch, self._sampler.n_batches)
        try:
            return self._training.run(self._sampler.next(), self._sampler.batch_size, *rates)
        except ValueError as error:
            raise ValueError(f"epoch {epoch}, {error}") from None

    def parameters(self) -> Arrays:
        """Return copies of the parameters.

        Raises
        ------
        ValueError
            When one is not finite: a loss, which is taken before its update, cannot tell of the
            last batch. It names the epoch.
        """
        parameters = self._training.parameters()
        for name, array in parameters.items():
            if not np.isfinite(array).all():
                raise ValueError(
                    f"epoch {self._epoch} diverged: {name} is not finite; one of these may be too "
                    "large: the learning rate, the weight decay (wd), the ratings"
                )
        return parameters


def _empty_like(arrays: Arrays) -> Arrays:
    return {name: np.empty_like(array) for name, array in arrays.items()}
