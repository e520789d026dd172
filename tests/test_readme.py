"""The README cannot lie: what it shows is what the program says. `python tests/test_readme.py` writes it anew."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from phivet.models.scan import detectors
from phivet.serving.demo import write_cases
from phivet.serving.policies import names, policy

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
NOTE = "Mr John Whitfield, DOB 03/04/1951, NHI ZAC5361: disc bulge at L4/5.\n"


def phivet(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "phivet.serving.command_line", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def timeless(text: str) -> str:
    text = re.sub(r'"seconds": [\d.]+', '"seconds": 0.1', text)
    return re.sub(r"\bin [\d.]+ s\b", "in 0.1 s", text)


def table() -> str:
    with tempfile.TemporaryDirectory() as folder:
        write_cases(Path(folder) / "demo")
        text = timeless(phivet(Path(folder), "scan", "demo/mr", "demo/teaching"))
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


def report() -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "note.txt").write_text(NOTE)
        line = timeless(phivet(Path(folder), "scan", "--json", "note.txt", "--policy", "resectaur"))
    data = json.loads(line)
    findings = ",\n".join("    " + json.dumps(finding) for finding in data["findings"])
    head = {key: value for key, value in data.items() if key != "findings"}
    rest = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    return f'{{{rest},\n "findings": [\n{findings}]}}'


def readme() -> str:
    """The README with everything in it that the program knows better."""
    text = README.read_text("utf-8")
    rows = [f"| `{d.name}` | {', '.join(part.__name__ for part in d.reads)} | {d.describe()} |" for d in detectors()]
    text = re.sub(r"(\|---\|---\|---\|\n)(?:\|.*\n)*", lambda m: m[1] + "\n".join(rows) + "\n", text, count=1)
    rows = [f"| `{name}` | {policy(name).title} |" for name in names()]
    text = re.sub(
        r"(\| policy \| platform \|\n\|---\|---\|\n)(?:\|.*\n)*", lambda m: m[1] + "\n".join(rows) + "\n", text
    )
    text = re.sub(r"(demo/teaching -->\n```\n).*?(```\n)", lambda m: m[1] + table() + "\n" + m[2], text, flags=re.S)
    return re.sub(r"(<!-- json -->\n```json\n).*?(```\n)", lambda m: m[1] + report() + "\n" + m[2], text, flags=re.S)


def test_the_readme_shows_what_the_program_says() -> None:
    assert README.read_text("utf-8") == readme()


def test_its_example_of_a_report_is_a_report() -> None:
    import jsonschema

    from phivet.cases.report import schema

    example = re.search(r"```json\n(.*?)```", README.read_text("utf-8"), re.S)
    assert example is not None
    jsonschema.validate(json.loads(example[1]), schema())


def test_every_command_file_and_picture_that_it_names_is_there() -> None:
    text = README.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make ([\w-]+)", text, re.M):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for named in re.findall(
        r"`((?:cases|models|datasets|training|serving|notebooks|typings)/[\w./-]*)`", text
    ) + re.findall(r"\]\((\S+)\)", text):
        assert (ROOT / named).exists(), named
    commands = (("scan",), ("serve",), ("user", "add"), ("evaluate",), ("train", "notes"))
    usage = "".join(phivet(ROOT, *command, "--help") for command in commands)
    for option in set(re.findall(r"(?<![\w-])--[a-z]+", text)):
        assert option in usage, option


def test_the_demonstration_blocks_the_originals_and_clears_the_teaching_case(tmp_path: Path) -> None:
    cases = write_cases(tmp_path)
    lines = phivet(tmp_path, "scan", "--json", *(str(case) for case in cases)).splitlines()
    reports = [json.loads(line) for line in lines]
    assert [report["decision"] for report in reports] == ["block", "block", "block", "clear"]
    assert not any(report["not_scanned"] for report in reports)
    boxes = [f["place"] for f in reports[0]["findings"] if f["category"] == "facility" and f["place"]["kind"] == "box"]
    assert any(box["x0"] < 95 < box["x1"] and box["y0"] < 32 < box["y1"] for box in boxes)


if __name__ == "__main__":
    README.write_text(readme(), "utf-8")
