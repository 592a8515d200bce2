"""What all models share: the interface, predictions, explanations, files."""

from typing import TYPE_CHECKING, Any

from astonish.support import old_names

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        return old_names.find_class(__name__, name)
