"""Parameters that models of neighbours share, declared once."""

from typing import Any

from astonish.support.checks import check_mapping
from astonish.support.parameters import param, truth

SIM_OPTIONS: Any = param(
    default_factory=dict,
    check=check_mapping,
    kind="dict",
    doc="How users, or items, are compared; see `AlgoBase.compute_similarities`.",
)
BSL_OPTIONS: Any = param(
    default_factory=dict,
    check=check_mapping,
    kind="dict",
    doc="How baselines are fitted; see `AlgoBase.compute_baselines`.",
)
VERBOSE: Any = param(default=True, check=truth, doc="Whether to print what is being computed.")
