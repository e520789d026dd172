"""Users, their tokens and their passwords, as administrators make them."""

import re
import secrets
import time
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from phivet.cases.errors import PhivetError
from phivet.serving import tables
from phivet.serving.access import ALL_SITES, Role, digest
from phivet.serving.custody import Custody
from phivet.serving.log_in import SHORTEST, hashed

NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
PREFIX = "phivet_"
"""What a token begins with, so that scanners for leaked secrets know one."""
FIRST = "admin"
LONGEST_SUBJECT = 256


class UserError(PhivetError):
    """A user cannot be made as asked: says why."""


def vouched(issuer: str, subject: str) -> str:
    """What is kept of a subject of the OpenID provider `issuer`. Raises `UserError`."""
    if not issuer:
        raise UserError("PHIVET_OIDC_ISSUER does not name the provider whose subject this is")
    told = f"{issuer} {subject}"
    if len(told) > LONGEST_SUBJECT:
        raise UserError(f"issuer and subject have at most {LONGEST_SUBJECT} characters together")
    return told


def add(
    custody: Custody,
    session: Session,
    actor: str,
    name: str,
    roles: Iterable[Role],
    sites: Iterable[str] = (),
    password: str | None = None,
    subject: str | None = None,
) -> tables.User:
    """A new user. Raises `UserError`."""
    if not NAME.fullmatch(name):
        raise UserError("a name is 1 to 64 of the characters A-Z a-z 0-9 . _ @ -")
    if session.scalars(select(tables.User).where(tables.User.name == name)).first():
        raise UserError("there is a user of this name")
    wanted = sorted(set(roles))
    if not wanted:
        raise UserError("a user needs a role")
    user = tables.User(name=name, roles=wanted, sites=sorted(set(sites)), subject=subject)
    if password is not None:
        set_password(user, password)
    session.add(user)
    session.flush()
    custody.audit.write(session, actor, "user added", name, roles=wanted, sites=user.sites)
    return user


def set_password(user: tables.User, password: str) -> None:
    """Let `user` log in by this password. Raises `UserError`."""
    if len(password) < SHORTEST:
        raise UserError(f"a password has at least {SHORTEST} characters")
    user.password = hashed(password)


def change(
    custody: Custody,
    session: Session,
    actor: str,
    name: str,
    roles: Iterable[Role] = (),
    sites: Iterable[str] = (),
    password: str | None = None,
    subject: str | None = None,
) -> None:
    """Give a user other roles, sites, another password or subject; what is not given stays. Raises `UserError`.

    His sessions end.
    """
    user = named(session, name)
    user.roles, user.sites = sorted(set(roles)) or user.roles, sorted(set(sites)) or user.sites
    user.subject = subject or user.subject
    if password is not None:
        set_password(user, password)
    _end_sessions(session, user)
    told = {"password": password is not None, "oidc": subject is not None}
    custody.audit.write(session, actor, "user changed", name, roles=user.roles, sites=user.sites, **told)


def restore(custody: Custody, session: Session, actor: str, name: str) -> None:
    """Let a user who was shut out log in again; he gets new tokens. Raises `UserError`."""
    named(session, name).active = True
    custody.audit.write(session, actor, "user restored", name)


def add_token(custody: Custody, session: Session, actor: str, name: str, days: int | None = None) -> str:
    """A new token of the user, which nobody can read again. Raises `UserError`."""
    user = named(session, name)
    if not user.active:
        raise UserError("this user was shut out")
    secret = PREFIX + secrets.token_urlsafe(32)
    expires = time.time() + 86_400 * days if days else None
    session.add(tables.Token(user_id=user.id, digest=digest(secret), expires_at=expires))
    custody.audit.write(session, actor, "token added", name, days=days)
    return secret


def revoke(custody: Custody, session: Session, actor: str, name: str) -> int:
    """Shut the user out: he can no longer log in, and every token and session of his ends; how many.

    Raises `UserError`.
    """
    user = named(session, name)
    user.active = False
    tokens = session.scalars(
        select(tables.Token).where(tables.Token.user_id == user.id, tables.Token.revoked_at.is_(None))
    ).all()
    for token in tokens:
        token.revoked_at = time.time()
    number = len(tokens) + _end_sessions(session, user)
    custody.audit.write(session, actor, "user revoked", name, number=number)
    return number


def _end_sessions(session: Session, user: tables.User) -> int:
    sessions = session.scalars(select(tables.Session).where(tables.Session.user_id == user.id)).all()
    for each in sessions:
        session.delete(each)
    return len(sessions)


def named(session: Session, name: str) -> tables.User:
    """The user of this name. Raises `UserError`."""
    user = session.scalars(select(tables.User).where(tables.User.name == name)).one_or_none()
    if user is None:
        raise UserError("there is no user of this name")
    return user


def first(custody: Custody) -> tuple[str, str] | None:
    """Where nobody is known yet: make `admin`, who may do everything; his token and his password, told this once."""
    with custody.store.begin() as session:
        if session.scalars(select(tables.User).limit(1)).first():
            return None
        password = secrets.token_urlsafe(12)
        add(custody, session, "phivet", FIRST, Role, [ALL_SITES], password)
        return add_token(custody, session, "phivet", FIRST), password
