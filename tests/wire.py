"""A wire for tests of watches: articles come in, are judged by the watches as the stage does it, and what was told is listed."""

import itertools
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from tests.wire_state import FEED, fetch_all, make_due, polled
from tests.wire_state import source as source_of
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.index.open import open_index
from wirewatch.model import Article, ArticleId, Counts, Entry, Watch
from wirewatch.settings.schema import IndexSettings
from wirewatch.state import captures, copies, feeds, matches
from wirewatch.state import tables as t
from wirewatch.state.captures import Indexed, IndexTask
from wirewatch.state.database import Database
from wirewatch.state.identity import article_id_of, key_of
from wirewatch.watch.channels import open_channels
from wirewatch.watch.judge import Shows
from wirewatch.watch.stage import Watching, match, query_hash

NONE = timedelta(0)
MAX_AGE = timedelta(hours=48)


class Wire:
    """The state and an index, with a channel `desk`."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder = db, folder
        self.now = datetime.now(UTC)
        self.watches: list[Watch] = []
        self.shows: Shows = lambda _article, _entities, _topics: ""
        self.saved_at: dict[str, datetime] = {}
        self.channels = open_channels({"desk": ["file://alerts.jsonl"]}, folder)
        self._numbers = itertools.count(1)
        self._facts: dict[str, dict[str, Any]] = {}  # of the next document, by URL
        self._sources: list[str] = []

    def watch(self, name: str, *, saved: timedelta = timedelta(days=365), **asks: Any) -> Watch:
        """A watch that was saved so long ago, and tells the desk."""
        made = Watch(name=name, channels=("desk",), **asks)
        matches.seen_watches(self.db, [(name, query_hash(made))])
        with self.db.write() as conn:
            conn.execute(update(t.watches).where(t.watches.c.name == name).values(saved_at=self.now - saved))
        self.saved_at[name] = self.now - saved
        self.watches = [*(each for each in self.watches if each.name != name), made]
        return made

    def article(
        self,
        title: str,
        body: str = "",
        *,
        ago: timedelta = NONE,
        published: timedelta | None = None,
        source: str = "Вести",
        url: str = "",
        entities: Sequence[str] = (),
        quiet: bool = False,
    ) -> ArticleId:
        """An article was first seen `ago`, published that long before now, and is indexed; with a known `url` it is an edit."""
        url = url or f"https://vesti.example/{next(self._numbers)}"
        at = None if published is None else self.now - published
        self._facts[url] = {"body": body or f"{title}.", "title": title, "entities": tuple(entities), "published_at": at}
        self._announce(url, title, source)
        with self.db.write() as conn:
            mine = select(t.article_keys.c.article).where(t.article_keys.c.key == key_of(url))
            if ago:
                conn.execute(update(t.articles).where(t.articles.c.no.in_(mine)).values(first_seen_at=self.now - ago))
            conn.execute(update(t.captures).where(t.captures.c.article.in_(mine)).values(quiet=quiet))
        fetch_all(self.db)
        self._index()
        return article_id_of(key_of(url))

    def judge(self) -> Counts:
        """The stage runs over what was indexed."""
        watching = Watching(self.watches, self.saved_at, self.channels, MAX_AGE, self.shows)
        with closing(open_index(IndexSettings(), self.folder)) as index:
            return match(self.db, index, watching)

    def told(self, watch: str) -> list[tuple[str, int]]:
        """What waits for the desk or went there: headlines as told, with the message's version."""
        sending = [*matches.claim_outbox(self.db, 1000)]
        matches.release_outbox(self.db, sending)
        return [(task.message.title, task.message.version) for task in sending if task.message.watch == watch]

    def reasons(self, watch: str) -> list[str]:
        """Why this watch's matches were not told."""
        return [row.reason for row in matches.history(self.db, watch) if row.state == "suppressed"]

    def usual(self, watch: Watch, per_hour: int, weeks: int = 4) -> None:
        """So many articles an hour met the watch in these hours of the week in the weeks before."""
        hour = int(self.now.timestamp()) // 3600
        rows = [
            {"watch": watch.name, "query_hash": query_hash(watch), "hour": hour - week * 168 - n, "articles": per_hour}
            for week in range(1, weeks + 1)
            for n in range(24)
        ]
        with self.db.write() as conn:
            conn.execute(t.watch_hours.insert(), rows)

    def _announce(self, url: str, title: str, source: str) -> None:
        feed = FEED if source == "Вести" else f"https://{len(self._sources)}.example/rss"
        self._sources += [source]
        feeds.sync(self.db, [source_of(feed, name=source)])
        make_due(self.db)
        task = next(task for task in feeds.claim(self.db, 100) if task.url == feed)
        entry = Entry(url=url, title=title)
        keyed = feeds.KeyedEntry(entry=entry, key=key_of(url), article_id=article_id_of(key_of(url)))
        feeds.finish_poll(self.db, task, polled(), [keyed])

    def _index(self) -> None:
        with closing(open_index(IndexSettings(), self.folder)) as index, index.writing() as writer:
            copies.settle(self.db, index.generation())
            while tasks := captures.claim_fetched(self.db, 500):
                made = [(task, self._document(task)) for task in tasks]
                texts = [Text(task.article_no, article.title, fold(article.body)) for task, article in made]
                told = assign(self.db, texts, timedelta(days=14))
                done = [(task, replace(article, story_id=told[task.article_no].story_id)) for task, article in made]
                assert writer.write([article for _, article in done]) == {}
                captures.indexed(self.db, [Indexed(task=task, article=article) for task, article in done])

    def _document(self, task: IndexTask) -> Article:
        return Article(
            id=task.article_id,
            revision=task.revision,
            url=task.url,
            source=task.source,
            first_seen_at=task.first_seen_at,
            indexed_at=self.now,
            language="sr",
            **self._facts[task.url],
        )
