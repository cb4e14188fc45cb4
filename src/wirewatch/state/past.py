"""What has been, as far as the conditions of a batch's watches ask for it. Its cost knows the batch, not the archive."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, delete, func, select

from wirewatch.model import ArticleId, ArticleNo, AtLeast, Rate
from wirewatch.state import meta
from wirewatch.state import tables as t
from wirewatch.state.conditions import (
    HOUR,
    WEEK,
    WEEKS,
    Level,
    Telling,
    hour_of,
    level,
    named_before,
    no_spike,
    too_few,
)
from wirewatch.state.database import Database
from wirewatch.state.leases import chunks
from wirewatch.state.stories import kept, outlet
from wirewatch.state.upsert import insert

FORGOTTEN = WEEK * (WEEKS + 1) // HOUR  # hours after which a count is of no use
_ADD = insert(t.watch_hours, "(watch, query_hash, hour) DO UPDATE SET articles = watch_hours.articles + excluded.articles")
_LATEST = insert(
    t.mentions,
    "(entity) DO UPDATE SET mentioned_at = excluded.mentioned_at WHERE excluded.mentioned_at > mentions.mentioned_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The conditions over time of a watch, and what is asked of them for one article."""

    at_least: AtLeast | None = None
    rate: Rate | None = None
    query_hash: str = ""  # under which a rate is counted
    saved_at: datetime | None = None  # since when it is counted
    first_mention: timedelta | None = None
    entities: tuple[str, ...] = ()  # of the article; one of them must be named for the first time


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a judged article adds to what is known."""

    article_no: ArticleNo
    first_seen_at: datetime
    shown_at: datetime  # published, or first seen
    entities: tuple[str, ...] = ()
    news: bool = True  # neither an edit nor an import nor a rebuild: counts for a rate


class Asked(Protocol):
    """A watch met by an article, as recording.Met has it."""

    @property
    def watch(self) -> str: ...
    @property
    def article_no(self) -> ArticleNo: ...
    @property
    def story_no(self) -> ArticleNo: ...
    @property
    def needs(self) -> Needs: ...


class Past:
    """Made inside the transaction that records the batch, which it adds to what is known: each article once."""

    def __init__(self, conn: Connection, now: datetime, seen: Sequence[Seen], met: Sequence[Asked]) -> None:
        self._conn, self._now = conn, now
        self._seen = {each.article_no: each for each in seen}
        self._tellings: dict[int, list[Telling]] = {}
        self._hours: dict[tuple[str, str], Mapping[int, int]] = {}
        self._told: dict[str, bool] = {}
        if any(each.needs.first_mention for each in met):
            meta.locked(conn, "mentions", "")  # of two who record at once, one has the first mention
        self._before, self._noted_from = _note_mentions(conn, now, seen)
        self._count(met)

    def lacking(self, met: Asked) -> str:
        """Which condition over time isn't met, in words; "": all are."""
        needs = met.needs
        found = too_few(self._told_by(met.story_no), needs.at_least) if needs.at_least else ""
        if not found and needs.first_mention:
            found = self._known(met, needs.first_mention)
        return found or (self._usual(met, needs.rate) if needs.rate else "")

    def told(self, met: Asked) -> None:
        """The watch is told of it: a spike is told once in the hours that it is looked for."""
        self._told[met.watch] = True

    def _told_by(self, story: int) -> list[Telling]:
        if story not in self._tellings:
            self._tellings[story] = tellings(self._conn, [story]).get(story, [])
        return self._tellings[story]

    def _known(self, met: Asked, asked: timedelta) -> str:
        at = self._seen[met.article_no].shown_at
        whys = [
            named_before(entity, self._before.get((met.article_no, entity)), at, asked, self._noted_from)
            for entity in met.needs.entities
        ]
        return "" if "" in whys else (whys or ["it names no entity"])[0]

    def _usual(self, met: Asked, rate: Rate) -> str:
        found = self._level(met, rate)
        return no_spike(found, rate) or ("this spike was told already" if self._told_lately(met.watch, rate.within) else "")

    def _level(self, met: Asked, rate: Rate) -> Level:
        key = met.watch, met.needs.query_hash
        if key not in self._hours:
            self._hours[key] = hours(self._conn, *key)
        return level(self._hours[key], self._seen[met.article_no].first_seen_at, rate, met.needs.saved_at or self._now)

    def _told_lately(self, watch: str, within: timedelta) -> bool:
        m = t.matches.c
        if watch not in self._told:
            lately = (m.watch == watch) & (m.matched_at > self._now - within) & (m.state == "live")
            self._told[watch] = self._conn.execute(select(m.id).where(lately).limit(1)).first() is not None
        return self._told[watch]

    def _count(self, met: Sequence[Asked]) -> None:
        """Add what came to the hours of the watches that compare them."""
        new = {(each.watch, each.needs.query_hash, each.article_no) for each in met if each.needs.rate}
        found = Counter((watch, query, hour_of(self._seen[no].first_seen_at)) for watch, query, no in new if self._seen[no].news)
        for (watch, query, hour), number in sorted(found.items()):
            w = t.watch_hours.c
            self._conn.execute(_ADD, {"watch": watch, "query_hash": query, "hour": hour, "articles": number})
            self._conn.execute(delete(t.watch_hours).where(w.watch == watch, w.hour < hour_of(self._now) - FORGOTTEN))


