"""The house keeps its order: imports go one way, files stay short, the packaging stays as it is."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("cases", "models", "datasets", "training", "serving")


def test_imports_go_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(ROOT / "typings")}
    result = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_no_file_outgrows_one_idea() -> None:
    sources = [path for folder in FOLDERS for path in (ROOT / folder).glob("*.py")]
    assert sources
    assert {path.name: lines for path in sources if (lines := len(path.read_text("utf-8").splitlines())) > 400} == {}


def test_code_folders_are_flat_and_hugging_faces_datasets_is_not_shadowed() -> None:
    for folder in FOLDERS:
        assert not [path for path in (ROOT / folder).glob("*/*.py") if "__pycache__" not in path.parts]
    assert not (ROOT / "datasets" / "__init__.py").exists()


def test_the_parts_of_a_case_know_nothing_of_torch() -> None:
    code = "import sys, phivet.cases.case, phivet.cases.policy, phivet.cases.reading; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
