"""What all tests share."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

# One seed for every run, and no deadline: a shared machine is sometimes slow, which is not a fault.
settings.register_profile(
    "chalkgrad", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("chalkgrad")


def oracle_package(name: str) -> ModuleType:
    """A package that only tests need: skipped where it is missing, except in CI, where that is an error."""
    if os.environ.get("CI") == "true":
        return importlib.import_module(name)
    return pytest.importorskip(name)


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch, the outside oracle."""
    return oracle_package("torch")
