"""Random orders."""

import numpy as np
from numpy.typing import NDArray

from astonish._core._types import Int64

def permute(draws: NDArray[np.uint32]) -> Int64: ...
