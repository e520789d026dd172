"""The notebook on the errors of the network of faces runs with the shipped weights on a few heads and shows them."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

PATH = Path(__file__).parents[2] / "notebooks" / "faces_errors.ipynb"


def written() -> NotebookNode:
    return nbformat.read(PATH, as_version=4)


def test_no_output_is_committed_and_it_is_one_page() -> None:
    cells = written().cells
    assert all(cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None) for cell in cells)
    assert sum(len(cell.source.splitlines()) for cell in cells) <= 150


def test_what_it_asks_for_is_there() -> None:
    for cell in written().cells:
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")


@pytest.mark.slow
def test_it_runs_and_shows_what_was_judged_wrongly(tmp_path: Path) -> None:
    notebook = written()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PHIVET_MODEL", raising=False)
        patch.setenv("SAMPLE", "1")
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(name, str(tmp_path))
        NotebookClient(notebook, timeout=800, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    assert "auroc/renders" in str(outputs["figures"])
    assert sum("image/png" in output.get("data", {}) for output in outputs["pictures"]) == 2
    assert any("image/png" in output.get("data", {}) for output in outputs["reliability"])
