"""Builders for tests of the state: a feed polled, a capture brought to where a test begins."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from wirewatch.errors import Reason
from wirewatch.model import Article, Entry, Feed, Place, Source
from wirewatch.state import captures, feeds
from wirewatch.state import tables as t
from wirewatch.state.captures import Fetched, FetchTask, Indexed, IndexTask
from wirewatch.state.database import Database
from wirewatch.state.identity import article_id_of, key_of
from wirewatch.state.sameness import further_keys

FEED = "https://vesti.example/rss"


def source(*urls: str, name: str = "Вести", every: float | None = None, language: str | None = "sr") -> Source:
    """A source with feeds of these addresses."""
    return Source(name=name, country="rs", language=language, feeds=tuple(Feed(url=url, every=every) for url in urls or (FEED,)))


def entry(url: str = "https://vesti.example/1", title: str = "Ким и Путин", updated: str = "", content: str = "") -> Entry:
    """An entry."""
    return Entry(url=url, title=title, updated=updated, content=content, published_at=datetime(2026, 11, 1, 8, 30, tzinfo=UTC))


def keyed(found: Entry) -> feeds.KeyedEntry:
    """The entry with its identity."""
    key = key_of(found.url)
    return feeds.KeyedEntry(entry=found, key=key, article_id=article_id_of(key), further=further_keys(found.url))


def polled(
    outcome: str = "new", *, reason: Reason | None = None, next_in: timedelta = timedelta(hours=1), etag: str = ""
) -> feeds.Polled:
    """A poll's result."""
    learned = feeds.Learned(etag=etag, body_hash="h", interval=3600.0, failures=1.0 if reason else 0.0, format="rss")
    next_at = datetime.now(UTC) + next_in
    return feeds.Polled(learned=learned, next_poll_at=next_at, not_before=None, reason=reason, outcome=outcome)


def announce(db: Database, *entries: Entry, feed: str = FEED) -> feeds.PollCounts | None:
    """The feed announces these entries now."""
    feeds.sync(db, [source(feed)])
    make_due(db)
    task = next(task for task in feeds.claim(db, 100) if task.url == feed)
    return feeds.finish_poll(db, task, polled(), [keyed(one) for one in entries])


def many(number: int, host: str = "vesti.example") -> list[Entry]:
    """That many entries."""
    return [entry(f"https://{host}/{i}", f"Вест {i}") for i in range(number)]


def make_due(db: Database) -> None:
    """Time passes: whatever waits is due, whoever holds a claim has overslept."""
    past = datetime.now(UTC) - timedelta(hours=1)
    with db.write() as conn:
        conn.execute(update(t.feeds).values(next_poll_at=past))
        conn.execute(update(t.captures).values(due_at=past))
        conn.execute(update(t.outbox).values(due_at=past))


def oversleep(db: Database) -> None:
    """Time passes: every lease ends."""
    past = datetime.now(UTC) - timedelta(hours=1)
    with db.write() as conn:
        for table in t.LEASED:
            conn.execute(update(table).where(table.c.token.is_not(None)).values(leased_until=past))


def claim_to_fetch(db: Database, limit: int = 1000) -> list[FetchTask]:
    """Claim all due captures of one host."""
    host = captures.claim_host(db)
    assert host is not None
    tasks = captures.claim_captures(db, host, limit)
    captures.release_host(db, host)
    return tasks


def page(task: FetchTask, file: str = "2026/11/01/a.warc.gz", keys: tuple[str, ...] = (), **more: Any) -> Fetched:
    """The task's page in a closed file."""
    place = Place(file=file, offset=task.no * 1000, length=900)
    return Fetched(task=task, place=place, final_url=task.url, content_type="text/html", keys=keys, **more)


def fetch_all(db: Database) -> None:
    """Fetch whatever is queued and due."""
    while (host := captures.claim_host(db)) is not None:
        captures.fetched(db, [page(task) for task in captures.claim_captures(db, host, 1000)])
        captures.release_host(db, host)


def document(task: IndexTask, title: str = "", text_hash: str = "") -> Indexed:
    """The task's acknowledged document."""
    article = Article(
        id=task.article_id,
        revision=task.revision,
        url=task.url,
        title=title or task.entry.title,
        body="Текст.",
        source=task.source,
        first_seen_at=task.first_seen_at,
        indexed_at=datetime.now(UTC),
        published_at=task.entry.published_at,
    )
    return Indexed(task=task, article=article, text_hash=text_hash)


def index_all(db: Database) -> None:
    """Index whatever is fetched and due."""
    while tasks := captures.claim_fetched(db, 500):
        captures.indexed(db, [document(task) for task in tasks])


def statuses(db: Database) -> Sequence[str]:
    """Every capture's status, in their order."""
    from sqlalchemy import select

    with db.read() as conn:
        return conn.scalars(select(t.captures.c.status).order_by(t.captures.c.no)).all()
