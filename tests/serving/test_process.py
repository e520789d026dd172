"""What each process of the service does first."""

import subprocess
import sys

SCRIPT = """
import asyncio, logging, threading, warnings
from phivet.serving.process import settle
settle(300)
logging.basicConfig(level=logging.INFO)
try:
    raise ValueError("Zzyzxova")
except ValueError:
    logging.getLogger("x").exception("it failed\\nfor Zzyzxova")
async def task():
    asyncio.ensure_future(fail())
    await asyncio.sleep(0)
async def fail():
    raise KeyError("Zzyzxova")
asyncio.run(task())
warnings.warn("Zzyzxova")
thread = threading.Thread(target=lambda: int("Zzyzxova"))
thread.start()
thread.join()
import resource
assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 300
{}["Zzyzxova"]
"""


def test_an_exceptions_text_reaches_no_log_and_no_terminal() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert "Zzyzxova" not in said
    assert "it failed (ValueError)" in said and "never retrieved (KeyError)" in said
    assert done.stderr.splitlines()[-2:] == ["ValueError", "KeyError"] and done.returncode == 1
