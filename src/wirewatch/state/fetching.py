"""Captures that wait to be fetched: hosts are claimed first, so that one is asked by one worker at a time."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Row, Text, all_, and_, bindparam, case, func, literal, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from wirewatch.errors import Reason
from wirewatch.model import ArticleId, ArticleNo, CaptureNo, Entry, Origin
from wirewatch.state import tables as t
from wirewatch.state.closing import close
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import LEASE, NOBODY, chunks, take, unleased
from wirewatch.state.rows import entry_of

LOOKS = ("edit", "revisit")  # kinds of captures that look whether a page is still the same


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTask:
    """A host claimed for fetching; its captures are claimed under the same token."""

    host: str  # name:port
    token: str
    next_at: datetime  # when it may be asked next
    pace: float  # factor on the delay, 1.0 is normal
    robots: bytes | None  # as last fetched
    robots_status: int | None
    robots_fetched_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTask:
    """A capture claimed for fetching."""

    no: CaptureNo
    article_id: ArticleId
    article_no: ArticleNo
    n: int
    kind: str
    url: str
    host: str
    attempts: int  # failed so far
    entry: Entry
    origin: Origin
    token: str
    etag: str = ""  # these two of the page as we have it, for a look whether it is still the same
    last_modified: str = ""


def claim_host(db: Database, *, skip: Collection[str] = (), now_too: bool = False) -> HostTask | None:
    """Take a host that has due captures, isn't closed and isn't held by anyone; the one that may be asked first.

    `now_too`: also for captures that aren't due yet and weren't tried since this database was opened.
    """
    h = t.hosts.c
    with db.write() as conn:
        now = clock(conn)
        waiting = select(t.captures.c.no).where(t.captures.c.host == h.host, _due(db, now, now_too)).exists()
        query = select(t.hosts).where(_none_of(conn, skip), _is_open(now), unleased(t.hosts, now), waiting)
        query = query.order_by(h.next_at).limit(1).with_for_update(skip_locked=True, of=t.hosts)
        row = conn.execute(query).one_or_none()
        if row is None:
            return None
        token = take(conn, t.hosts, [row.host], db.owner, now)
    same = ("host", "next_at", "pace", "robots", "robots_status", "robots_fetched_at")
    return HostTask(token=token, **{name: row._mapping[name] for name in same})


def _is_open(now: datetime) -> ColumnElement[bool]:
    return or_(t.hosts.c.closed_until.is_(None), t.hosts.c.closed_until <= now)


def _none_of(conn: Connection, hosts: Collection[str]) -> ColumnElement[bool]:
    """As one value: a run may have seen more hosts than a statement may have parameters (65,535)."""
    if conn.dialect.name == "postgresql":
        return t.hosts.c.host != all_(literal(list(hosts), ARRAY(Text)))
    listed = func.json_each(json.dumps(list(hosts))).table_valued("value")
    return t.hosts.c.host.not_in(select(listed.c.value))


def _due(db: Database, now: datetime, now_too: bool) -> ColumnElement[bool]:
    c = t.captures.c
    due: ColumnElement[bool] = c.due_at <= now
    if now_too:
        due = or_(due, and_(c.at < db.opened_at, or_(c.not_before.is_(None), c.not_before <= now)))
    return and_(t.has_status("queued"), due, unleased(t.captures, now))


def claim_captures(db: Database, host: HostTask, limit: int, *, now_too: bool = False) -> list[FetchTask]:
    """Take up to `limit` due captures of a claimed host, longest due first; none if its claim was lost or it was closed."""
    c = t.captures.c
    with db.write() as conn:
        now = clock(conn)
        if not _hold(conn, host, now):
            return []
        query = select(c.no).where(c.host == host.host, _due(db, now, now_too)).order_by(c.due_at, c.no).limit(limit)
        nos = conn.scalars(query.with_for_update(skip_locked=True)).all()
        take(conn, t.captures, nos, db.owner, now, host.token)
        return _tasks(conn, nos, host.token)


def _hold(conn: Connection, host: HostTask, now: datetime, **values: Any) -> bool:
    """Renew the host's claim and set `values`; False if it was lost, or a poll was sent away by the host meanwhile."""
    mine = and_(t.hosts.c.host == host.host, t.hosts.c.token == host.token, _is_open(now))
    return conn.execute(update(t.hosts).where(mine).values(values | {"leased_until": now + LEASE})).rowcount == 1


def _tasks(conn: Connection, nos: Sequence[int], token: str) -> list[FetchTask]:
    rows: list[Row[Any]] = []
    for some in chunks(nos):
        rows += conn.execute(_WITH_ARTICLES, {"nos": some}).all()
    keys = _keys(conn, [row.article for row in rows])
    validators = _validators(conn, [row.article for row in rows if row.kind in LOOKS])
    order = {no: place for place, no in enumerate(nos)}
    rows.sort(key=lambda row: order[row.no])
    return [_task(row, tuple(keys[row.article]), token, validators.get(row.article, ("", ""))) for row in rows]


