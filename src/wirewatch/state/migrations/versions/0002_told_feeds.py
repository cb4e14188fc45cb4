"""Which feeds' ill health has been told, so that it is told once.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """From 0001."""
    op.add_column("feeds", sa.Column("told", sa.Text(), nullable=False, server_default=""))
