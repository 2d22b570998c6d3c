"""What all tests share."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser for the pages. Where none is installed the test is skipped, except in CI.

    While it is open Playwright runs an event loop in this thread, so it is closed after each module.
    """
    playwright = oracle_package("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip("needs Chromium on PATH")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
