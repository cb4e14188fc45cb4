"""Rebuild: the index made anew from the archive beside the live one, which is then replaced in one step. Redo: only what
older rules of extraction made, in the live one.

Stories, matches and the ledger are state and stay as they are; nobody is told. What the archive can't give (its page is past
its keeping time, or the new rules find no article on it) and what isn't asked for is carried over as it stands.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from wirewatch.analysis.query import All
from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.topics import Topics
from wirewatch.errors import Unavailable
from wirewatch.extract.pool import ExtractPool
from wirewatch.extract.rules import RULES
from wirewatch.index.port import Busy, Index, Rebuild, Search
from wirewatch.indexing import Indexing, rebuilt, recalled
from wirewatch.model import Article, ArticleId, Counts
from wirewatch.pruning import oldest_kept
from wirewatch.settings import Settings
from wirewatch.state import copies, rebuilding
from wirewatch.state.database import Database
from wirewatch.state.indexing import IndexTask

BATCH = 200  # pages at a time, as the first time
LOOK = 0.5  # seconds between two looks whether another process still writes to the index
Batches = Iterator[tuple[int, list[IndexTask]]]  # articles looked at, and the tasks among them
Progress = Callable[[int, int], None]  # articles done, articles in all


def reindex(
    settings: Settings, db: Database, index: Index, ask: Search | None, stop: threading.Event, progress: Progress
) -> Counts:
    """Make the index anew from the archive, all of it or what `ask` meets; gives the counts by outcome.

    Raises Unavailable when told to stop: the live index is as it was, and the next call goes on or starts again.
    """
    counts = Counts()
    with index.rebuilding(stop) as rebuild:
        keep_from = oldest_kept(datetime.now(UTC), settings.main.index.keep)
        total, batches = _asked(db, index, ask, keep_from)
        with _ports(settings, db, stop) as ports:
            done = 0
            for seen, tasks in batches:
                counts.merge(_filled(ports, index, rebuild, tasks))
                done += seen
                progress(min(done, total), total)
                _go_on(stop)
        for articles in rebuild.left():
            counts.add("refused", len(rebuild.write(articles)))
            counts.add("carried over", len(articles))
            _go_on(stop)
        copies.both(db, rebuild.generation())
        rebuild.switch()
    copies.settle(db, index.generation())
    return counts


def redo(settings: Settings, db: Database, index: Index, ask: Search | None, stop: threading.Event, progress: Progress) -> Counts:
    """Make anew, in the live index, what older rules of extraction made, all of it or what `ask` meets; gives the counts by
    outcome. What the archive can't give, and where the new rules find no article, stays as it is.

    Other processes may index meanwhile. Raises Unavailable when told to stop: what is done is done, the next call goes on.
    """
    counts = Counts()
    ids = [article.id for article in index.scan(All(), replace(ask or Search(), rules_below=RULES))]
    with _ports(settings, db, stop) as ports:
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            tasks = rebuilding.archived_of(db, some)
            counts.add("kept as they were", len(some) - len(tasks))
            counts.merge(_made(ports, index, tasks, lambda articles: _written(db, index, articles, stop)))
            progress(start + len(some), len(ids))
            if stop.is_set():
                raise Unavailable("stopped; the next call goes on from here")
    return counts


def _written(db: Database, index: Index, articles: Sequence[Article], stop: threading.Event) -> Mapping[ArticleId, str]:
    """Write into the live index what wasn't forgotten meanwhile; waits while another process has the right to write."""
    while not stop.is_set():
        try:
            with index.writing(stop) as writer:
                there = {task.article_id for task in rebuilding.archived_of(db, [article.id for article in articles])}
                return writer.write([article for article in articles if article.id in there])
        except Busy:
            stop.wait(LOOK)
    raise Unavailable("stopped; the next call goes on from here")


def _filled(ports: Indexing, index: Index, rebuild: Rebuild, tasks: list[IndexTask]) -> Counts:
    lacking = rebuild.lacking({task.article_id: task.revision for task in tasks})
    counts = Counts({"there already": n} if (n := len(tasks) - len(lacking)) else {})
    counts.merge(_made(ports, index, [task for task in tasks if task.article_id in lacking], rebuild.write))
    return counts


def _made(
    ports: Indexing, index: Index, tasks: Sequence[IndexTask], write: Callable[[list[Article]], Mapping[ArticleId, str]]
) -> Counts:
    """Make the tasks' articles anew and write them; when they were first indexed stays."""
    counts = Counts()
    articles, not_extracted = rebuilt(ports, tasks)
    since = {article.id: article.indexed_at for article in index.get([article.id for article in articles])}
    refused = write([replace(article, indexed_at=since.get(article.id, article.indexed_at)) for article in articles])
    counts.add("rebuilt", len(articles) - len(refused))
    counts.add("refused", len(refused))
    counts.add("kept as they were", not_extracted)
    return Counts({outcome: n for outcome, n in counts.by.items() if n})


def _asked(
    db: Database, index: Index, ask: Search | None, keep_from: datetime
) -> tuple[int, Iterator[tuple[int, list[IndexTask]]]]:
    """How many articles are to be done, and their tasks, some at a time."""
    if ask is None:
        return rebuilding.count(db, keep_from), _everything(db, keep_from)
    ids = [article.id for article in index.scan(All(), ask)]
    some = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    return len(ids), ((len(batch), rebuilding.archived_of(db, batch)) for batch in some)


def _everything(db: Database, since: datetime) -> Batches:
    last = 0
    while True:
        tasks, last = rebuilding.archived(db, last, BATCH, since)
        if not last:
            return
        yield len(tasks), tasks


@contextmanager
def _ports(settings: Settings, db: Database, stop: threading.Event) -> Iterator[Indexing]:
    with ExtractPool(workers=settings.main.extract.workers, timeout=settings.main.extract.timeout) as pool:
        yield Indexing(
            db,
            pool,
            settings.archive,
            Gazetteer(settings.entities),
            Topics(settings.topics),
            stop,
            recall=recalled(settings.sources),
        )


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise Unavailable("stopped; the live index is as it was")
