"""The ledger: which story met which watch. What is to be told goes into the outbox (outbox.py) in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from wirewatch.model import ArticleId, ArticleNo, Message
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.identity import short_hash
from wirewatch.state.indexing import MatchTask
from wirewatch.state.leases import NOBODY, chunks, still_ours
from wirewatch.state.outbox import OutboxTask, claim_outbox, failed_once, release_outbox, sent
from wirewatch.state.rows import message_json
from wirewatch.state.upsert import insert as upsert

__all__ = [
    "Delivery", "MatchRow", "Met", "OutboxTask", "RecordCounts",
    "claim_outbox", "failed_once", "history", "record", "release_outbox", "seen_watches", "sent",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A watch met by an article."""

    watch: str
    article_no: ArticleNo
    story_no: ArticleNo
    state: str  # live: to be told; suppressed: recorded only
    reason: str = ""  # why suppressed
    sentence: str = ""  # that met it, marked
    addresses: Sequence[tuple[str, str]] = ()  # (channel, key of the address); none: recorded only


@dataclass(slots=True)
class RecordCounts:
    """What `record` wrote."""

    live: int = 0  # new matches to be told
    lifted: int = 0  # suppressed before, to be told now
    suppressed: int = 0
    again: int = 0  # further tellings of what was recorded before


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One address's part of a match."""

    channel: str
    state: str  # pending, sent, dead
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
    deliveries: list[Delivery] = field(default_factory=list)


def seen_watches(db: Database, watches: Sequence[tuple[str, str]]) -> dict[str, datetime]:
    """When each watch (name, hash of its query) was first seen: now, if it wasn't. Call it before polling begins."""
    saved = _saved(db, watches)
    if len(saved) < len(watches):
        with db.write() as conn:
            now = clock(conn)
            rows = [{"name": name, "query_hash": query, "saved_at": now} for name, query in watches]
            conn.execute(upsert(conn, t.watches).on_conflict_do_nothing(), rows)
        saved = _saved(db, watches)
    return saved


def _saved(db: Database, watches: Sequence[tuple[str, str]]) -> dict[str, datetime]:
    wanted = set(watches)
    with db.read() as conn:
        return {row.name: row.saved_at for row in conn.execute(select(t.watches)) if (row.name, row.query_hash) in wanted}


def record(db: Database, tasks: Sequence[MatchTask], met: Sequence[Met], max_age: timedelta) -> RecordCounts:
    """Write which watches these captures met, what is to be told, and that they are matched; in one transaction, only for
    captures whose claims still stand.

    A story meets a watch once. A suppressed match is lifted by a later live telling, unless the story's first telling was
    first seen more than `max_age` ago.
    """
    counts = RecordCounts()
    with db.write() as conn:
        now = clock(conn)
        ours = _ours(conn, tasks)
        articles = set(ours.values())
        for found in sorted(met, key=lambda found: (found.watch, found.story_no)):  # one order for all: no deadlock
            if found.article_no in articles:
                outcome = _record(conn, found, now, max_age)
                setattr(counts, outcome, getattr(counts, outcome) + 1)
        for some in chunks(sorted(ours)):
            values = NOBODY | {"status": "matched", "at": now}
            conn.execute(update(t.captures).where(t.captures.c.no.in_(some)).values(values))
    return counts


def _ours(conn: Connection, tasks: Sequence[MatchTask]) -> dict[int, int]:
    """The captures whose claims still stand, with their articles."""
    c = t.captures.c
    ours: dict[int, int] = {}
    for some in chunks(sorted(still_ours(conn, t.captures, {task.no: task.token for task in tasks}))):
        indexed = select(c.no, c.article).where(c.no.in_(some), t.has_status("indexed"))
        ours |= {row.no: row.article for row in conn.execute(indexed)}
    return ours


