"""Feeds: the config's, when each is polled next, and how it does. What a poll brought is written by polls.py."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

from wirewatch.errors import Reason, Skip, UserError
from wirewatch.model import Source
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.identity import host_of
from wirewatch.state.keys import KeyedEntry
from wirewatch.state.leases import NOBODY, chunks, extend, take, unleased
from wirewatch.state.polls import LEARNED, Learned, PollCounts, Polled, finish_poll, finish_read, finish_unchanged, known_keys
from wirewatch.state.upsert import insert as upsert

__all__ = [
    "FeedRow", "FeedTask", "KeyedEntry", "Learned", "PollCounts", "Polled",
    "claim", "finish_poll", "finish_read", "finish_unchanged", "known_keys", "release", "renew", "rows", "sync",
]  # fmt: skip

FIRST_INTERVAL = 3600.0  # seconds (field notes §10)
SILENT = timedelta(days=7)  # a feed that answers but has brought nothing for that long


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTask:
    """A feed claimed for polling, with all that the poll goes by."""

    no: int
    url: str  # as in feeds.yaml
    host: str  # name:port of where it is asked
    source: str
    language: str | None
    country: str | None
    every: float | None  # seconds; None: the adaptive pace
    learned: Learned
    marks: bytes  # of the items that needn't be read again
    first_poll: bool  # it has never succeeded
    last_success_at: datetime | None
    last_new_at: datetime | None
    gone_at: datetime | None  # since when it answers 410
    token: str

    @property
    def address(self) -> str:
        """Where the feed is asked: where it moved to for good, or where feeds.yaml says."""
        return self.learned.lives_at or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """A feed as it is shown to people."""

    url: str
    source: str
    active: bool  # False: no longer in the config
    silent: bool  # answers, but has brought nothing new for 7 days, or never shown anything
    entries: int  # articles it has shown
    lives_at: str  # where it is asked since it moved for good; "": at its url
    lies: bool  # its validators can't be believed
    gaps: int  # polls before which entries may have been dropped unseen
    recent: tuple[str, ...]  # its last polls, oldest first
    failures: float
    reason: Reason | None  # why the last poll failed
    detail: str
    last_poll_at: datetime | None
    last_success_at: datetime | None
    last_new_at: datetime | None
    next_poll_at: datetime


def sync(db: Database, sources: Sequence[Source]) -> None:
    """Bring the config's feeds into the state, by URL; what is no longer there becomes inactive and keeps what it brought.

    Raises UserError for a feed's URL that is no web address.
    """
    wanted = {feed.url: _wanted(source, feed.url, feed.every) for source in sources for feed in source.feeds}
    with db.read() as conn:
        known = _known(conn)
    if not _differing(wanted, known) and not _gone(wanted, known):
        return
    with db.write() as conn:
        now, known = clock(conn), _known(conn)
        changed = _differing(wanted, known)
        first = {"interval": FIRST_INTERVAL, "next_poll_at": now}
        new = [wanted[url] | {"url": url, "host": host_of(url)} | first for url in changed if url not in known]
        if new:  # another process may bring the same config at the same time
            conn.execute(upsert(t.feeds), sorted(new, key=lambda row: str(row["url"])))
        for url in changed:
            if url in known:
                _change(conn, known[url], wanted[url])
        for urls in chunks(sorted(_gone(wanted, known))):
            conn.execute(update(t.feeds).where(t.feeds.c.url.in_(urls)).values(active=False))


def _wanted(source: Source, url: str, every: float | None) -> dict[str, Any]:
    try:
        host_of(url)
    except Skip as skip:
        raise UserError(f"feeds.yaml: {source.name}: {skip.detail} is no web address") from skip
    about = {"source": source.name, "country": source.country, "language": source.language}
    return about | {"every": every, "active": True}


def _known(conn: Connection) -> dict[str, Row[Any]]:
    c = t.feeds.c
    about = (c.source, c.country, c.language, c.every, c.active)
    return {row.url: row for row in conn.execute(select(c.no, c.url, c.last_poll_at, c.next_poll_at, *about))}


def _differing(wanted: dict[str, dict[str, Any]], known: dict[str, Row[Any]]) -> list[str]:
    """New feeds, and those that the config now describes differently."""
    return [url for url, values in wanted.items() if url not in known or values.items() - known[url]._mapping.items()]


def _gone(wanted: dict[str, dict[str, Any]], known: dict[str, Row[Any]]) -> list[str]:
    """Feeds that the config no longer has."""
    return [url for url, row in known.items() if row.active and url not in wanted]


def _change(conn: Connection, row: Row[Any], values: dict[str, Any]) -> None:
    if values["every"] is not None and values["every"] != row.every and row.last_poll_at is not None:
        values = values | {"next_poll_at": min(row.next_poll_at, row.last_poll_at + timedelta(seconds=values["every"]))}
    conn.execute(update(t.feeds).where(t.feeds.c.no == row.no).values(values))


def claim(db: Database, limit: int, *, now_too: bool = False, due_by: datetime | None = None) -> list[FeedTask]:
    """Take up to `limit` feeds that are due, longest due first; with `due_by`, those that were due at that time.

    `now_too`: also what isn't due, once after this database was opened; never what must not be asked before a set time.
    """
    c = t.feeds.c
    with db.write() as conn:
        now = clock(conn)
        due = c.next_poll_at <= (now if due_by is None else min(now, due_by))
        if now_too:
            due = or_(due, c.last_poll_at.is_(None), c.last_poll_at < db.opened_at)
        allowed = and_(or_(c.not_before.is_(None), c.not_before <= now), ~_closed(now))
        query = select(t.feeds).where(and_(c.active, due, allowed, unleased(t.feeds, now))).order_by(c.next_poll_at, c.no)
        found = conn.execute(query.limit(limit).with_for_update(skip_locked=True)).all()
        token = take(conn, t.feeds, [row.no for row in found], db.owner, now)
    return [_task(row, token) for row in found]


def _closed(now: datetime) -> ColumnElement[bool]:
    """The feed's host is down, or sent us away: with a page or with another feed."""
    h = t.hosts.c
    return select(h.host).where(h.host == t.feeds.c.host, h.closed_until > now).exists()


