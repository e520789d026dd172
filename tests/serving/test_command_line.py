"""The command as a person and a script use it: what it prints, and with which status it ends."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from pydicom.examples import get_path

from phivet.cases.report import schema

CLEAN = "Axial T2 at 3.0T: no focal lesion. Disc bulge at L4/5. BI-RADS 2."
TELLING = "Mr John Whitfield, DOB 03/04/1951, call 04 472 3000."


def phivet(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "phivet.serving.command_line", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=240, env=os.environ | environment, check=False
    )


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "note.txt").write_text(CLEAN)
    return tmp_path / "clean"


@pytest.fixture
def telling(tmp_path: Path) -> Path:
    (tmp_path / "telling").mkdir()
    (tmp_path / "telling" / "note.txt").write_text(TELLING)
    return tmp_path / "telling"


def test_help_and_version_answer_without_loading_a_model() -> None:
    code = (
        "import sys, phivet.serving.command_line as c\n"
        "try: c.main(['scan', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'torch', 'numpy', 'pydicom', 'bentoml', 'rich'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert phivet("--version").stdout.startswith("phivet ")


def test_a_clear_case_ends_with_0_and_a_telling_one_with_1(clean: Path, telling: Path) -> None:
    assert phivet("scan", clean).returncode == 0
    result = phivet("scan", clean, telling)
    assert result.returncode == 1
    assert "CLEAR" in result.stdout
    assert "BLOCK" in result.stdout


def test_what_is_no_case_ends_with_2_though_another_blocks(telling: Path, tmp_path: Path) -> None:
    result = phivet("scan", telling, tmp_path / "nowhere")
    assert result.returncode == 2
    assert "BLOCK" in result.stdout
    assert "PATH 2: there is no file or folder" in result.stderr


def test_an_empty_folder_holds_nothing_to_scan_and_is_still_reported(tmp_path: Path) -> None:
    result = phivet("scan", "--json", tmp_path)
    assert result.returncode == 2
    assert json.loads(result.stdout)["decision"] == "review"


@pytest.mark.parametrize(
    "arguments",
    [[], ["scan"], ["unheard-of"], ["scan", "--nonsense", "x"], ["scan", "--workers", "0", "x"]],
)
def test_wrong_usage_ends_with_64(arguments: list[str]) -> None:
    result = phivet(*arguments)
    assert (result.returncode, result.stdout) == (64, "")
    assert "usage:" in result.stderr


def test_an_unknown_policy_is_refused_with_the_names_that_exist(clean: Path) -> None:
    result = phivet("scan", "--policy", "hippa", clean)
    assert result.returncode == 64
    assert "hipaa-safe-harbor" in result.stderr
    assert "Traceback" not in result.stderr


def test_json_is_one_valid_report_a_line_in_the_order_of_the_paths(clean: Path, telling: Path) -> None:
    result = phivet("scan", "--json", telling, clean, get_path("mr"), "--policy", "resectaur")
    reports = [json.loads(line) for line in result.stdout.splitlines()]
    assert [report["decision"] for report in reports] == ["block", "clear", "block"]
    assert [report["case_id"] for report in reports] == ["case-1", "case-2", "case-3"]
    assert {report["policy"] for report in reports} == {"resectaur"}
    for report in reports:
        jsonschema.validate(report, schema())
    assert result.stderr == ""


def test_several_workers_say_the_same_as_one(clean: Path, telling: Path) -> None:
    def reports(workers: int) -> list[dict[str, object]]:
        lines = phivet("scan", "--json", telling, clean, "/nowhere", telling, "--workers", str(workers)).stdout
        return [{**json.loads(line), "seconds": 0} for line in lines.splitlines()]

    assert reports(2) == reports(1)
    assert [report["case_id"] for report in reports(2)] == ["case-1", "case-2", "case-4"]


def test_the_terminal_never_shows_what_was_found(telling: Path) -> None:
    result = phivet("scan", telling)
    for secret in ("Whitfield", "1951", "472 3000"):
        assert secret not in result.stdout + result.stderr


def test_the_page_shows_the_evidence_and_is_its_owners_alone(telling: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    for _ in range(2):
        assert phivet("scan", telling, "--html", page).returncode == 1
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text("utf-8")
    assert "patient data" in text
    assert "Whitfield" in text


def test_a_page_that_cannot_be_written_is_refused_before_the_scan(clean: Path) -> None:
    result = phivet("scan", clean, "--html", clean / "no" / "such" / "page.html")
    assert result.returncode == 64
    assert result.stdout == ""


def test_a_scan_makes_no_network_connection_and_leaves_no_files(telling: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "home").mkdir(mode=0o500)
    code = (
        "import socket, sys\n"
        "def refuse(self, *a): raise AssertionError('a connection')\n"
        "socket.socket.connect = refuse\n"
        "from phivet.serving.command_line import main\n"
        f"sys.exit(main(['scan', '--json', {str(get_path('rgb_color'))!r}, {str(telling)!r}]))"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp"), "HOME": str(tmp_path / "home")}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "")
    assert json.loads(result.stdout.splitlines()[0])["not_scanned"] == []
    assert list((tmp_path / "tmp").iterdir()) == []
    assert list((tmp_path / "home").iterdir()) == []
