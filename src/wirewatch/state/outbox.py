"""Messages on their way out, one row a match and address: delivered at least once, eight attempts over a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from wirewatch.model import Message
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import NOBODY, take, unleased
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


def claim_outbox(db: Database, limit: int = 50) -> list[OutboxTask]:
    """Take up to `limit` messages that are due."""
    o = t.outbox.c
    with db.write() as conn:
        now = clock(conn)
        query = select(t.outbox).where(t.PENDING, o.due_at <= now, unleased(t.outbox, now)).order_by(o.due_at, o.no).limit(limit)
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


def sent(db: Database, task: OutboxTask) -> None:
    """It was delivered. Noted also if the claim was lost meanwhile: it is a fact."""
    with db.write() as conn:
        values = NOBODY | {"state": "sent", "sent_at": clock(conn), "attempts": task.attempts + 1, "error": ""}
        conn.execute(update(t.outbox).where(t.outbox.c.no == task.id, t.PENDING).values(values))


def failed_once(db: Database, task: OutboxTask, error: str, after: timedelta | None = None) -> str:
    """An attempt failed: gives "pending" (again after `after`, or the growing schedule) or "dead" (eight are spent)."""
    attempts = task.attempts + 1
    with db.write() as conn:
        values: dict[str, Any] = NOBODY | {"attempts": attempts, "error": error[:500]}
        if attempts > len(WAITS):
            values["state"] = "dead"
        else:
            values["due_at"] = clock(conn) + (after or WAITS[attempts - 1])
        mine = (t.outbox.c.no == task.id) & (t.outbox.c.token == task.token)
        conn.execute(update(t.outbox).where(mine).values(values))
    return str(values.get("state", "pending"))


def release_outbox(db: Database, tasks: Sequence[OutboxTask]) -> None:
    """Give back messages that weren't tried."""
    with db.write() as conn:
        for task in tasks:
            conn.execute(update(t.outbox).where(t.outbox.c.no == task.id, t.outbox.c.token == task.token).values(NOBODY))


def revive(db: Database, watch: str | None = None) -> int:
    """Put dead messages, all or one watch's, on their way again, with all their attempts before them; gives their number."""
    o, m = t.outbox.c, t.matches.c
    dead = o.state == "dead"
    if watch is not None:
        dead &= o.match.in_(select(m.id).where(m.watch == watch))
    with db.write() as conn:
        values = NOBODY | {"state": "pending", "attempts": 0, "error": "", "due_at": clock(conn)}
        return conn.execute(update(t.outbox).where(dead).values(values)).rowcount
