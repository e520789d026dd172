"""Step 2: a case of which there is a report is `scanned`; `reported` is one that somebody complained of."""

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    """Rename the state of the cases that are there."""
    cases = sa.table("cases", sa.column("state", sa.String))
    op.execute(cases.update().where(cases.c.state == "reported").values(state="scanned"))
