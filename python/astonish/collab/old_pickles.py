"""Pickles of learners that had no session."""

from __future__ import annotations

from typing import Any

from astonish.collab.training.session import Session

_OF_SESSION = (
    "dls",
    "model",
    "metrics",
    "wd",
    "recorder",
    "epoch",
    "n_epoch",
    "_is_shown",
    "_is_live",
    "_training",
    "_optimizer",
    "_order",
)


def with_session(attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a learner, given those of one that held all of them itself."""
    session = Session.__new__(Session)
    vars(session).update({name.lstrip("_"): attributes[name] for name in _OF_SESSION})
    rest = {name: value for name, value in attributes.items() if name not in _OF_SESSION}
    return {**rest, "_session": session}
