"""What the C++ core offers, a module for each of its families.

Arrays must be C-contiguous and of the dtype named: nothing is cast. Codes are int32, values
float64; offsets are int32 or int64 as the aliases say.
"""

from astonish._core import als as als
from astonish._core import embedding as embedding
from astonish._core import factors as factors
from astonish._core import metrics as metrics
from astonish._core import neighbors as neighbors
from astonish._core import network as network
from astonish._core import parallel as parallel
from astonish._core import random as random
from astonish._core import ratings as ratings
from astonish._core import sgd as sgd
from astonish._core import statistics as statistics
from astonish._core import topk as topk

__version__: str
cpu_level: str
