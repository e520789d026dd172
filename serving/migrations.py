"""The steps that bring a database from any earlier version of phivet to this one, each done once, in order.

A step is a function that calls Alembic's operations; a test compares what they make with `tables.py`. Alembic's own
folder of scripts is not used: the steps are part of the package, and run without a configuration file.
"""

from collections.abc import Callable

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, inspect, select, update

from phivet.serving import migration_1, migration_2

STEPS: tuple[Callable[[Operations], None], ...] = (migration_1.upgrade, migration_2.upgrade)
"""Never reordered, never changed once released: what is new goes to the end."""

VERSION = Table("schema_version", MetaData(), Column("steps", Integer, primary_key=True, autoincrement=False))


class NewerError(Exception):
    """The database knows more steps than this version."""


class OlderError(Exception):
    """The database has not done all of the steps, or none."""


def check(connection: Connection) -> None:
    """Change nothing. Raises `NewerError` and `OlderError`."""
    done = connection.scalar(select(VERSION.c.steps)) if inspect(connection).has_table(VERSION.name) else 0
    if (done or 0) > len(STEPS):
        raise NewerError
    if (done or 0) < len(STEPS):
        raise OlderError


def migrate(connection: Connection) -> None:
    """Do the steps that are missing, within the transaction of `connection`. Raises `NewerError`."""
    VERSION.create(connection, checkfirst=True)
    done = connection.scalar(select(VERSION.c.steps))
    if done is None:
        done = 0
        connection.execute(insert(VERSION).values(steps=0))
    if done > len(STEPS):
        raise NewerError
    context = MigrationContext.configure(connection, opts={"render_as_batch": True})
    with Operations.context(context) as operations:
        for step in STEPS[done:]:
            step(operations)
    connection.execute(update(VERSION).values(steps=len(STEPS)))
