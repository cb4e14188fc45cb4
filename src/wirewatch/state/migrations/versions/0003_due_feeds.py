"""Due feeds are found by an index, and tables that are worked through like queues are swept more often.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From 0002."""
    op.create_index("feeds_next", "feeds", ["active", "next_poll_at", "no"])
    if op.get_bind().dialect.name == "postgresql":
        # The default waits until a fifth of a table is dead: with a year's captures, two weeks of claims.
        for table in ("captures", "article_feeds", "feeds", "hosts"):
            op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01)")
