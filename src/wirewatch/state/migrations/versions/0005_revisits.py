"""Articles are looked at again: when, with which validators, and whether their text changed.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

from wirewatch.state.columns import Foreign, Utc

revision = "0005"
down_revision = "0004"

_WAITS = sa.text("revisit_at IS NOT NULL")


def upgrade() -> None:
    """From 0004."""
    op.add_column("articles", sa.Column("text_hash", sa.Text(), nullable=False, server_default=""))
    op.add_column("articles", sa.Column("edited_at", Utc()))
    op.add_column("articles", sa.Column("revisit_at", Utc()))
    op.create_index("articles_revisit", "articles", ["revisit_at"], sqlite_where=_WAITS, postgresql_where=_WAITS)
    for name in ("etag", "last_modified"):
        op.add_column("captures", sa.Column(name, Foreign(), nullable=False, server_default=""))
