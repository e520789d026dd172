"""The notebook on the errors of the notes model runs with the shipped weights and shows what it says."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from phivet.models.notes_tags import CATEGORIES

PATH = Path(__file__).parents[2] / "notebooks" / "notes_errors.ipynb"
SAMPLE = 120
TABLES = ("by-category", "by-genre", "worst-genres", "category-by-genre", "by-hand", "by-kind", "by-language")
PICTURES = ("confusion", "reliability")
LISTS = ("gather", "worst-misses", "worst-alarms")
SHAPES = (
    ("name", "Baker", "a ", "'s cyst, unchanged", "eponym"),
    ("name", "Salter", "", "-Harris II fracture", "eponym"),
    ("clinician_name", "Sindou MP", "Quoted ", ", Alvernia JE. J Neurosurg 2005", "author of a reference"),
    ("initials", "gc", "| 4 | ", " ", "initials or abbreviation"),
    ("clinician_name", "VSB", "pull tube ", "/tr DD", "initials or abbreviation"),
    ("name", "Conley", "", ": enhancing lesion", "name without a cue"),
    ("name", "HAYWARD,William", "", " 2025-03-28", "name without a cue"),
    ("name", "TALLULAH", "THEN ", " WAS TEARFUL", "name in capitals without a cue"),
    ("clinician_name", "krūze", "repeat per ", " in 6 mo", "name in lower case without a cue"),
    ("clinician_name", "Rendall", "with Dr ", " and", "name beside a cue"),
    ("name", "كامل", "المريض ", " يشكو", "name beside a cue"),
    ("date", "21/09", "Operated ", ",", "date in digits"),
    ("date", "the 2nd", "on ", ";", "date in words and digits"),
    ("date_of_birth", "Sat night", "", " code", "date in words"),
    ("facility", "TTM", "scan at ", " gave", "institution, abbreviated"),
    ("organisation", "Knappschaft", "insurance ", " no.", "institution"),
    ("place", "Lampasas", "in a ", " woman", "place or address"),
    ("occupation", "dyke inspector", "", "", "occupation or event"),
    ("url", "10.0.0.1", "", "", "address on the net"),
    ("age_over_89", "94", "aged ", "", "age"),
    ("phone", "3304", "extension ", "", "number without a cue"),
    ("record_number", "H12345", "MRN: ", "", "number beside a cue"),
)
ASKED = """
import json, sys
from IPython.display import JSON
JSON({
    "python": sys.executable, "notes": len(notes), "categories": by_category["labels"].to_dict(),
    "missed": int(by_category["missed"].sum()), "alarms": int(by_category["alarms"].sum()),
    "genres": {name: int(by_genre[name].sum()) for name in ("notes", "labels", "missed", "alarms")},
    "listed": [len(misses), len(alarms)], "labels": int(counts.labels.sum()),
    "found": int(counts.found[:, ANY].sum()), "false": int(counts.alarms.sum()),
    "shapes": [shape(Category(category), *rest) for category, *rest in json.loads(%r)],
})
"""


def written() -> NotebookNode:
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Any]]]:
    """The outputs of each cell by its id, and of one that asks for what the notebook has counted."""
    notebook = written()
    asked = ASKED % json.dumps([row[:-1] for row in SHAPES])
    notebook.cells.append(new_code_cell(asked, id="asked"))
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PHIVET_MODEL", raising=False)
        patch.setenv("SAMPLE", str(SAMPLE))
        for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(name, str(folder))
        NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    yield {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def counted(ran: dict[str, list[Any]]) -> dict[str, Any]:
    (answer,) = (output.data["application/json"] for output in ran["asked"] if "data" in output)
    return dict(answer)


def test_no_output_is_committed() -> None:
    for cell in written().cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None), cell.id


def test_it_is_one_page() -> None:
    assert sum(len(cell.source.splitlines()) for cell in written().cells) <= 300


def test_it_runs_in_this_environment_on_the_sample(counted: dict[str, Any]) -> None:
    assert Path(counted["python"]).parent == Path(sys.executable).parent
    assert counted["notes"] == SAMPLE and counted["labels"] > SAMPLE / 4


def test_every_category_of_text_has_its_row(ran: dict[str, list[Any]], counted: dict[str, Any]) -> None:
    assert set(counted["categories"]) == {category.value for category in CATEGORIES}
    (table,) = (output.data["text/html"] for output in ran["by-category"])
    assert all(f"<th>{category.value}</th>" in table for category in CATEGORIES)


def test_tables_and_lists_count_the_same_errors(counted: dict[str, Any]) -> None:
    missed, alarms = counted["labels"] - counted["found"], counted["false"]
    assert sum(counted["categories"].values()) == counted["labels"]
    assert [counted["missed"], counted["alarms"]] == counted["listed"] == [missed, alarms]
    assert counted["genres"] == {"notes": SAMPLE, "labels": counted["labels"], "missed": missed, "alarms": alarms}


@pytest.mark.parametrize("cell", ["score", *TABLES, *LISTS])
def test_a_table_is_shown(ran: dict[str, list[Any]], cell: str) -> None:
    assert "<table" in "".join(output.get("data", {}).get("text/html", "") for output in ran[cell])


@pytest.mark.parametrize("cell", PICTURES)
def test_a_picture_is_shown(ran: dict[str, list[Any]], cell: str) -> None:
    assert any("image/png" in output.get("data", {}) for output in ran[cell])


@pytest.mark.parametrize(("at", "shape"), [(at, row[-1]) for at, row in enumerate(SHAPES)])
def test_an_error_has_a_shape(counted: dict[str, Any], at: int, shape: str) -> None:
    assert counted["shapes"][at] == shape, SHAPES[at]
