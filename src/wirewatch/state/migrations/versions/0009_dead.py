"""Messages that were given up are found by an index: of all that were ever sent, they are few.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_DEAD = sa.text("state = 'dead'")


def upgrade() -> None:
    """From 0008."""
    op.create_index("outbox_dead", "outbox", ["channel", "no"], sqlite_where=_DEAD, postgresql_where=_DEAD)
