"""Captures on their way from the archive into the index, and from there to the watches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.sql.elements import ColumnElement

from wirewatch.errors import Reason
from wirewatch.model import Article, ArticleId, ArticleNo, CaptureNo, Entry, Place
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.ending import ended
from wirewatch.state.fetching import todays_source
from wirewatch.state.leases import NOBODY, chunks, still_ours, take, unleased
from wirewatch.state.revisits import look_again
from wirewatch.state.rows import entry_of

LONELY_DEATHS = 3  # what took its worker down that often comes alone, so that it takes nothing else with it
MOST_DEATHS = 20
FRESH = timedelta(days=2)  # after which nobody edits any more
NEWER = 1 << 20  # a document's revision: a later capture's is higher than any earlier one's, whichever is indexed last


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTask:
    """A capture claimed for indexing."""

    no: CaptureNo
    article_id: ArticleId
    article_no: ArticleNo
    n: int
    kind: str
    url: str  # the article's, as first announced
    final_url: str
    place: Place
    content_type: str
    entry: Entry
    first_seen_at: datetime
    published_at_known: datetime | None  # as an earlier capture said
    source: str
    country: str | None
    language: str | None
    feed: str  # URL
    text_hash: str  # of the text that the index has, for a later look to compare; "" for a first one and a rebuild
    edited_at: datetime | None  # when a later look found another text
    revision: int  # of the document to write
    deaths: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A document that the index has acknowledged."""

    task: IndexTask
    article: Article
    text_hash: str = ""
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTask:
    """An indexed capture claimed for matching."""

    no: CaptureNo
    article_id: ArticleId
    article_no: ArticleNo
    story_no: ArticleNo
    story_id: ArticleId
    first_seen_at: datetime
    published_at: datetime | None
    kind: str  # new, edit, retry; import, rebuild: is matched, but not told
    title: str
    url: str
    token: str
    n: int = 1  # the capture's number within its article
    attempts: int = 0  # times that it couldn't be judged


def claim_fetched(db: Database, limit: int) -> list[IndexTask]:
    """Take up to `limit` archived captures, one an article, and give each a revision for its document.

    What took its worker down three times comes last and alone; after twenty it is `failed: poison`.
    """
    c = t.captures.c
    with db.write() as conn:
        now = clock(conn)
        chosen = _first_of_articles(_due(conn, c.deaths < LONELY_DEATHS, now, limit))
        if not chosen:
            chosen = _lonely(conn, now)
        nos = [row.no for row in chosen]
        for some in chunks([row.no for row in chosen if row.owner is not None]):  # its last holder never gave it back
            conn.execute(update(t.captures).where(c.no.in_(some)).values(deaths=c.deaths + 1))
        for some in chunks([row.article for row in chosen]):
            conn.execute(update(t.articles).where(t.articles.c.no.in_(some)).values(revision=t.articles.c.revision + 1))
        token = take(conn, t.captures, nos, db.owner, now)
        return [index_task(row, token, row.n * NEWER + row.revision) for row in joined(conn, nos)]


def _due(conn: Connection, condition: ColumnElement[bool], now: datetime, limit: int) -> Sequence[Row[Any]]:
    c = t.captures.c
    query = select(c.no, c.article, c.owner, c.deaths).where(t.has_status("fetched"), c.due_at <= now, condition)
    query = query.where(unleased(t.captures, now)).order_by(c.due_at, c.no).limit(limit)
    return conn.execute(query.with_for_update(skip_locked=True)).all()


