"""How a stage ends for a capture that didn't go on: skipped for good, or again later, a bounded number of times."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from wirewatch.errors import Reason
from wirewatch.model import CaptureNo
from wirewatch.safe import one_line
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import NOBODY, extend

# Waits after each failed attempt; when they are spent, the capture is `failed`.
FETCH_WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 900))  # six more attempts over 24 h (field notes §10)
INDEX_WAITS = tuple(timedelta(minutes=m) for m in (1, 10))  # three attempts: what happens on this machine seldom heals by itself
MATCH_WAITS = (*INDEX_WAITS, timedelta(days=1))  # the last again and again: a later version may be able to judge it


def skipped(db: Database, no: CaptureNo, token: str, reason: Reason, detail: str = "") -> None:
    """The capture is over, without a fault; written only if the claim still stands."""
    _end(db, no, token, "skipped", reason, detail)


def failed(db: Database, no: CaptureNo, token: str, reason: Reason, detail: str = "") -> None:
    """The capture is over, and another attempt would not help; written only if the claim still stands."""
    _end(db, no, token, "failed", reason, detail)


def _end(db: Database, no: CaptureNo, token: str, status: str, reason: Reason, detail: str) -> None:
    c = t.captures.c
    with db.write() as conn:
        values = ended(status, reason, detail, clock(conn)) | {"attempts": c.attempts + 1}
        conn.execute(update(t.captures).where(c.no == no, c.token == token).values(values))


def ended(status: str, reason: Reason, detail: str, now: datetime) -> dict[str, Any]:
    """The values of a capture that is over."""
    return NOBODY | {"status": status, "reason": reason, "detail": detail[:500], "at": now, "not_before": None}


def retry(db: Database, no: CaptureNo, token: str, reason: Reason, detail: str = "", after: timedelta | None = None) -> str:
    """The capture is tried again, not before `after` (None: a growing schedule), or `failed` when its attempts are spent.

    Gives "failed", or else "queued", also when the claim was lost and nothing is written.
    """
    c = t.captures.c
    with db.write() as conn:
        row = conn.execute(select(c.status, c.attempts).where(c.no == no, c.token == token).with_for_update()).one_or_none()
        if row is None:
            return "queued"
        now = clock(conn)
        waits = FETCH_WAITS if row.status == "queued" else INDEX_WAITS
        if row.attempts >= len(waits):
            values = ended("failed", reason, detail, now) | {"attempts": row.attempts + 1}
        else:
            values = _again(reason, detail, now, waits[row.attempts], after) | {"attempts": row.attempts + 1}
        conn.execute(update(t.captures).where(c.no == no).values(values))
    return "failed" if values.get("status") == "failed" else "queued"


def judge_again(db: Database, no: CaptureNo, token: str, detail: str) -> None:
    """The capture couldn't be met with the watches: a bug. It is tried again, later each time, and never `failed`: its article is
    in the index, and must be in the next one, too.
    """
    c = t.captures.c
    with db.write() as conn:
        mine = (c.no == no) & (c.token == token) & t.has_status("indexed")
        row = conn.execute(select(c.attempts).where(mine).with_for_update()).one_or_none()
        if row is not None:
            wait = MATCH_WAITS[min(row.attempts, len(MATCH_WAITS) - 1)]
            values = _again(Reason.BUG, one_line(detail, 300), clock(conn), wait, None) | {"attempts": row.attempts + 1}
            conn.execute(update(t.captures).where(c.no == no).values(values))


def _again(reason: Reason, detail: str, now: datetime, wait: timedelta, after: timedelta | None) -> dict[str, Any]:
    not_before = None if after is None else now + after
    values = {"reason": reason, "detail": detail[:500], "at": now, "due_at": not_before or now + wait, "not_before": not_before}
    return NOBODY | values


def renew(db: Database, tokens: Collection[str]) -> None:
    """Hold on to the captures and hosts claimed under these tokens for another 60 s."""
    with db.write() as conn:
        now = clock(conn)
        for table in (t.captures, t.hosts):
            extend(conn, table, tokens, db.owner, now)
