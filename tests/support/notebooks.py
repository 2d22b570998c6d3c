"""The notebooks run again and stored with what they show: `python tests/support/notebooks.py [NAME ...]`.

Of a plot only its PNG is stored, not the SVG that follows the reader's theme: that comes when the cell is run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"


def renew(path: Path) -> None:
    """Run a notebook from a clean kernel, and store it with its outputs."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    metadata = dict(notebook.metadata)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", record_timing=False, store_widget_state=False,
        resources={"metadata": {"path": str(FOLDER)}},
    )  # fmt: skip
    client.execute()
    notebook.metadata = nbformat.from_dict(metadata)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    output["data"].pop("text/html", None)
    nbformat.write(notebook, path)


def _joined(outputs: list[Any]) -> list[Any]:
    """What was printed in pieces as one."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and last.get("name") == output.get("name"):
            last["text"] += output.text
        else:
            joined.append(output)
    return joined


if __name__ == "__main__":
    wanted = sys.argv[1:] or [path.stem for path in sorted(FOLDER.glob("*.ipynb"))]
    for name in wanted:
        renew(FOLDER / f"{name}.ipynb")
        print(name, f"{(FOLDER / f'{name}.ipynb').stat().st_size / 1000:.0f} KB")