def _task(row: Row[Any], token: str) -> FeedTask:
    same = ("no", "url", "host", "source", "language", "country", "every", "last_success_at", "last_new_at", "gone_at")
    facts = {name: row._mapping[name] for name in same}
    learned = Learned(**{name: row._mapping[name] for name in LEARNED})
    marks = bytes(row.marks or b"")
    return FeedTask(**facts, learned=learned, marks=marks, first_poll=row.last_success_at is None, token=token)


def renew(db: Database, tokens: Collection[str]) -> None:
    """Hold on to what is claimed under these tokens for another 60 s."""
    with db.write() as conn:
        extend(conn, t.feeds, tokens, db.owner, clock(conn))


def release(db: Database, task: FeedTask) -> None:
    """Give a feed back as it was."""
    with db.write() as conn:
        conn.execute(update(t.feeds).where(t.feeds.c.no == task.no, t.feeds.c.token == task.token).values(NOBODY))


def is_silent(now: datetime) -> ColumnElement[bool]:
    """The feed answers, and has brought nothing new for seven days, or never shown anything."""
    f = t.feeds.c
    return and_(f.last_success_at.is_not(None), or_(f.last_new_at < now - SILENT, and_(f.last_new_at.is_(None), f.entries == 0)))


def rows(db: Database) -> list[FeedRow]:
    """Every feed ever configured, by source and URL."""
    with db.read() as conn:
        now = clock(conn)
        query = select(t.feeds, is_silent(now).label("silent")).order_by(t.feeds.c.source, t.feeds.c.url)
        found = conn.execute(query).all()
    return [_row(row) for row in found]


def _row(row: Row[Any]) -> FeedRow:
    same = ("url", "source", "active", "entries", "lives_at", "lies", "gaps", "failures", "detail")
    times = ("last_poll_at", "last_success_at", "last_new_at", "next_poll_at")
    facts = {name: row._mapping[name] for name in same + times}
    reason = Reason(row.reason) if row.reason else None
    return FeedRow(**facts, recent=tuple(row.recent.splitlines()), silent=bool(row.silent), reason=reason)
