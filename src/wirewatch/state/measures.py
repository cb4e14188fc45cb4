"""What can be measured of the state at any time, cheaply: no query here grows with the number of captures.

| query | reads |
| --- | --- |
| `feeds` | each feed's row, once |
| `queues` | the partial index of a queue: as many entries as wait in it; for `poll` the index of due feeds |
| `pending` | the rows of messages that wait |
| `lags` | the newest `SAMPLE` captures and their articles, by primary key |
| `setbacks` | the captures that ended badly within `RECENT`, by their partial index |
| `last_run_ended_at` | the newest `RUNS` runs, by primary key |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select, text

from wirewatch.errors import Reason
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.feeds import is_silent

SAMPLE = 10_000  # captures the lags are taken from: half an hour of 500,000 articles a day
LATELY = timedelta(days=1)  # captures queued before are left out of the lags
RECENT = timedelta(hours=1)  # that setbacks are shown for
RUNS = 1_000  # among which the one that ended last is looked for
QUEUES = {"fetch": "queued", "index": "fetched", "match": "indexed"}  # stage: the status of what waits for it


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How the feeds do, in the words and numbers of `status`."""

    by_state: dict[str, int]  # ok, failing, unpolled, inactive: together all feeds
    silent: int  # of the active ones
    failing: dict[str, int]  # by reason


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a stage."""

    waiting: int  # due or not
    due: int
    late: float  # seconds since the one that is due longest fell due; 0 if none is


@dataclass(frozen=True, slots=True)
class Lag:
    """How long articles took."""

    seconds: Sequence[float]  # ascending

    def percentile(self, percent: int) -> float | None:
        """The smallest of the values that so many percent of them don't exceed; None without values."""
        return self.seconds[max(ceil(len(self.seconds) * percent / 100), 1) - 1] if self.seconds else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One look at the state."""

    at: datetime
    schema: str
    feeds: FeedHealth
    queues: dict[str, Queue]  # by the stage that works on it
    pending: dict[str, int]  # messages by channel
    index_lag: Lag  # from first seen to indexed
    publication_lag: Lag  # from published to indexed
    setbacks: dict[tuple[str, str, str], int]  # captures by (stage, outcome, reason)
    last_run_ended_at: datetime | None


def measures(db: Database, max_age: timedelta) -> Measures:
    """Measure everything; `max_age`: articles published longer before they were first seen say nothing about the lag."""
    with db.read() as conn:
        now = clock(conn)
        index_lag, publication_lag = lags(conn, now, max_age)
        pending, tell = _pending(conn, now)
        return Measures(
            at=now,
            schema=str(conn.scalar(text("SELECT version_num FROM alembic_version"))),
            feeds=feed_health(conn, now),
            queues=queues(conn, now) | {"tell": tell},
            pending=pending,
            index_lag=index_lag,
            publication_lag=publication_lag,
            setbacks=setbacks(conn, now),
            last_run_ended_at=last_run_ended_at(conn),
        )


def feed_health(conn: Connection, now: datetime) -> FeedHealth:
    """How the feeds do."""
    f = t.feeds.c
    state = case(
        (~f.active, "inactive"), (f.reason.is_not(None), "failing"), (f.last_success_at.is_(None), "unpolled"), else_="ok"
    )
    quiet = is_silent(now)
    each = select(state.label("state"), f.reason, case((f.active & quiet, 1), else_=0).label("silent")).subquery()
    query = select(each.c.state, each.c.reason, func.count().label("feeds"), func.sum(each.c.silent).label("silent"))
    by_state, silent, failing = dict.fromkeys(("ok", "failing", "unpolled", "inactive"), 0), 0, {}
    for row in conn.execute(query.group_by(each.c.state, each.c.reason)):
        by_state[row.state] += row.feeds
        silent += int(row.silent)
        if row.state == "failing":
            failing[row.reason] = row.feeds
    return FeedHealth(by_state, silent, failing)


def queues(conn: Connection, now: datetime) -> dict[str, Queue]:
    """What waits to be polled, fetched, indexed and matched."""
    f, c = t.feeds.c, t.captures.c
    found = {"poll": _queue(conn, f.next_poll_at, f.active, now)}
    return found | {stage: _queue(conn, c.due_at, t.has_status(status), now) for stage, status in QUEUES.items()}


def _queue(conn: Connection, due_at: ColumnElement[datetime], waits: ColumnElement[bool], now: datetime) -> Queue:
    return _of([conn.execute(select(*_facts(due_at, now)).where(waits)).one()], now)


def _facts(due_at: ColumnElement[datetime], now: datetime) -> tuple[ColumnElement[Any], ...]:
    due = func.coalesce(func.sum(case((due_at <= now, 1), else_=0)), 0)
    return func.count().label("waiting"), due.label("due"), func.min(due_at).label("first")


def _of(rows: Sequence[Row[Any]], now: datetime) -> Queue:
    first = min((row.first for row in rows if row.first is not None), default=now)
    late = max((now - first).total_seconds(), 0.0)
    return Queue(sum(int(row.waiting) for row in rows), sum(int(row.due) for row in rows), late)


def _pending(conn: Connection, now: datetime) -> tuple[dict[str, int], Queue]:
    o = t.outbox.c
    rows = conn.execute(select(o.channel, *_facts(o.due_at, now)).where(t.PENDING).group_by(o.channel)).all()
    return {row.channel: int(row.waiting) for row in rows}, _of(rows, now)


def lags(conn: Connection, now: datetime, max_age: timedelta) -> tuple[Lag, Lag]:
    """From first seen, and from publication, to the index.

    The state has no column for the time of indexing: `at` is that of the last change, which after `indexed` is that of
    `matched`, seconds later. What still waits counts with its age so far, or a long queue would look like a fast one. Left out:
    what failed, was skipped or is tried again (it has a reason), edits, and what came by an import or a rebuild.
    """
    a = t.articles.c
    newest = _newest()
    query = (
        select(newest.c.status, newest.c.at, a.first_seen_at, a.published_at)
        .join_from(newest, t.articles, a.no == newest.c.article)
        .where(newest.c.kind == "new", ~newest.c.quiet, newest.c.reason.is_(None), newest.c.queued_at >= now - LATELY)
    )
    rows = conn.execute(query).all()
    done = [row for row in rows if row.status in ("indexed", "matched")]
    waiting = [now - row.first_seen_at for row in rows if row.status in ("queued", "fetched")]
    known = [row for row in done if row.published_at is not None and row.first_seen_at - row.published_at <= max_age]
    return _lag([*waiting, *(row.at - row.first_seen_at for row in done)]), _lag(row.at - row.published_at for row in known)


def _newest() -> Any:
    c = t.captures.c
    return (
        select(c.article, c.kind, c.quiet, c.reason, c.queued_at, c.status, c.at).order_by(c.no.desc()).limit(SAMPLE).subquery()
    )


def _lag(took: Iterable[timedelta]) -> Lag:
    """A source's clock may be ahead of ours: then no time has passed."""
    return Lag(sorted(max(each.total_seconds(), 0.0) for each in took))


