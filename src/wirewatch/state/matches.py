"""The ledger: which story met which watch, when, why, and what came of telling it. Written by recording.py."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, true

from wirewatch.model import ArticleId, ArticleNo, Why
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import chunks
from wirewatch.state.outbox import (
    Due,
    OutboxTask,
    claim_outbox,
    due_addresses,
    failed,
    failed_once,
    release_outbox,
    rest,
    revive,
    sent,
    told_since,
)
from wirewatch.state.past import Needs, Seen
from wirewatch.state.recording import Met, RecordCounts, record, tell
from wirewatch.state.rows import why_of
from wirewatch.state.upsert import insert as upsert

__all__ = [
    "Delivery", "Due", "MatchRow", "Met", "Needs", "OutboxTask", "RecordCounts", "Seen", "began", "claim_outbox",
    "due_addresses", "failed", "failed_once", "history", "mute", "muted", "numbers", "record", "release_outbox", "rest",
    "revive", "saved", "seen_watches", "sent", "tell", "times_met", "told_already", "told_since",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One address's part of a match."""

    channel: str
    state: str  # pending, sent, dead
    version: int  # 0: told for the first time; else an update
    sent_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A match with what came of telling it."""

    watch: str
    story_id: ArticleId
    article_id: ArticleId
    url: str
    title: str
    matched_at: datetime
    state: str  # recorded (no channel), pending, sent, dead, suppressed
    reason: str = ""  # why suppressed
    sentence: str = ""  # that met the watch, its words between <em> and </em>
    why: Why = field(default_factory=Why)
    deliveries: list[Delivery] = field(default_factory=list)


def seen_watches(db: Database, watches: Sequence[tuple[str, str]]) -> dict[str, datetime]:
    """When each watch (name, hash of its query) was first seen: now, if it wasn't. Call it before polling begins."""
    known = saved(db, watches)
    if len(known) < len(watches):
        with db.write() as conn:
            now = clock(conn)
            rows = [{"name": name, "query_hash": query, "saved_at": now} for name, query in watches]
            conn.execute(upsert(t.watches), rows)
        known = saved(db, watches)
    return known


def saved(db: Database, watches: Sequence[tuple[str, str]]) -> dict[str, datetime]:
    """When each of these was first seen; one that never was is left out."""
    wanted = set(watches)
    with db.read() as conn:
        return {row.name: row.saved_at for row in conn.execute(select(t.watches)) if (row.name, row.query_hash) in wanted}


def began(db: Database) -> datetime | None:
    """When the first article of all was seen."""
    a = t.articles.c
    with db.read() as conn:
        found: datetime | None = conn.scalar(select(a.first_seen_at).order_by(a.no).limit(1))
    return found


def numbers(db: Database, ids: Collection[ArticleId]) -> dict[ArticleId, tuple[ArticleNo, ArticleNo]]:
    """The numbers of these articles and of their stories."""
    a = t.articles.c
    with db.read() as conn:
        rows = [row for some in chunks(sorted(ids)) for row in conn.execute(select(a.id, a.no, a.story).where(a.id.in_(some)))]
    return {row.id: (row.no, row.story or row.no) for row in rows}


def told_already(db: Database, stories: Collection[ArticleNo]) -> set[tuple[str, ArticleNo]]:
    """The (watch, story) pairs of these stories that were told, or recorded as such."""
    m = t.matches.c
    with db.read() as conn:
        found: set[tuple[str, ArticleNo]] = set()
        for some in chunks(sorted(set(stories))):
            rows = conn.execute(select(m.watch, m.story).where(m.story.in_(some), m.state == "live"))
            found |= {(row.watch, row.story) for row in rows}
    return found


def times_met(db: Database, watch: str, since: datetime) -> list[datetime]:
    """When stories met this watch since then, whether told or not."""
    m = t.matches.c
    with db.read() as conn:
        return list(conn.scalars(select(m.matched_at).where(m.watch == watch, m.matched_at >= since)))


def mute(db: Database, watch: str, until: datetime | None) -> None:
    """What this watch meets is recorded and not told until then; None: it is told again."""
    with db.write() as conn:
        conn.execute(delete(t.mutes).where(t.mutes.c.watch == watch))
        if until is not None:
            conn.execute(insert(t.mutes).values(watch=watch, until=until))


def muted(db: Database) -> dict[str, datetime]:
    """The watches that are muted now, and until when."""
    with db.read() as conn:
        return {row.watch: row.until for row in conn.execute(select(t.mutes).where(t.mutes.c.until > clock(conn)))}


def history(db: Database, watch: str | None = None) -> list[MatchRow]:
    """Every match, or those of one watch, newest first."""
    m, a, story = t.matches, t.articles, t.articles.alias()
    query = (
        select(m, a.c.id.label("article_id"), a.c.url, a.c.title, story.c.id.label("story_id"))
        .select_from(m.join(a, a.c.no == m.c.article).join(story, story.c.no == m.c.story))
        .order_by(m.c.matched_at.desc(), m.c.id)
        .where(m.c.watch == watch if watch is not None else true())
    )
    with db.read() as conn:
        rows = conn.execute(query).all()
        deliveries = _deliveries(conn, watch)
    return [_match_row(row, deliveries.get(row.id, [])) for row in rows]


def _deliveries(conn: Connection, watch: str | None) -> dict[str, list[Delivery]]:
    by_match: dict[str, list[Delivery]] = {}
    query = select(t.outbox).order_by(t.outbox.c.no)
    if watch is not None:
        query = query.where(t.outbox.c.match.in_(select(t.matches.c.id).where(t.matches.c.watch == watch)))
    names = ("channel", "state", "version", "sent_at", "attempts", "error")
    for row in conn.execute(query):
        delivery = Delivery(**{name: row._mapping[name] for name in names})
        by_match.setdefault(row.match, []).append(delivery)
    return by_match


def _match_row(row: Row[Any], deliveries: list[Delivery]) -> MatchRow:
    names = ("watch", "story_id", "article_id", "url", "title", "matched_at", "reason", "sentence")
    same = {name: row._mapping[name] for name in names} | {"why": why_of(row.why)}
    states = {delivery.state for delivery in deliveries}
    told = next((state for state in ("pending", "dead", "sent") if state in states), "recorded")
    return MatchRow(**same, state="suppressed" if row.state == "suppressed" else told, deliveries=deliveries)
