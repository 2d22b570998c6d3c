"""The notebooks run from top to bottom without an error, and print what they were saved with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def printed(cell: Any) -> str:
    """The text that a cell showed, without pictures."""
    outputs = cell.get("outputs", [])
    return "".join(
        output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
        for output in outputs
    )


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_prints_what_it_was_saved_with(path: Path) -> None:
    saved = nbformat.read(path, as_version=4)
    assert saved.cells[0].cell_type == "markdown"
    fresh = nbformat.from_dict(saved)
    with_outputs = [printed(cell) for cell in saved.cells if cell.cell_type == "code"]
    # Errors stop the client. A cell whose figures differ in every run (timings) is tagged so.
    NotebookClient(fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
    for cell, before in zip((c for c in fresh.cells if c.cell_type == "code"), with_outputs, strict=True):
        if "timing" not in cell.metadata.get("tags", []):
            assert printed(cell) == before, f"{path.name}: the cell prints something else now:\n{cell.source}"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cells"), [("09_real_data", 0), ("10_from_graph_to_machine_code", 2)])
def test_machine_code_is_not_needed(name: str, cells: int, tmp_path: Path) -> None:
    """With NumPy alone a notebook runs whole, to the same numbers; cells of machine code say what is missing."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['llvmlite'] = None", encoding="utf-8")
    saved = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    fresh = nbformat.from_dict(saved)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    client = NotebookClient(fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}})
    client.execute(env=env)
    told = 0
    for cell, before in zip(fresh.cells, saved.cells, strict=True):
        if cell.cell_type == "code" and 'pip install "chalkgrad[fast]"' in cell.source:
            assert 'pip install "chalkgrad[fast]"' in printed(cell)
            told += 1
        elif cell.cell_type == "code" and "timing" not in cell.metadata.get("tags", []):
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            assert printed(cell) == printed(before), cell.source
    assert told == cells
