"""Every example in a docstring and in the README runs, and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest
from support.tree import MODULES

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
README = Path(__file__).parent.parent / "README.md"


@pytest.mark.parametrize("module", [module for module in MODULES if module != "__main__"])
def test_docstrings(module: str) -> None:
    name = f"chalkgrad.{module}".rstrip(".")
    result = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert result.failed == 0


def test_there_are_examples_to_run() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    tests = finder.find(importlib.import_module("chalkgrad.engine.value"))
    assert sum(len(test.examples) for test in tests) >= 4


def test_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its blocks of Python run one after the other, in one namespace."""
    monkeypatch.chdir(tmp_path)
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:python|pycon)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for number, block in enumerate(blocks):
        if ">>>" in block:
            example = doctest.DocTestParser().get_doctest(block, names, f"README block {number}", str(README), 0)
            runner.run(example, clear_globs=False)
            names.update(example.globs)
        else:
            exec(compile(block, f"README block {number}", "exec"), names)
    assert runner.summarize().failed == 0
