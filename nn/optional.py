"""What only some installations have: the packages of the `notebook` extra, imported when they are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..engine import MissingDependencyError


@contextmanager
def notebook_extra(purpose: str) -> Iterator[None]:
    """Import packages of the extra inside this block; `purpose` says, in the message, what they are for.

    Raises:
        MissingDependencyError: one of them is not installed.
    """
    try:
        yield
    except ImportError as error:
        missing = error.name or str(error)
        raise MissingDependencyError(f'{purpose} needs {missing}: pip install "chalkgrad[notebook]"') from error
