"""How much an address was told lately is found by an index.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """From 0007."""
    op.create_index("outbox_told", "outbox", ["channel", "address", "sent_at"])