def _first_of_articles(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Two captures of an article go into two batches: a batch writes each document once."""
    first: dict[int, Row[Any]] = {}
    for row in rows:
        first.setdefault(row.article, row)
    return list(first.values())


def _lonely(conn: Connection, now: datetime) -> list[Row[Any]]:
    c = t.captures.c
    while rows := _due(conn, c.deaths >= LONELY_DEATHS, now, 1):
        if rows[0].deaths < MOST_DEATHS:
            return list(rows)
        values = ended("failed", Reason.POISON, f"took its worker down {rows[0].deaths} times", now)
        conn.execute(update(t.captures).where(c.no == rows[0].no).values(values))
    return []


def joined(conn: Connection, nos: Sequence[int]) -> list[Row[Any]]:
    """Captures with their article, feed and today's source, in the order of `nos`."""
    a, c, f = t.articles, t.captures, t.feeds
    tables = c.join(a, a.c.no == c.c.article).outerjoin(f, f.c.no == a.c.feed)
    about = (a.c.id, a.c.url.label("announced"), a.c.first_seen_at, a.c.published_at, a.c.revision, a.c.title, a.c.story)
    texts = (a.c.text_hash, a.c.edited_at)
    rows: list[Row[Any]] = []
    for some in chunks(nos):
        query = select(c, *about, *texts, f.c.url.label("feed"), *todays_source()).select_from(tables)
        rows += conn.execute(query.where(c.c.no.in_(some)))
    order = {no: place for place, no in enumerate(nos)}
    return sorted(rows, key=lambda row: order[row.no])


def index_task(row: Row[Any], token: str, revision: int) -> IndexTask:
    """A claimed row as the task."""
    same = {name: row._mapping[name] for name in ("no", "n", "kind", "final_url", "content_type", "first_seen_at", "deaths")}
    return IndexTask(
        **same,
        article_id=row.id,
        article_no=row.article,
        url=row.announced,
        place=Place(file=row.file, offset=row.offset, length=row.length),
        entry=entry_of(row.entry),
        published_at_known=row.published_at,
        source=row.source_today,
        country=row.country_today,
        language=row.language_today,
        feed=row.feed or "",
        text_hash=row.text_hash if token and row.n > 1 else "",
        edited_at=row.edited_at,
        revision=revision,
        token=token,
    )


def indexed(db: Database, done: Sequence[Indexed]) -> None:
    """The index has these documents for good: note it, where the claims still stand."""
    c, a = t.captures.c, t.articles.c
    over = {"reason": None, "detail": "", "attempts": 0, "not_before": None}
    with db.write() as conn:
        now = clock(conn)
        ours = still_ours(conn, t.captures, {item.task.no: item.task.token for item in done})
        for some in chunks(sorted(ours)):
            held = c.no.in_(some) & t.has_status("fetched")
            conn.execute(update(t.captures).where(held).values(NOBODY | over | {"status": "indexed", "due_at": now, "at": now}))
        rows = [_facts(item) for item in sorted(done, key=lambda item: item.task.article_no) if item.task.no in ours]
        newest = (a.no == bindparam("of")) & (a.indexed_revision <= bindparam("by"))
        if rows:
            conn.execute(update(t.articles).where(newest), rows)
        look_again(conn, [item.task.article_no for item in done if item.task.no in ours and is_fresh(item.task, now)], now)


def is_fresh(task: IndexTask, now: datetime) -> bool:
    """Whether the article came by a feed a short while ago: not by an import or a rebuild."""
    return task.kind == "new" and bool(task.feed) and now - task.first_seen_at < FRESH


def _facts(item: Indexed) -> dict[str, Any]:
    facts = {"title": item.article.title, "published_at": item.article.published_at}
    facts |= {"text_hash": item.text_hash, "edited_at": item.edited_at}
    return facts | {"of": item.task.article_no, "by": item.task.revision, "indexed_revision": item.task.revision}


def claim_indexed(db: Database, limit: int) -> list[MatchTask]:
    """Take up to `limit` indexed captures to meet the watches with."""
    c = t.captures.c
    with db.write() as conn:
        now = clock(conn)
        due = select(c.no).where(t.has_status("indexed"), c.due_at <= now, unleased(t.captures, now))
        query = due.order_by(c.due_at, c.no).limit(limit)
        nos = conn.scalars(query.with_for_update(skip_locked=True)).all()
        token = take(conn, t.captures, nos, db.owner, now)
        rows = joined(conn, nos)
        ids = _story_ids(conn, [row.story or row.article for row in rows])
    return [_match_task(row, ids[row.story or row.article], token) for row in rows]


def _story_ids(conn: Connection, stories: Sequence[int]) -> dict[int, ArticleId]:
    ids: dict[int, ArticleId] = {}
    a = t.articles.c
    for some in chunks(sorted(set(stories))):
        ids |= {row.no: row.id for row in conn.execute(select(a.no, a.id).where(a.no.in_(some)))}
    return ids


def _match_task(row: Row[Any], story_id: ArticleId, token: str) -> MatchTask:
    return MatchTask(
        no=row.no,
        article_id=row.id,
        article_no=row.article,
        story_no=row.story or row.article,
        story_id=story_id,
        first_seen_at=row.first_seen_at,
        published_at=row.published_at,
        kind=_kind(row),
        title=row.title,
        url=row.announced,
        token=token,
        n=row.n,
        attempts=row.attempts,
    )


def _kind(row: Row[Any]) -> str:
    """What came by no feed was imported; what else is quiet came by a rebuild."""
    return ("import" if row.feed is None else "rebuild") if row.quiet else str(row.kind)
