"""Packages that only tests need: the oracles, a browser's driver."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest


def oracle_package(name: str) -> ModuleType:
    """A package that only tests need: skipped where it is missing, except in CI, where that is an error."""
    if os.environ.get("CI") == "true":
        return importlib.import_module(name)
    package: ModuleType = pytest.importorskip(name)
    return package
