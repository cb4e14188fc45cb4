"""How many articles stand where, and what failed, why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, or_, select

from wirewatch.errors import Reason
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import unleased

STATUSES = ("queued", "fetched", "indexed", "matched", "skipped", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCounts:
    """Each article once: by its newest capture that is in the index, else its newest finished one, else its newest."""

    articles: dict[str, int]  # by status
    skipped_by_reason: dict[str, int]
    failed_by_reason: dict[str, int]
    stories: int
    matches: int
    oldest_queued_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRow:
    """An article's newest capture that failed, was skipped, or waits for another attempt."""

    url: str
    status: str
    reason: Reason
    detail: str
    attempts: int
    due_at: datetime
    at: datetime


def counts(db: Database) -> StatusCounts:
    """Count them all; a revisit that fails changes nothing."""
    c, a = t.captures.c, t.articles.c
    rank = case((c.status.in_(["indexed", "matched"]), 0), (c.status.in_(["skipped", "failed"]), 1), else_=2)
    place = func.row_number().over(partition_by=c.article, order_by=(rank, c.n.desc())).label("place")
    ranked = select(c.status, c.reason, place).subquery()
    by = select(ranked.c.status, ranked.c.reason, func.count().label("number")).where(ranked.c.place == 1)
    with db.read() as conn:
        rows = conn.execute(by.group_by(ranked.c.status, ranked.c.reason)).all()
        stories = conn.scalar(select(func.count(a.story.distinct())).where(a.indexed_revision > 0)) or 0
        matches = conn.scalar(select(func.count()).select_from(t.matches)) or 0
        oldest = conn.scalar(select(func.min(c.queued_at)).where(t.has_status("queued")))
    whole = dict.fromkeys(STATUSES, 0)
    reasons: dict[str, dict[str, int]] = {"skipped": {}, "failed": {}}
    for row in rows:
        whole[row.status] += row.number
        if row.status in reasons:
            reasons[row.status][row.reason] = row.number
    return StatusCounts(
        articles=whole,
        skipped_by_reason=reasons["skipped"],
        failed_by_reason=reasons["failed"],
        stories=stories,
        matches=matches,
        oldest_queued_at=oldest,
    )


def due_hosts(db: Database) -> int:
    """How many hosts have pages that may be fetched now."""
    c, h = t.captures.c, t.hosts.c
    with db.read() as conn:
        now = clock(conn)
        due = (c.due_at <= now) & unleased(t.captures, now)
        waiting = select(c.host).where(t.has_status("queued"), due).distinct().subquery()
        is_open = or_(h.closed_until.is_(None), h.closed_until <= now)
        query = select(func.count()).select_from(waiting.join(t.hosts, h.host == waiting.c.host)).where(is_open)
        return conn.scalar(query.where(unleased(t.hosts, now))) or 0


def unindexed(db: Database) -> bool:
    """Whether an archived page waits for the index."""
    c = t.captures.c
    with db.read() as conn:
        due = select(c.no).where(t.has_status("fetched"), c.due_at <= clock(conn)).order_by(c.due_at, c.no)
        return conn.execute(due.limit(1)).first() is not None


def unmatched(db: Database) -> int:
    """How many indexed captures are due to meet the watches."""
    with db.read() as conn:
        due = t.has_status("indexed") & (t.captures.c.due_at <= clock(conn))
        return conn.scalar(select(func.count()).select_from(t.captures).where(due)) or 0


def failures(db: Database, limit: int = 200) -> list[FailureRow]:
    """What failed, was skipped or waits for another attempt, newest first."""
    c, later = t.captures.c, t.captures.alias()
    newer = exists().where(and_(later.c.article == c.article, later.c.n > c.n))
    query = select(c.url, c.status, c.reason, c.detail, c.attempts, c.due_at, c.at).where(c.reason.is_not(None), ~newer)
    query = query.where(c.kind != "revisit", c.reason != Reason.UNCHANGED)
    with db.read() as conn:
        rows = conn.execute(query.order_by(c.at.desc()).limit(limit)).all()
    return [FailureRow(**(dict(row._mapping) | {"reason": Reason(row.reason)})) for row in rows]
