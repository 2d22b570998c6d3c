"""Packages that only tests need: the oracles, a browser's driver."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest


def oracle_package(name: str) -> ModuleType:
    """A package that only tests need: skipped where it is missing, except in CI, where that is an error."""
    if os.environ.get("CI") == "true":
        return importlib.import_module(name)
    package: ModuleType = pytest.importorskip(name)
    return package


def needs(what: str) -> NoReturn:
    """Skip the test, except in CI, where it is an error that something is missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


def node_file(package: str, name: str) -> Path:
    """A file of one of the page's own tools, which are installed in tests/js."""
    path = Path(__file__).parents[1] / "js" / "node_modules" / package / name
    if not path.exists():
        needs("npm --prefix tests/js install")
    return path
