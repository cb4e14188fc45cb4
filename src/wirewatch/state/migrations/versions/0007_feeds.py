"""A feed's rhythm, its move to another address, whether its validators can be believed, and its last polls.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

from wirewatch.state.columns import Foreign, Utc

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From 0006."""
    for column in (
        sa.Column("moved_since", Utc()),
        sa.Column("moved_times", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lives_at", Foreign(), nullable=False, server_default=""),
        sa.Column("rhythm", sa.LargeBinary()),
        sa.Column("shown", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("wish", sa.Float(), nullable=False, server_default="0"),
        sa.Column("full_at", Utc()),
        sa.Column("lies", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("gaps", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("recent", Foreign(), nullable=False, server_default=""),
    ):
        op.add_column("feeds", column)
