"""Single facts that belong to the whole state."""

from sqlalchemy import select

from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.upsert import insert


def get(db: Database, key: str) -> str | None:
    """The value, or None."""
    with db.read() as conn:
        return conn.scalar(select(t.meta.c.value).where(t.meta.c.key == key))


def put(db: Database, key: str, value: str) -> None:
    """Set the value."""
    with db.write() as conn:
        new = insert(conn, t.meta).values(key=key, value=value)
        conn.execute(new.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
