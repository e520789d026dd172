"""The notebook on what is missed of burned-in text runs with the shipped weights and shows what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

PATH = Path(__file__).parents[2] / "notebooks" / "burned_in_text_errors.ipynb"
TABLES = ("score", "by-layout", "by-modality", "by-font")
PICTURES = ("height-contrast", "scatter", "missed", "empty")


def written() -> NotebookNode:
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Any]]]:
    """The outputs of each cell by its id."""
    notebook = written()
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PHIVET_MODEL", raising=False)
        patch.setenv("SAMPLE", "16")
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(name, str(folder))
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    yield {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


def test_no_output_is_committed_and_it_is_one_page() -> None:
    cells = written().cells
    assert all(cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None) for cell in cells)
    assert sum(len(cell.source.splitlines()) for cell in cells) <= 300


@pytest.mark.parametrize("cell", TABLES)
def test_a_table_is_shown(ran: dict[str, list[Any]], cell: str) -> None:
    assert "<table" in "".join(output.get("data", {}).get("text/html", "") for output in ran[cell])


@pytest.mark.parametrize("cell", PICTURES)
def test_a_picture_is_shown(ran: dict[str, list[Any]], cell: str) -> None:
    assert any("image/png" in output.get("data", {}) for output in ran[cell])
