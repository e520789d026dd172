"""What becomes of hostile uploads: `python benchmarks/fuzz.py [--uploads N] [--seed N]`

Hands mutated DICOM, PNG, zip and JSON in (bits flipped, cut, doubled, spliced, lengths overwritten; and forms that are
broken themselves), through the whole of the service but its processes: the API, the vault, the queue, the scan. Each
must end in a refusal that says why (4xx) or in a report that the schema allows; nothing may crash, no temporary file be
left, and memory stay flat.
"""

import argparse
import io
import json
import logging
import random
import resource
import shutil
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema
import psutil
import pydicom.examples
from PIL import Image

from phivet.cases.reader import Reader
from phivet.cases.report import schema
from phivet.models.burned_in_text import BurnedInText
from phivet.models.headers import Headers
from phivet.models.notes import Notes
from phivet.models.scan import scan
from phivet.serving import api, jobs, purge, results, tables, users
from phivet.serving.custody import Custody
from phivet.serving.policies import policy
from phivet.serving.settings import Settings

warnings.simplefilter("ignore")
from starlette.testclient import TestClient  # noqa: E402 it warns that it would rather have another HTTP client

LENGTHS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\x01\0\0\0")


def seeds() -> dict[str, bytes]:
    """One small file of each kind."""
    picture, archive = io.BytesIO(), io.BytesIO()
    Image.effect_noise((64, 48), 40).save(picture, "PNG")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("a/note.txt", "Mr John Whitfield, DOB 03/04/1951. " * 20)
        zipped.writestr("b.json", json.dumps({"name": "Whitfield", "list": [1, 2.5, None, {"deep": ["x"]}]}))
    return {
        "image.dcm": pydicom.examples.get_path("mr").read_bytes(),
        "picture.png": picture.getvalue(),
        "case.zip": archive.getvalue(),
        "data.json": json.dumps({"patient": {"name": "John Whitfield", "born": "1951-04-03"}, "n": [1] * 50}).encode(),
    }


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to eight things wrong."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if not data:
            break
        at = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:]
            case 2:
                del data[at : at + chance.randint(1, 64)]
            case 3:
                data[at:at] = data[max(0, at - chance.randint(1, 512)) : at]
            case 4:
                data[at : at + 4] = chance.choice(LENGTHS)
            case 5:
                data[at : at + 8] = chance.randbytes(8)
    return bytes(data)


def form(name: str, content: bytes, chance: random.Random) -> tuple[bytes, str]:
    """A form with one file; one in twenty is broken itself."""
    head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + b"\r\n--b--\r\n"
    if chance.random() < 0.05:
        body = mutated(body[:200], chance) + body[200:]
    return body, "multipart/form-data; boundary=b"


def memory() -> int:
    """MiB that this process and its children have in memory."""
    process = psutil.Process()
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) >> 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 no secret
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # as the service's processes do
    folder = Path(tempfile.mkdtemp(prefix="pf-"))
    (folder / "tmp").mkdir()
    tempfile.tempdir = str(folder / "tmp")
    custody = Custody.make(replace(Settings(), data=str(folder / "data")))
    custody.prepare()
    token, _ = users.first(custody) or ("", "")
    notes = Notes()
    detectors = [Headers(notes), notes, BurnedInText(notes, lambda view: [])]
    app = api.create_app(custody.settings, detectors, custody)
    outcomes: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    first = 0
    files = seeds()
    with TestClient(app, raise_server_exceptions=False) as client, Reader() as reader:
        for number in range(options.uploads):
            name = chance.choice(list(files))
            body, kind = form(name, mutated(files[name], chance), chance)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
            answer = client.put("/v1/cases/fuzz", content=body, headers=headers)
            outcomes[f"answered {answer.status_code}"] += 1
            if answer.status_code >= 500:
                print("FAILED", name, number, answer.text)
                return 1
            if lease := jobs.take(custody.store):
                with custody.store.read() as session:
                    case = session.get_one(tables.Case, lease.case_uid)
                with custody.case(case, reader) as opened:
                    report = scan(opened, policy(case.policy), detectors).as_json()
                jsonschema.validate(report, schema())
                results.record(custody, lease, report, {})
                outcomes[f"reported {report['decision']}"] += 1
                unread.update(str(entry["reason"]) for entry in report["not_scanned"])
            if number == options.uploads // 10:
                first = memory()
            if number % 1_000 == 999:
                print(f"{number + 1}: {memory()} MiB", flush=True)
        last = memory()
    left = [str(path) for path in (folder / "tmp").iterdir()]
    purge.sweep(custody, -10)
    vaults = len(list(custody.vault.names()))
    for outcome, count in sorted(outcomes.items()):
        print(f"{outcome}: {count}")
    print("not scanned:", dict(unread.most_common()))
    print(f"memory after a tenth: {first} MiB, at the end: {last} MiB")
    print(f"peak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    print(f"temporary files left: {len(left)}; contents in the vault: {vaults} (the last one)")
    shutil.rmtree(folder)
    ok = not left and vaults <= 1 and last < first * 1.25 + 64
    print("PASSED" if ok else "FAILED")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
