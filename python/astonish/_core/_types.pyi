"""Arrays as the bindings take them; for type checkers only."""

from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Int32: TypeAlias = NDArray[np.int32]
Int64: TypeAlias = NDArray[np.int64]
Float32: TypeAlias = NDArray[np.float32]
Float64: TypeAlias = NDArray[np.float64]
Offsets: TypeAlias = NDArray[np.int32] | NDArray[np.int64]
Float = TypeVar("Float", np.float32, np.float64)
