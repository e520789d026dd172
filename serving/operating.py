"""The commands for those who run the service: `phivet user`, `phivet token`, `phivet audit`, `phivet purge`."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phivet.serving.custody import Custody

USAGE = 64
BROKEN = 1
"""Exit status when the audit log is not whole."""
ROLES = ("platform", "moderator", "engineer", "auditor", "admin")
ACTOR = "command line"

Commands = Any


def add(commands: Commands) -> None:
    """Add the commands. Each works on the folder that `phivet serve` works on, also while it runs; it makes none."""
    user = commands.add_parser("user", help="add users, change them, shut them out")
    acts = user.add_subparsers(required=True, metavar="ACTION")
    _describe(_act(acts, "add", _add_user, "a person or a platform; the password is read from standard input"), True)
    _describe(_act(acts, "change", _change, "what is given is changed, and the user's sessions end"), False)
    _act(acts, "revoke", _revoke, "shut a user out: no log-in, no token, no session").add_argument("name")
    _act(acts, "restore", _restore, "let a user who was shut out log in again").add_argument("name")
    token = commands.add_parser("token", help="make a token for a program").add_subparsers(required=True)
    new = _act(token, "add", _add_token, "printed once")
    new.add_argument("name", help="whose token it is")
    new.add_argument("--days", type=int, help="after which it ends (default: never)")
    audit = commands.add_parser("audit", help="verify or export the audit log").add_subparsers(required=True)
    _act(audit, "verify", _verify, "exit status 1: it was changed or cut")
    _act(audit, "export", _export, "as JSON lines, on standard output")
    purge = commands.add_parser("purge", help="erase what is due, or one case")
    purge.add_argument("--case", metavar="UID", help="a case, by the uid that the audit log names")
    _on_data(purge, _purge)


def _describe(parser: argparse.ArgumentParser, is_new: bool) -> None:
    parser.add_argument("name")
    parser.add_argument(
        "--role", action="append", default=[], required=is_new, choices=ROLES, help="may be given several times"
    )
    parser.add_argument("--site", action="append", default=[], help='whose evidence a moderator may see; "*": all')
    parser.add_argument("--password", action="store_true", help="may log in to the console")
    parser.add_argument("--oidc", metavar="SUBJECT", help="logs in by the OpenID provider, as this subject")


def _act(acts: Commands, name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = acts.add_parser(name, help=text, description=text)
    _on_data(parser, run)
    return parser


def _on_data(parser: argparse.ArgumentParser, run: "Callable[[Custody, argparse.Namespace], int]") -> None:
    parser.add_argument("--data", metavar="FOLDER", help="where cases are kept (default: phivet-data)")
    parser.set_defaults(run=lambda options: _held(run, options))


def _held(run: "Callable[[Custody, argparse.Namespace], int]", options: argparse.Namespace) -> int:
    from dataclasses import replace

    from phivet.cases.errors import PhivetError
    from phivet.serving.custody import Custody
    from phivet.serving.settings import Settings

    try:
        settings = Settings.from_environment()
        if options.data:
            settings = replace(settings, data=options.data)
        custody = Custody.open(settings)
        custody.check()
        try:
            return run(custody, options)
        finally:
            custody.close()
    except PhivetError as error:
        print(f"phivet: {error}", file=sys.stderr)
        return USAGE


def _add_user(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving import users
    from phivet.serving.access import Role

    roles, password = [Role(role) for role in options.role], _password(options)
    with custody.store.begin() as session:
        users.add(custody, session, ACTOR, options.name, roles, options.site, password, _subject(custody, options))
    return 0


def _change(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving import users
    from phivet.serving.access import Role

    roles, password = [Role(role) for role in options.role], _password(options)
    with custody.store.begin() as session:
        users.change(custody, session, ACTOR, options.name, roles, options.site, password, _subject(custody, options))
    return 0


def _subject(custody: "Custody", options: argparse.Namespace) -> str | None:
    from phivet.serving import users

    return None if options.oidc is None else users.vouched(custody.settings.oidc_issuer, options.oidc)


def _password(options: argparse.Namespace) -> str | None:
    if not options.password:
        return None
    return getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _add_token(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving import users

    with custody.store.begin() as session:
        secret = users.add_token(custody, session, ACTOR, options.name, options.days)
    print(secret)
    return 0


def _revoke(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving import users

    with custody.store.begin() as session:
        print("shut out,", users.revoke(custody, session, ACTOR, options.name), "tokens and sessions ended")
    return 0


def _restore(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving import users

    with custody.store.begin() as session:
        users.restore(custody, session, ACTOR, options.name)
    return 0


def _verify(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving.audit import AuditError

    with custody.store.read() as session:
        try:
            print(custody.audit.verify(session), "entries, the chain is whole")
        except AuditError as error:
            print(f"phivet audit verify: {error}", file=sys.stderr)
            return BROKEN
    return 0


def _export(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving.audit import as_json

    with custody.store.begin() as session:
        custody.audit.write(session, ACTOR, "audit log read")
    with custody.store.read() as session:
        for entry in custody.audit.entries(session):
            print(json.dumps(as_json(entry)))
    return 0


def _purge(custody: "Custody", options: argparse.Namespace) -> int:
    from phivet.serving import purge
    from phivet.serving.tables import Case

    if options.case is None:
        total = 0
        while number := purge.purge(custody):
            total += number
        print(total, "purged,", purge.sweep(custody), "left-overs swept")
        return 0
    with custody.store.begin() as session:
        case = session.get(Case, options.case, with_for_update={"of": Case})
        if case is None:
            print("phivet purge: there is no case of this uid", file=sys.stderr)
            return USAGE
        names = purge.erase(custody, session, case, ACTOR)
    purge.forget(custody, names)
    print("erased")
    return 0
