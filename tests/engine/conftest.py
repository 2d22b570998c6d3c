"""What the tests of the core share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only reference counting: what a cycle holds stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
