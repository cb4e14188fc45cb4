"""Writing the ledger: a story meets a watch once, and what is to be told goes into the outbox in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from wirewatch.model import ArticleNo, Message, Why
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.identity import short_hash
from wirewatch.state.indexing import MatchTask
from wirewatch.state.leases import NOBODY, chunks, still_ours
from wirewatch.state.past import Needs, Past, Seen
from wirewatch.state.rows import message_json, why_json
from wirewatch.state.stories import outlet, telling_count
from wirewatch.state.upsert import insert as upsert

MUTED = "the watch was muted"  # a suppressed match that no later telling lifts: nobody wanted to hear of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A watch met by an article."""

    watch: str
    article_no: ArticleNo
    story_no: ArticleNo
    state: str  # live: to be told; suppressed: recorded only
    reason: str = ""  # why suppressed
    sentence: str = ""  # that met it, marked
    why: Why = field(default_factory=Why)
    addresses: Sequence[tuple[str, str]] = ()  # (channel, key of the address); none: recorded only
    tell_at: Mapping[str, datetime] = field(default_factory=dict)  # by channel, where that isn't at once
    needs: Needs = field(default_factory=Needs)  # conditions over time
    digest: str = ""  # of the article's text
    version: int = 0  # the capture's number, where it is an edit that the watch wants told as an update


@dataclass(slots=True)
class RecordCounts:
    """What `record` wrote."""

    live: int = 0  # new matches to be told
    lifted: int = 0  # suppressed before, to be told now
    updated: int = 0  # told before, to be told again since the text has changed
    suppressed: int = 0
    again: int = 0  # further tellings of what was recorded before
    waiting: int = 0  # of which a condition over time isn't met: not recorded


def record(
    db: Database, tasks: Sequence[MatchTask], met: Sequence[Met], max_age: timedelta, seen: Sequence[Seen] = ()
) -> RecordCounts:
    """Write which watches these captures met, what is to be told, and that they are matched; in one transaction, only for
    captures whose claims still stand.

    A story meets a watch once. A suppressed match is lifted by a later live telling, unless the story's first telling was
    first seen more than `max_age` ago, or the watch was muted.
    """
    counts = RecordCounts()
    with db.write() as conn:
        now = clock(conn)
        ours = _ours(conn, tasks)
        articles = set(ours.values())
        mine = [found for found in met if found.article_no in articles]
        mine.sort(key=lambda found: (found.watch, found.story_no))  # one order for all: no deadlock
        past = Past(conn, now, [each for each in seen if each.article_no in articles], mine)
        ledger = _Ledger(conn, now, past, lambda first: now - first <= max_age)
        for found in mine:
            outcome = ledger.take(found)
            setattr(counts, outcome, getattr(counts, outcome) + 1)
        for some in chunks(sorted(ours)):
            values = NOBODY | {"status": "matched", "at": now, "reason": None, "detail": ""}
            conn.execute(update(t.captures).where(t.captures.c.no.in_(some)).values(values))
    return counts


def tell(db: Database, met: Sequence[Met]) -> RecordCounts:
    """Record these as live, and queue them, whatever their age: for a person who asks for it. What was told isn't again."""
    counts = RecordCounts()
    with db.write() as conn:
        now = clock(conn)
        ledger = _Ledger(conn, now, None, lambda _: True)
        for found in sorted(met, key=lambda found: (found.watch, found.story_no)):
            outcome = ledger.take(found)
            setattr(counts, outcome, getattr(counts, outcome) + 1)
    return counts


def _ours(conn: Connection, tasks: Sequence[MatchTask]) -> dict[int, int]:
    """The captures whose claims still stand, with their articles."""
    c = t.captures.c
    ours: dict[int, int] = {}
    for some in chunks(sorted(still_ours(conn, t.captures, {task.no: task.token for task in tasks}))):
        indexed = select(c.no, c.article).where(c.no.in_(some), t.has_status("indexed"))
        ours |= {row.no: row.article for row in conn.execute(indexed)}
    return ours


