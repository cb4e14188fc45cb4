"""The whole state from one database into another: how a user of SQLite moves up to PostgreSQL."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from wirewatch.errors import Unavailable, UserError
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import NOBODY

ROWS = 2000  # at a time


def copy_state(source: Database, target: Database, progress: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Copy every row; gives their number. The source is held still meanwhile, the target gets all of it or nothing.

    Raises UserError if somebody is at work in the source, or if the target already holds something.
    """
    with source.write() as old, target.write() as new:
        if any(old.scalar(select(func.count()).where(table.c.leased_until > clock(old))) for table in t.LEASED):
            raise UserError("db copy: a run is at work in the old database; stop it first")
        if held := next((table.name for table in t.metadata.sorted_tables if _count(new, table)), ""):
            raise UserError(f"db copy: the new database already has {held}; name an empty one")
        total, done = sum(_count(old, table) for table in t.metadata.sorted_tables), 0
        for table in t.metadata.sorted_tables:
            for rows in _rows(old, table):
                new.execute(insert(table), rows)
                done += len(rows)
                progress(done, total)
            _number_on(new, table)
            if _count(new, table) != _count(old, table):
                raise Unavailable(f"db copy: {table.name} did not arrive whole; nothing was copied")
    return done


def _rows(conn: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    free = NOBODY if table in t.LEASED else {}
    found = conn.execution_options(yield_per=ROWS).execute(select(table).order_by(*table.primary_key.columns))
    for some in found.partitions():
        yield [dict(row._mapping) | free for row in some]


def _count(conn: Connection, table: Table) -> int:
    return conn.scalar(select(func.count()).select_from(table)) or 0


def _number_on(conn: Connection, table: Table) -> None:
    """Have PostgreSQL number new rows after the copied ones: its sequence knows nothing of them."""
    if conn.dialect.name == "postgresql" and "no" in table.c:
        last = conn.scalar(select(func.max(table.c.no)))
        if last:
            conn.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'no'), :last)"), {"name": table.name, "last": last})
