# ruff: noqa: E501 rendered
"""Step 1: the first tables, as Alembic rendered them."""

import sqlalchemy as sa
from alembic.operations import Operations

SERIAL = sa.Integer().with_variant(sa.BigInteger(), "postgresql")


# fmt: off
def upgrade(op: Operations) -> None:
    """Make them."""
    op.create_table("audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit"))
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"])
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"])
    op.create_table("audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head"))
    )
    op.create_table("erasures",
        sa.Column("vault", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("vault", name=op.f("pk_erasures"))
    )
    op.create_table("login_failures",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("whom", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failures"))
    )
    op.create_index(op.f("ix_login_failures_whom"), "login_failures", ["whom"])
    op.create_table("pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vault", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing"))
    )
    op.create_table("rules",
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("purge_days", sa.Integer(), nullable=False),
        sa.Column("consents", sa.Boolean(), nullable=False),
        sa.Column("second_reader", sa.Boolean(), nullable=False),
        sa.Column("retraining", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("policy", "site", name=op.f("pk_rules"))
    )
    op.create_table("scores",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores"))
    )
    op.create_index("ix_scores_at", "scores", ["at"])
    op.create_table("sites",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("served", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sites"))
    )
    op.create_table("users",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("sites", sa.JSON(), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("subject", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_users_subject"))
    )
    op.create_table("cases",
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("owner_id", SERIAL, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("uploader", sa.String(length=64), nullable=True),
        sa.Column("callback", sa.String(length=512), nullable=True),
        sa.Column("vault", sa.String(length=32), nullable=True),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("risk", sa.Double(), nullable=True),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("scanned_at", sa.Double(), nullable=True),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("purged_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_cases_owner_id")),
        sa.ForeignKeyConstraint(["site"], ["sites.name"], name=op.f("fk_cases_site")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_cases")),
        sa.UniqueConstraint("owner_id", "case_id", name=op.f("uq_cases_owner_id_case_id")),
        sa.UniqueConstraint("vault", name=op.f("uq_cases_vault"))
    )
    op.create_index(op.f("ix_cases_decided_at"), "cases", ["decided_at"])
    op.create_index("ix_cases_queue", "cases", ["state", "decision"])
    op.create_index(op.f("ix_cases_site"), "cases", ["site"])
    op.create_index(op.f("ix_cases_uploader"), "cases", ["uploader"])
    op.create_table("sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions"))
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])
    op.create_table("tokens",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest"))
    )
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"])
    op.create_table("claims",
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_claims_case_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_claims_user_id")),
        sa.PrimaryKeyConstraint("case_uid", name=op.f("pk_claims"))
    )
    op.create_table("complaints",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_complaints_case_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints"))
    )
    op.create_index(op.f("ix_complaints_case_uid"), "complaints", ["case_uid"])
    op.create_table("consents",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("turns", sa.String(length=16), nullable=False),
        sa.Column("from_at", sa.Double(), nullable=False),
        sa.Column("until_at", sa.Double(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", SERIAL, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("withdrawn_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_consents_case_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_consents_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents"))
    )
    op.create_index(op.f("ix_consents_case_uid"), "consents", ["case_uid"])
    op.create_table("decisions",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(length=4000), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("decided_at", sa.Double(), nullable=False),
        sa.Column("final_at", sa.Double(), nullable=True),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_decisions_case_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_decisions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions"))
    )
    op.create_index(op.f("ix_decisions_case_uid"), "decisions", ["case_uid"])
    op.create_table("jobs",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scan", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("worker", sa.String(length=128), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("fence", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_jobs_case_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("case_uid", "version", "scan", name=op.f("uq_jobs_case_uid_version_scan"))
    )
    op.create_index(op.f("ix_jobs_case_uid"), "jobs", ["case_uid"])
    op.create_index("ix_jobs_next", "jobs", ["state", "priority"])
    op.create_table("marks",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_marks_case_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_marks_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks"))
    )
    op.create_index(op.f("ix_marks_case_uid"), "marks", ["case_uid"])
    op.create_table("progress",
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_progress_case_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_uid", name=op.f("pk_progress"))
    )
    op.create_table("reports",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scan", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("parked", sa.String(length=64), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_reports_case_uid"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("case_uid", "version", "scan", name=op.f("uq_reports_case_uid_version_scan"))
    )
    op.create_index(op.f("ix_reports_case_uid"), "reports", ["case_uid"])
    op.create_table("verdicts",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=True),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_verdicts_case_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_verdicts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("case_uid", "version", "finding", "user_id", name=op.f("uq_verdicts_case_uid_version_finding_user_id"))
    )
    op.create_index(op.f("ix_verdicts_case_uid"), "verdicts", ["case_uid"])
    op.create_table("second_reads",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("decision_id", SERIAL, nullable=False),
        sa.Column("user_id", SERIAL, nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_second_reads_decision_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_reads_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_reads")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_second_reads_decision_id"))
    )
    op.create_table("webhooks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_uid", sa.String(length=32), nullable=False),
        sa.Column("decision_id", SERIAL, nullable=True),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("url", sa.String(length=512), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["case_uid"], ["cases.uid"], name=op.f("fk_webhooks_case_uid"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_webhooks_decision_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks"))
    )
    op.create_index(op.f("ix_webhooks_case_uid"), "webhooks", ["case_uid"])
    op.create_index("ix_webhooks_due", "webhooks", ["state", "due_at"])
