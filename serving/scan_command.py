"""`phivet scan`: cases in, reports out, in their order."""

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from phivet.cases.case import read_case
from phivet.cases.coverage import Coverage, Unread
from phivet.cases.errors import CaseError, PolicyError
from phivet.cases.parts import Frames, Part
from phivet.cases.policy import Policy
from phivet.cases.reader import Reader
from phivet.cases.report import Decision, Report
from phivet.serving.policies import policy as policy_named

CLEAR, FOUND, NOTHING, USAGE = 0, 1, 2, 64
"""Exit statuses: all clear; something to review or block; an input that is no case or holds nothing; wrong usage."""

Scanned = tuple[Report, Mapping[str, str]]
"""A report, and the map from its sources to the files' names."""


def scan_paths(paths: Sequence[str], policy_name: str, as_json: bool, html: str | None, workers: int) -> int:
    """Scan the case at each path, print a table or a line of JSON for each; the exit status."""
    warnings.simplefilter("ignore")
    try:
        policy = policy_named(policy_name)
    except PolicyError as error:
        return _misused(str(error))
    if html is not None and not Path(html).absolute().parent.is_dir():
        return _misused("--html: there is no folder to write this file into")
    outcomes: list[Scanned | CaseError] = []

    def scanned() -> Iterator[Scanned]:
        for number, outcome in enumerate(_outcomes(paths, policy, min(workers, len(paths))), 1):
            outcomes.append(outcome)
            if isinstance(outcome, CaseError):
                _complain(number, paths[number - 1], outcome)
            else:
                yield outcome

    if as_json:
        for report, _ in scanned():
            print(json.dumps(report.as_json(), ensure_ascii=False), flush=True)
    else:
        from rich.console import Console

        from phivet.serving.terminal import show

        show(scanned(), Console())
    if html is not None:
        _write_page(Path(html), paths, outcomes)
    return max(_status(outcome) for outcome in outcomes)


def _misused(why: str) -> int:
    print(f"phivet scan: {why}", file=sys.stderr)
    return USAGE


def _status(outcome: Scanned | CaseError) -> int:
    if isinstance(outcome, CaseError):
        return NOTHING
    report = outcome[0]
    if not (any(report.scanned.values()) or report.not_scanned):
        return NOTHING
    return CLEAR if report.decision is Decision.CLEAR else FOUND


def _complain(number: int, path: str, error: CaseError) -> None:
    """A path may name a patient: it is shown to a person at a terminal, and not written into a log."""
    name = path if sys.stderr.isatty() else f"PATH {number}"
    print(f"phivet scan: {name}: {error}", file=sys.stderr)


def _outcomes(paths: Sequence[str], policy: Policy, workers: int) -> Iterator[Scanned | CaseError]:
    if workers > 1:
        yield from _in_parallel(paths, policy, workers)
        return
    with Reader() as reader, _progress(len(paths)) as bar:
        for number, path in enumerate(paths, 1):
            yield _scan_one(path, number, policy, reader, bar.part)
            bar.case_done()


def _scan_one(
    path: str, number: int, policy: Policy, reader: Reader, told: Callable[[Part], None]
) -> Scanned | CaseError:
    from phivet.models.scan import scan

    try:
        case = read_case(Path(path), reader, f"case-{number}")
        return scan(case, policy, _detectors(), told), case.paths
    except CaseError as error:
        return error


@cache
def _detectors() -> Any:
    from phivet.models.scan import detectors

    return detectors()


def _in_parallel(paths: Sequence[str], policy: Policy, workers: int) -> Iterator[Scanned | CaseError]:
    """Each case in one of `workers` processes; a process that dies loses its own case, which is then unread."""
    import multiprocessing

    from pebble import ProcessExpired, ProcessPool

    threads = max(1, (os.cpu_count() or 1) // workers)
    context = multiprocessing.get_context("spawn")
    with ProcessPool(workers, context=context, initializer=_start_worker, initargs=(threads,)) as pool:
        jobs = [pool.schedule(_work, args=(path, number, policy)) for number, path in enumerate(paths, 1)]
        with _progress(len(paths)) as bar:
            for number, job in enumerate(jobs, 1):
                try:
                    yield job.result()
                except ProcessExpired:
                    yield _unread(number, policy), {}
                bar.case_done()


@cache
def _worker_reader() -> Reader:
    return Reader()


def _start_worker(threads: int) -> None:
    import torch

    warnings.simplefilter("ignore")
    torch.set_num_threads(threads)


def _work(path: str, number: int, policy: Policy) -> Scanned | CaseError:
    return _scan_one(path, number, policy, _worker_reader(), lambda part: None)


def _unread(number: int, policy: Policy) -> Report:
    from phivet.models.risk import assess

    coverage = Coverage()
    coverage.miss("file-1", Unread.CRASH)
    return assess(f"case-{number}", [], coverage, policy, {}, {}, 0.0)


def _write_page(file: Path, paths: Sequence[str], outcomes: Sequence[Scanned | CaseError]) -> None:
    """The page shows the evidence, so the cases are read once more."""
    from phivet.serving.page import write_page

    with Reader() as reader:
        write_page(
            file,
            [
                (read_case(Path(path), reader, outcome[0].case_id), outcome[0])
                for path, outcome in zip(paths, outcomes, strict=True)
                if not isinstance(outcome, CaseError)
            ],
        )


class Bar:
    """How far the scan is; says nothing unless it stands on a terminal."""

    def part(self, part: Part) -> None:
        """`part` is being looked at."""

    def case_done(self) -> None:
        """One more case is done."""


class TerminalBar(Bar):
    """A bar of cases, and what of the present one is being looked at."""

    def __init__(self, cases: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            "[progress.description]{task.description:30}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._progress = Progress(
            *(TextColumn(each) if isinstance(each, str) else each for each in columns),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=cases)

    def __enter__(self) -> "TerminalBar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def part(self, part: Part) -> None:
        """Show the kind of part, and of frames their number."""
        what = (
            f"{part.count} {part.plane} of {part.source}" if isinstance(part, Frames) else type(part).__name__.lower()
        )
        self._progress.update(self._task, description=what)

    def case_done(self) -> None:
        """Move on by one."""
        self._progress.advance(self._task)


def _progress(cases: int) -> AbstractContextManager[Bar]:
    return TerminalBar(cases) if sys.stderr.isatty() else nullcontext(Bar())