class _Ledger:
    """Takes matches one by one. `past` None: no condition over time is asked."""

    def __init__(self, conn: Connection, now: datetime, past: Past | None, fresh: Any) -> None:
        self._conn, self._now, self._past, self._fresh = conn, now, past, fresh
        self._facts: dict[int, Row[Any]] = {}

    def take(self, met: Met) -> str:
        """Write what there is to write; gives the field of RecordCounts that counts it."""
        known = self._known(met)
        if known is not None and known.state == "live":
            return self._updated(met, known)
        facts = self._about(met)
        if known is not None and (met.state != "live" or not self._liftable(known, facts)):
            return "again"
        if self._past is not None and self._past.lacking(met):
            return "waiting"
        if not self._written(met, facts, known):
            return "again" if known is not None else self.take(met)  # what another has just written may be suppressed
        if met.state == "live":
            if self._past is not None:
                self._past.told(met)
            self._queue(met, facts, 0)
        return "lifted" if known is not None else met.state

    def _known(self, met: Met) -> Row[Any] | None:
        m = t.matches.c
        query = select(m.id, m.state, m.reason, m.article, m.digest).where(m.watch == met.watch, m.story == met.story_no)
        return self._conn.execute(query).first()

    def _liftable(self, known: Row[Any], facts: Row[Any]) -> bool:
        if self._past is None:
            return True
        return known.reason != MUTED and bool(self._fresh(facts.first_telling_at))

    def _updated(self, met: Met, known: Row[Any]) -> str:
        """An edit of the article that was told, in another text than was told last."""
        if not met.version or met.state != "live" or met.article_no != known.article or met.digest == known.digest:
            return "again"
        m = t.matches.c
        same = (m.id == known.id) & (m.digest == known.digest)  # two who record at once tell a version once
        if not self._conn.execute(update(t.matches).where(same).values(digest=met.digest)).rowcount or not known.digest:
            return "again"
        self._queue(met, self._about(met), met.version)
        return "updated"

    def _written(self, met: Met, facts: Row[Any], known: Row[Any] | None) -> bool:
        """The new match, or the one that was suppressed, is in the ledger; False: another process was quicker."""
        values = {"watch": met.watch, "story": met.story_no, "article": met.article_no, "state": met.state}
        values |= {"reason": met.reason, "sentence": met.sentence, "why": why_json(met.why), "digest": met.digest}
        values |= {"id": _id(met, facts), "matched_at": self._now}
        m = t.matches.c
        if known is not None:
            suppressed = (m.id == known.id) & (m.state == "suppressed")
            return self._conn.execute(update(t.matches).where(suppressed).values(values)).rowcount == 1
        new = upsert(t.matches).values(values).returning(m.id)
        return self._conn.scalar(new) is not None

    def _about(self, met: Met) -> Row[Any]:
        """The facts of the telling and of its story."""
        if met.article_no not in self._facts:
            a, first, f = t.articles, t.articles.alias(), t.feeds
            query = (
                select(a.c.id, a.c.title, a.c.url, a.c.published_at, first.c.id.label("story_id"))
                .add_columns(outlet().label("outlet"), first.c.first_seen_at.label("first_telling_at"))
                .add_columns(telling_count(first.c.no).label("tellings"))
                .select_from(a.join(first, first.c.no == met.story_no).outerjoin(f, f.c.no == a.c.feed))
            )
            self._facts[met.article_no] = self._conn.execute(query.where(a.c.no == met.article_no)).one()
        return self._facts[met.article_no]

    def _queue(self, met: Met, facts: Row[Any], version: int) -> None:
        """One outbox row an address."""
        message = _message(met, facts, self._now, version)
        common = {"match": message.match_id, "state": "pending", "version": version, "message": message_json(message)}
        rows = [
            common | {"channel": channel, "address": address, "due_at": met.tell_at.get(channel, self._now)}
            for channel, address in dict.fromkeys(met.addresses)
        ]
        if rows:
            self._conn.execute(insert(t.outbox), rows)


def _id(met: Met, facts: Row[Any]) -> str:
    return short_hash(f"{met.watch}\0{facts.story_id}")


def _message(met: Met, facts: Row[Any], now: datetime, version: int) -> Message:
    return Message(
        match_id=_id(met, facts),
        watch=met.watch,
        title=facts.title,
        url=facts.url,
        source=facts.outlet,
        story_id=facts.story_id,
        article_id=facts.id,
        published_at=facts.published_at,
        matched_at=now,
        sentence=met.sentence,
        tellings=max(facts.tellings, 1),
        version=version,
    )
