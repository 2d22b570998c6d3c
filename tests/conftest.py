"""What all tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from support.packages import oracle_package

# One seed for every run, and no deadline: a shared machine is sometimes slow, which is not a fault.
settings.register_profile(
    "chalkgrad", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("chalkgrad")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What opens a browser is marked, and what is interrupted, so that a round can leave it out: `-m "not browser"`."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if "interrupt" in item.name or "ctrl_c" in item.name or "fork" in item.name:
            item.add_marker("interrupts")


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