def _validators(conn: Connection, articles: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Of each article's newest page that is in the index, or was found to say the same."""
    c, found = t.captures.c, dict[int, tuple[str, str]]()
    ours = c.status.in_(["indexed", "matched"]) | (c.reason == Reason.UNCHANGED)
    for some in chunks(articles):
        query = select(c.article, c.etag, c.last_modified).where(c.article.in_(some), c.file.is_not(None), ours)
        found |= {row.article: (row.etag, row.last_modified) for row in conn.execute(query.order_by(c.n))}
    return found


def todays_source() -> tuple[ColumnElement[Any], ...]:
    """Source, country and language: the feed's own of today, else the article's of then."""
    a, f = t.articles.c, t.feeds.c
    pairs = ((f.source, a.source), (f.country, a.country), (f.language, a.language))
    return tuple(_either(today, then) for today, then in pairs)


def _either(today: Any, then: Any) -> ColumnElement[Any]:
    labelled: ColumnElement[Any] = case((t.feeds.c.no.is_not(None), today), else_=then).label(f"{today.name}_today")
    return labelled


_a, _c, _f = t.articles, t.captures, t.feeds
_WITH_ARTICLES = (
    select(_c, _a.c.id, _a.c.first_seen_at, _f.c.url.label("feed"), *todays_source())
    .select_from(_c.join(_a, _a.c.no == _c.c.article).outerjoin(_f, _f.c.no == _a.c.feed))
    .where(_c.c.no.in_(bindparam("nos", expanding=True)))
)


def _keys(conn: Connection, articles: Sequence[int]) -> dict[int, list[str]]:
    keys: dict[int, list[str]] = {article: [] for article in articles}
    k = t.article_keys.c
    for some in chunks(list(keys)):
        for key, article in conn.execute(select(k.key, k.article).where(k.article.in_(some)).order_by(k.key)).all():
            keys[article].append(key)
    return keys


def _task(row: Row[Any], keys: tuple[str, ...], token: str, validators: tuple[str, str]) -> FetchTask:
    entry = entry_of(row.entry)
    origin = Origin(
        article_id=row.id,
        keys=keys,
        first_seen_at=row.first_seen_at,
        n=row.n,
        entry=entry,
        feed=row.feed or "",
        source=row.source_today,
        language=row.language_today,
        country=row.country_today,
    )
    return FetchTask(
        no=row.no,
        article_id=row.id,
        article_no=row.article,
        n=row.n,
        kind=row.kind,
        url=row.url,
        host=row.host,
        attempts=row.attempts,
        entry=entry,
        origin=origin,
        token=token,
        etag=validators[0],
        last_modified=validators[1],
    )


def paced(db: Database, host: HostTask, next_at: datetime) -> bool:
    """Before each request: note when the next may start, and renew the claims on the host and its captures for 60 s.

    False: the claim was lost, or the host was closed meanwhile: stop asking it.
    """
    with db.write() as conn:
        now = clock(conn)
        held = _hold(conn, host, now, next_at=next_at)
        if held:
            mine = (t.captures.c.owner == db.owner) & (t.captures.c.token == host.token)
            conn.execute(update(t.captures).where(mine).values(leased_until=now + LEASE))
    return held


def release_host(
    db: Database,
    host: HostTask,
    *,
    down_until: datetime | None = None,
    not_before: datetime | None = None,
    pace: float | None = None,
    next_at: datetime | None = None,
    robots: bytes | None = None,
    robots_status: int | None = None,
    robots_fetched_at: datetime | None = None,
    reason: Reason | None = None,
) -> None:
    """Give a host back and note what was learned; None leaves what is known. Captures whose pages aren't closed stay claimed.

    Until `down_until` (it didn't answer) and `not_before` (it said so, for this `reason`) nobody asks it, not even with --now.
    """
    learned: dict[str, Any] = {"pace": pace, "next_at": next_at, "robots": robots}
    learned |= {"robots_status": robots_status, "robots_fetched_at": robots_fetched_at}
    values = {name: value for name, value in learned.items() if value is not None}
    if until := max((at for at in (down_until, not_before) if at), default=None):
        with db.write() as conn:  # by itself: hosts are locked in their order
            close(conn, host.host, until, reason, clock(conn))
    with db.write() as conn:
        mine = (t.hosts.c.host == host.host) & (t.hosts.c.token == host.token)
        conn.execute(update(t.hosts).where(mine).values(values | NOBODY))


def release_captures(db: Database, tasks: Sequence[FetchTask]) -> None:
    """Give back captures that weren't tried."""
    with db.write() as conn:
        for task in tasks:
            mine = (t.captures.c.no == task.no) & (t.captures.c.token == task.token)
            conn.execute(update(t.captures).where(mine).values(NOBODY))