def setbacks(conn: Connection, now: datetime) -> dict[tuple[str, str, str], int]:
    """The captures that were skipped, failed or put off of late, each by what happened to it last."""
    c = t.captures.c
    late = and_(c.reason.is_not(None), c.reason != Reason.UNCHANGED, c.at >= now - RECENT)
    filed = case((c.file.is_(None), 0), else_=1).label("filed")
    each = select(c.status, c.reason, filed).where(late).subquery()
    query = select(each.c.status, each.c.reason, each.c.filed, func.count().label("number"))
    found: dict[tuple[str, str, str], int] = {}
    for row in conn.execute(query.group_by(each.c.status, each.c.reason, each.c.filed)):
        key = (_stage(row), row.status if row.status in ("skipped", "failed") else "retried", row.reason)
        found[key] = found.get(key, 0) + row.number
    return found


def _stage(row: Row[Any]) -> str:
    """Whose page lies in the archive got as far as indexing; that it is another's is found when it is filed."""
    return "index" if row.filed and row.reason != Reason.SAME_AS else "fetch"


def last_run_ended_at(conn: Connection) -> datetime | None:
    """When a run ended last."""
    r = t.runs.c
    newest = select(r.ended_at).order_by(r.no.desc()).limit(RUNS).subquery()
    ended: datetime | None = conn.scalar(select(func.max(newest.c.ended_at)))
    return ended
