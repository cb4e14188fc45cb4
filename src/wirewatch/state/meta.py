"""Single facts that belong to the whole state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.upsert import insert

SET = insert(t.meta, "(key) DO UPDATE SET value = excluded.value")  # takes key and value


def get(db: Database, key: str) -> str | None:
    """The value, or None."""
    with db.read() as conn:
        return conn.scalar(select(t.meta.c.value).where(t.meta.c.key == key))


def put(db: Database, key: str, value: str) -> None:
    """Set the value."""
    with db.write() as conn:
        conn.execute(SET, {"key": key, "value": value})


def locked(conn: Connection, key: str, otherwise: str) -> str:
    """The value, `otherwise` if there is none, that nobody else changes before this transaction ends."""
    conn.execute(insert(t.meta), {"key": key, "value": otherwise})
    return str(conn.scalars(select(t.meta.c.value).where(t.meta.c.key == key).with_for_update()).one())


@dataclass(slots=True)
class Note:
    """A value that may be changed while it is held."""

    value: str


@contextmanager
def held(db: Database, key: str, otherwise: str) -> Iterator[Note]:
    """The value for this process alone; as it stands at the end it is kept."""
    k = t.meta.c
    with db.write() as conn:
        note = Note(locked(conn, key, otherwise))
        before = note.value
        yield note
        if note.value != before:
            conn.execute(update(t.meta).where(k.key == key).values(value=note.value))
