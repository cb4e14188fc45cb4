"""Matches say why; an update is told as a version of its own; what watches with conditions over time ask.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

from wirewatch.state.columns import Foreign, Utc

revision = "0004"
down_revision = "0003"

_ONE = ("match", "channel", "address", "version")
_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """From 0003."""
    op.add_column("matches", sa.Column("why", Foreign(), nullable=False, server_default="{}"))
    op.add_column("matches", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    op.create_index("matches_watch", "matches", ["watch", "matched_at"])
    op.create_index("matches_story", "matches", ["story"])
    op.add_column("outbox", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    _versions_of_messages()
    op.create_table(
        "watch_hours",
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("query_hash", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("watch", "query_hash", "hour"),
    )
    op.create_table(
        "mentions",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("mentioned_at", Utc(), nullable=False),
        sa.Column("noted_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("entity"),
    )
    op.create_table(
        "mutes",
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("watch"),
    )


def _versions_of_messages() -> None:
    """One message an address and version. SQLite can't change a table's constraint: the table is written anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("outbox_match_channel_address_key", "outbox")
        op.create_unique_constraint(None, "outbox", list(_ONE))
        return
    op.drop_index("outbox_pending", "outbox")
    op.execute("ALTER TABLE outbox RENAME TO outbox_before")
    op.execute(
        """CREATE TABLE outbox (
            "no" INTEGER NOT NULL, "match" VARCHAR(16) NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL,
            state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at BIGINT NOT NULL, sent_at BIGINT, error TEXT NOT NULL,
            message TEXT NOT NULL, token VARCHAR(32), owner TEXT, leased_until BIGINT, version INTEGER DEFAULT '0' NOT NULL,
            FOREIGN KEY("match") REFERENCES matches (id), PRIMARY KEY ("no"), UNIQUE ("match", channel, address, version))"""
    )
    op.execute("INSERT INTO outbox SELECT * FROM outbox_before")
    op.execute("DROP TABLE outbox_before")
    op.create_index("outbox_pending", "outbox", ["due_at", "no"], sqlite_where=_PENDING)
