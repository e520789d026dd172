"""What each process of the service does first: keep quiet about patients, and end when its parent ends."""

import ctypes
import logging
import resource
import signal
import sys
import threading
import warnings
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def settle(descriptors: int = 0) -> None:
    """Log exceptions by type only, mute warnings, end with the parent, and allow for `descriptors` open files."""
    log_exceptions_by_type()
    warnings.simplefilter("ignore")
    logging.getLogger("phivet").setLevel(logging.INFO)
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # quotes what does not parse
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, hard))


def log_exceptions_by_type() -> None:
    """From now on an exception is logged and printed by its type only: its text may hold what was scanned."""
    make = logging.getLogRecordFactory()

    def without_texts(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.exc_info:
            kind = record.exc_info[0]
            record.msg = f"{_first_line(record)} ({kind.__name__ if kind else 'no exception'})"
            record.args, record.exc_info = None, None
        elif record.name == "asyncio":  # its further lines show the exceptions of tasks
            record.msg, record.args = _first_line(record), None
        return record

    logging.setLogRecordFactory(without_texts)
    sys.excepthook = lambda kind, *_: print(kind.__name__, file=sys.stderr)  # noqa: T201
    threading.excepthook = lambda args: print(args.exc_type.__name__, file=sys.stderr)  # noqa: T201


def _first_line(record: logging.LogRecord) -> str:
    return record.getMessage().strip().partition("\n")[0]