def _record(conn: Connection, met: Met, now: datetime, max_age: timedelta) -> str:
    told = _telling(conn, met)
    match_id = short_hash(f"{met.watch}\0{told.story_id}")
    values = {"watch": met.watch, "story": met.story_no, "article": met.article_no, "state": met.state, "reason": met.reason}
    values |= {"id": match_id, "sentence": met.sentence, "matched_at": now}
    new = upsert(conn, t.matches).values(values).on_conflict_do_nothing().returning(t.matches.c.id)
    if conn.scalar(new) is not None:
        outcome = met.state
    elif met.state == "live" and _lift(conn, values, now - told.first_telling_at <= max_age):
        outcome = "lifted"
    else:
        return "again"
    if met.state == "live":
        _queue(conn, met, _message(met, told, match_id, now), now)
    return outcome


def _telling(conn: Connection, met: Met) -> Row[Any]:
    """The facts of the telling and of its story."""
    a, first, f, any_ = t.articles, t.articles.alias(), t.feeds, t.articles.alias()
    told = select(func.count()).select_from(any_).where(any_.c.story == met.story_no)
    query = (
        select(a.c.id, a.c.title, a.c.url, a.c.published_at, first.c.id.label("story_id"), f.c.source.label("today"), a.c.source)
        .add_columns(first.c.first_seen_at.label("first_telling_at"), told.scalar_subquery().label("tellings"))
        .select_from(a.join(first, first.c.no == met.story_no).outerjoin(f, f.c.no == a.c.feed))
    )
    return conn.execute(query.where(a.c.no == met.article_no)).one()


def _lift(conn: Connection, values: dict[str, Any], fresh: bool) -> bool:
    """A suppressed match becomes live."""
    m = t.matches.c
    suppressed = (m.watch == values["watch"]) & (m.story == values["story"]) & (m.state == "suppressed")
    return fresh and conn.execute(update(t.matches).where(suppressed).values(values)).rowcount == 1


def _message(met: Met, told: Row[Any], match_id: str, now: datetime) -> Message:
    return Message(
        match_id=match_id,
        watch=met.watch,
        title=told.title,
        url=told.url,
        source=told.today or told.source,
        story_id=told.story_id,
        article_id=told.id,
        published_at=told.published_at,
        matched_at=now,
        sentence=met.sentence,
        tellings=max(told.tellings, 1),
    )


def _queue(conn: Connection, met: Met, message: Message, now: datetime) -> None:
    common = {"match": message.match_id, "state": "pending", "due_at": now, "message": message_json(message)}
    rows = [common | {"channel": channel, "address": address} for channel, address in dict.fromkeys(met.addresses)]
    if rows:
        conn.execute(insert(t.outbox), rows)


def history(db: Database) -> list[MatchRow]:
    """Every match, newest first."""
    m, a, story = t.matches, t.articles, t.articles.alias()
    query = (
        select(m, a.c.id.label("article_id"), a.c.url, a.c.title, story.c.id.label("story_id"))
        .select_from(m.join(a, a.c.no == m.c.article).join(story, story.c.no == m.c.story))
        .order_by(m.c.matched_at.desc(), m.c.id)
    )
    with db.read() as conn:
        rows = conn.execute(query).all()
        deliveries = _deliveries(conn)
    return [_match_row(row, deliveries.get(row.id, [])) for row in rows]


def _deliveries(conn: Connection) -> dict[str, list[Delivery]]:
    by_match: dict[str, list[Delivery]] = {}
    for row in conn.execute(select(t.outbox).order_by(t.outbox.c.no)):
        delivery = Delivery(channel=row.channel, state=row.state, sent_at=row.sent_at, attempts=row.attempts, error=row.error)
        by_match.setdefault(row.match, []).append(delivery)
    return by_match


def _match_row(row: Row[Any], deliveries: list[Delivery]) -> MatchRow:
    same = {name: row._mapping[name] for name in ("watch", "story_id", "article_id", "url", "title", "matched_at")}
    states = {delivery.state for delivery in deliveries}
    told = next((state for state in ("pending", "dead", "sent") if state in states), "recorded")
    return MatchRow(**same, state="suppressed" if row.state == "suppressed" else told, deliveries=deliveries)