def tellings(conn: Connection, stories: Sequence[int]) -> dict[int, list[Telling]]:
    """When and by which sources the stories were told."""
    a = t.articles.c
    found: dict[int, list[Telling]] = defaultdict(list)
    for some in chunks(list(stories)):
        query = select(a.story, a.first_seen_at, outlet()).outerjoin(t.feeds, t.feeds.c.no == a.feed)
        for story, at, source in conn.execute(query.where(a.story.in_(some), kept)):
            found[story].append((at, source))
    return found


def tellings_of(db: Database, stories: Collection[ArticleId]) -> dict[ArticleId, list[Telling]]:
    """As `tellings`, by the stories' ids."""
    a = t.articles.c
    ids: dict[int, ArticleId] = {}
    with db.read() as conn:
        for some in chunks(sorted(stories)):
            ids |= {row.no: row.id for row in conn.execute(select(a.no, a.id).where(a.id.in_(some)))}
        return {ids[no]: told for no, told in tellings(conn, list(ids)).items()}


def hours(conn: Connection, watch: str, query_hash: str) -> dict[int, int]:
    """What a watch with a rate found, by hour."""
    w = t.watch_hours.c
    query = select(w.hour, w.articles).where(w.watch == watch, w.query_hash == query_hash)
    return {row.hour: row.articles for row in conn.execute(query)}


def mentioned(conn: Connection, entities: Iterable[str]) -> dict[str, datetime]:
    """When each entity was named last, as far as known."""
    m = t.mentions.c
    found: dict[str, datetime] = {}
    for some in chunks(sorted(set(entities))):
        rows = conn.execute(select(m.entity, m.mentioned_at).where(m.entity.in_(some)))
        found |= {row.entity: row.mentioned_at for row in rows}
    return found


def noted_from(conn: Connection) -> datetime | None:
    """Since when mentions are noted."""
    found: datetime | None = conn.scalar(select(func.min(t.mentions.c.noted_at)))
    return found


def _note_mentions(
    conn: Connection, now: datetime, seen: Sequence[Seen]
) -> tuple[dict[tuple[int, str], datetime], datetime | None]:
    """Note who is named; gives when each was named before, by (article, entity), the batch's own articles in their order."""
    began = noted_from(conn)
    known = mentioned(conn, (entity for each in seen for entity in each.entities))
    last, before = dict(known), dict[tuple[int, str], datetime]()
    for each in sorted(seen, key=lambda each: each.shown_at):
        for entity in each.entities:
            if entity in last:
                before[each.article_no, entity] = last[entity]
            last[entity] = max(each.shown_at, last.get(entity, each.shown_at))
    rows = [
        {"entity": entity, "mentioned_at": at, "noted_at": now} for entity, at in sorted(last.items()) if known.get(entity) != at
    ]
    if rows:
        conn.execute(_LATEST, rows)
    return before, began
