"""The command `phivet`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points, version
from typing import NoReturn

from phivet.serving import operating

USAGE = 64
"""Exit status for a command line that makes no sense (sysexits.h)."""

COMMANDS = "phivet.commands"
"""Entry-point group by which other parts add commands: each names a function that takes the subparsers."""


class Parser(argparse.ArgumentParser):
    """An argument parser that exits with the status for wrong usage."""

    def error(self, message: str) -> NoReturn:
        """Say how to use the command, and exit."""
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parser = Parser(prog="phivet", description="Vets a radiology case before strangers see it.")
    parser.add_argument("--version", action="version", version=f"phivet {version('phivet')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_scan(commands)
    _add_serve(commands)
    operating.add(commands)
    for command in entry_points(group=COMMANDS):
        command.load()(commands)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _add_scan(commands: "argparse._SubParsersAction[Parser]") -> None:
    scan = commands.add_parser(
        "scan",
        help="report what identifies a person in a case",
        description="Each PATH is one case: a folder, a file or a zip. Exit status: 0 all clear, 1 something to review "
        "or block, 2 an input that is no case or holds nothing to scan, 64 wrong usage.",
    )
    scan.add_argument("paths", nargs="+", metavar="PATH", help="a folder, a file or a zip")
    scan.add_argument("--policy", default="hipaa-safe-harbor", metavar="NAME", help="default: %(default)s")
    scan.add_argument("--json", action="store_true", help="one report a line, in the order of the PATHs")
    scan.add_argument("--html", metavar="FILE", help="write a page with the evidence; it shows patient data")
    scan.add_argument("--workers", type=_positive, default=1, metavar="N", help="cases at a time (default: 1)")
    scan.set_defaults(run=_scan)


def _add_serve(commands: "argparse._SubParsersAction[Parser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="start the service and the moderators' console",
        description="Start the service for platforms (/v1) and the console for moderators (/review). The first start "
        "prints a token and a password.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=_positive, default=3000, help="port to listen on (default: %(default)s)")
    serve.add_argument("--workers", type=_positive, default=1, metavar="N", help="service processes (default: 1)")
    serve.add_argument("--data", metavar="FOLDER", help="where cases are kept, encrypted (default: phivet-data)")
    serve.add_argument("--demo", action="store_true", help="with three demonstration cases in the console's queue")
    serve.set_defaults(run=_serve)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _scan(options: argparse.Namespace) -> int:
    from phivet.serving.scan_command import scan_paths

    return scan_paths(options.paths, options.policy, options.json, options.html, options.workers)


def _serve(options: argparse.Namespace) -> int:
    from phivet.cases.errors import PhivetError
    from phivet.serving.serve import serve

    try:
        serve(options.host, options.port, options.workers, options.data, options.demo)
    except PhivetError as error:
        print(f"phivet serve: {error}", file=sys.stderr)
        return USAGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
