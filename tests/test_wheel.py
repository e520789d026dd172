"""The wheel holds all that phivet needs: built, installed elsewhere, and used from there."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from pydicom.examples import get_path

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return next(folder.glob("*.whl"))


def test_it_scans_a_case_where_only_its_dependencies_are(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    site = tmp_path / "venv" / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    dependencies = next(path for path in map(Path, sys.path) if (path / "pydicom").is_dir())
    python = tmp_path / "venv" / "bin" / "python"
    beside = f"import sys; sys.path.append({str(dependencies)!r})"
    code = f"{beside}; from phivet.serving.command_line import main; sys.exit(main())"
    case = tmp_path / "case"
    case.mkdir()
    (case / "note.txt").write_text("Mr John Whitfield, DOB 03/04/1951")
    (case / "ct.dcm").write_bytes(get_path("ct").read_bytes())
    result = subprocess.run(
        [str(python), "-c", code, "scan", "--json", "--html", str(tmp_path / "page.html"), str(case)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(dependencies)},
        check=False,
    )
    assert result.returncode == 1, result.stderr
    report = json.loads(result.stdout)
    assert report["decision"] == "block"
    assert report["not_scanned"] == []
    assert (tmp_path / "page.html").exists()
    where = [
        str(python),
        "-c",
        f"import sys; sys.path.append({str(dependencies)!r}); import phivet.models.scan as s; print(s.__file__)",
    ]
    assert str(site) in subprocess.run(where, capture_output=True, text=True, cwd=tmp_path, check=True).stdout


def test_it_holds_policies_templates_schema_and_licence_but_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    folders = [ROOT / name for name in ("cases", "models", "training", "serving")]
    endings = ("*.toml", "*.json", "*.html", "*.css")
    data = {path.relative_to(ROOT) for folder in folders for ending in endings for path in folder.rglob(ending)}
    assert data
    assert {f"phivet/{path}" for path in data} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "phivet/training/commands.py" in names
    assert not any("test" in name for name in names)
