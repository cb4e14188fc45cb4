"""Messages on their way out, one row a match and address: delivered at least once, eight attempts over a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, true, update
from sqlalchemy.sql.elements import ColumnElement

from wirewatch.model import Message
from wirewatch.state import tables as t
from wirewatch.state import totals
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import NOBODY, chunks, take, unleased
from wirewatch.state.rows import message_of

WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 780))  # after each failed attempt but the eighth: 23 h


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxTask:
    """A message claimed for sending."""

    id: int
    match_id: str
    channel: str
    address: str  # key of the address
    attempts: int  # failed so far
    message: Message
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An address that something waits for."""

    channel: str
    address: str
    messages: int


def due_addresses(db: Database) -> list[Due]:
    """The addresses that messages are due for, which nobody is sending."""
    o = t.outbox.c
    with db.read() as conn:
        now = clock(conn)
        query = select(o.channel, o.address, func.count().label("messages")).where(
            t.PENDING, o.due_at <= now, unleased(t.outbox, now)
        )
        rows = conn.execute(query.group_by(o.channel, o.address)).all()
    return [Due(channel=row.channel, address=row.address, messages=row.messages) for row in rows]


def told_since(db: Database, channel: str, address: str, span: timedelta) -> list[datetime]:
    """When this address was told something within the last `span`, in their order; a gathered message counts once."""
    o = t.outbox.c
    with db.read() as conn:
        lately = _of(channel, address) & (o.sent_at > clock(conn) - span)
        return list(conn.scalars(select(o.sent_at).where(lately).distinct().order_by(o.sent_at)))


def claim_outbox(db: Database, limit: int = 50, of: tuple[str, str] | None = None) -> list[OutboxTask]:
    """Take up to `limit` messages that are due, all or those of one (channel, address)."""
    o = t.outbox.c
    with db.write() as conn:
        now = clock(conn)
        due = t.PENDING & (o.due_at <= now) & unleased(t.outbox, now) & (_of(*of) if of else true())
        query = select(t.outbox).where(due).order_by(o.due_at, o.no).limit(limit)
        rows = conn.execute(query.with_for_update(skip_locked=True)).all()
        token = take(conn, t.outbox, [row.no for row in rows], db.owner, now)
    return [
        OutboxTask(
            id=row.no,
            match_id=row.match,
            channel=row.channel,
            address=row.address,
            attempts=row.attempts,
            message=message_of(row.message),
            token=token,
        )
        for row in rows
    ]


def sent(db: Database, *tasks: OutboxTask) -> None:
    """They were delivered, in one message. Noted also if the claim was lost meanwhile: it is a fact."""
    o = t.outbox.c
    with db.write() as conn:
        values = NOBODY | {"state": "sent", "sent_at": clock(conn), "attempts": o.attempts + 1, "error": ""}
        for some in chunks([task.id for task in tasks]):
            conn.execute(update(t.outbox).where(o.no.in_(some), t.PENDING).values(values))


def failed_once(db: Database, task: OutboxTask, error: str, after: timedelta | None = None) -> str:
    """An attempt failed: gives "pending" (again by the growing schedule, or `after` if that is longer) or "dead" (eight are
    spent).
    """
    return failed(db, [task], error, after)[0]


def failed(db: Database, tasks: Sequence[OutboxTask], error: str, after: timedelta | None = None) -> list[str]:
    """An attempt to tell all these in one message failed; as `failed_once`, for each."""
    states = []
    with db.write() as conn:
        now = clock(conn)
        for task in tasks:
            attempts = task.attempts + 1
            values: dict[str, Any] = NOBODY | {"attempts": attempts, "error": error[:500]}
            if attempts > len(WAITS):
                values["state"] = "dead"
            else:
                values["due_at"] = now + max(WAITS[attempts - 1], after or timedelta(0))
            mine = (t.outbox.c.no == task.id) & (t.outbox.c.token == task.token)
            conn.execute(update(t.outbox).where(mine).values(values))
            states.append(str(values.get("state", "pending")))
    return states


def rest(db: Database, channel: str, address: str, until: datetime) -> None:
    """Nothing is due for this address before then. No attempt is counted, and claims of ours on it are given back."""
    o = t.outbox.c
    with db.write() as conn:
        free = unleased(t.outbox, clock(conn)) | (o.owner == db.owner)
        waiting = t.PENDING & _of(channel, address) & (o.due_at < until) & free
        conn.execute(update(t.outbox).where(waiting).values(NOBODY | {"due_at": until}))


def release_outbox(db: Database, tasks: Sequence[OutboxTask]) -> None:
    """Give back messages that weren't tried."""
    with db.write() as conn:
        for task in tasks:
            conn.execute(update(t.outbox).where(t.outbox.c.no == task.id, t.outbox.c.token == task.token).values(NOBODY))


def revive(db: Database, watch: str | None = None) -> int:
    """Put dead messages, all or one watch's, on their way again, with all their attempts before them; gives their number."""
    o, m = t.outbox.c, t.matches.c
    dead = t.DEAD
    if watch is not None:
        dead &= o.match.in_(select(m.id).where(m.watch == watch))
    with db.write() as conn:
        values = NOBODY | {"state": "pending", "attempts": 0, "error": "", "due_at": clock(conn)}
        revived = conn.scalars(update(t.outbox).where(dead).values(values).returning(o.no)).all()
        totals.reopen(conn, revived)
        return len(revived)


def _of(channel: str, address: str) -> ColumnElement[bool]:
    return (t.outbox.c.channel == channel) & (t.outbox.c.address == address)
