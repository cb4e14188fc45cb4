"""What each run did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run."""

    no: int
    started_at: datetime
    ended_at: datetime | None  # None: it goes on, or was cut off
    summary: dict[str, Any] | None  # each stage's counts by outcome


def begin(db: Database) -> int:
    """Note that a run begins; gives its number."""
    with db.write() as conn:
        values = {"owner": db.owner, "started_at": clock(conn)}
        return int(conn.execute(insert(t.runs).values(values).returning(t.runs.c.no)).scalar_one())


def end(db: Database, no: int, summary: Mapping[str, Any]) -> None:
    """Note how it ended."""
    with db.write() as conn:
        values = {"ended_at": clock(conn), "summary": json.dumps(summary)}
        conn.execute(update(t.runs).where(t.runs.c.no == no).values(values))


def last(db: Database, limit: int = 5) -> list[RunRow]:
    """The newest runs, newest first."""
    with db.read() as conn:
        rows = conn.execute(select(t.runs).order_by(t.runs.c.no.desc()).limit(limit)).all()
    return [RunRow(row.no, row.started_at, row.ended_at, json.loads(row.summary) if row.summary else None) for row in rows]


def drop_old(db: Database, older: timedelta) -> int:
    """Forget the runs that began longer ago; gives their number."""
    with db.write() as conn:
        return conn.execute(delete(t.runs).where(t.runs.c.started_at < clock(conn) - older)).rowcount
