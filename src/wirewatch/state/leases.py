"""Claims: a row is worked on by whoever holds its token, for at most LEASE unless renewed, by the database's clock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Table, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from wirewatch.state.owners import Owner

LEASE = timedelta(seconds=60)
NOBODY = {"token": None, "owner": None, "leased_until": None}  # the values of a row that nobody holds


def unleased(table: Table, now: datetime) -> ColumnElement[bool]:
    """Nobody holds the row, or its holder overslept."""
    return or_(table.c.leased_until.is_(None), table.c.leased_until < now)


def take(conn: Connection, table: Table, keys: Sequence[Any], owner: Owner, now: datetime, token: str = "") -> str:
    """Claim the rows of these primary keys (locked by the caller); gives the claim's token."""
    token = token or uuid4().hex
    key = table.primary_key.columns[0]
    values = {"token": token, "owner": owner, "leased_until": now + LEASE}
    for some in chunks(keys):
        conn.execute(update(table).where(key.in_(some)).values(values))
    return token


def extend(conn: Connection, table: Table, tokens: Collection[str], owner: Owner, now: datetime) -> None:
    """Renew what is still held under these tokens.

    A row that is locked is being renewed or ended by its own holder just now; to wait for it could be to wait for each other.
    """
    key = table.primary_key.columns[0]
    mine = select(key).where(table.c.owner == owner, table.c.token.in_(list(tokens))).with_for_update(skip_locked=True)
    for some in chunks(conn.scalars(mine).all()):
        conn.execute(update(table).where(key.in_(some)).values(leased_until=now + LEASE))


def still_ours(conn: Connection, table: Table, tokens: Mapping[int, str]) -> set[int]:
    """Those of these rows (number → token) whose claims still stand; they are locked until the transaction ends."""
    ours: set[int] = set()
    for some in chunks(sorted(tokens)):
        query = select(table.c.no, table.c.token).where(table.c.no.in_(some)).order_by(table.c.no)
        ours |= {row.no for row in conn.execute(query.with_for_update()) if row.token == tokens[row.no]}
    return ours


def drop_lapsed(conn: Connection, table: Table, before: datetime) -> int:
    """Take the claim off rows whose holder overslept and never came back; gives their number."""
    return conn.execute(update(table).where(table.c.leased_until < before).values(NOBODY)).rowcount


def chunks(keys: Sequence[Any], size: int = 500) -> list[Sequence[Any]]:
    """In pieces that fit a statement: SQLite takes at most 999 values in its older versions."""
    return [keys[i : i + size] for i in range(0, len(keys), size)]
