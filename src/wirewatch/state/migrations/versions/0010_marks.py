"""Marks of the items that a feed showed last; when it last showed an article is asked by nobody.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """From 0009."""
    op.add_column("feeds", sa.Column("marks", sa.LargeBinary()))
    op.drop_column("article_feeds", "last_shown_at")
