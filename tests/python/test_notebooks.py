"""Executes every notebook on a store of real registers."""
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(notebook, registers, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    from conftest import BINARY

    monkeypatch.setenv("SILT_DATA", str(registers.data))
    monkeypatch.setenv("SILT_BIN", str(BINARY.resolve()))
    monkeypatch.setenv("MPLBACKEND", "agg")
    document = nbformat.read(notebook, as_version=4)
    NotebookClient(document, timeout=300, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    outputs = [output for cell in document.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs, "the notebook shows something"
