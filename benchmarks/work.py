"""What the stages ask of the state for a feed and for an article, in their batches; no network, no archive, no index."""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.stories.words import body
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import Article, Entry, Place
from wirewatch.poll.rhythm import learn, unpack
from wirewatch.poll.schedule import Copy, after_success
from wirewatch.state import captures, feeds, indexing, matches
from wirewatch.state.captures import Fetched, FetchTask, Indexed, IndexTask
from wirewatch.state.database import Database
from wirewatch.state.feeds import FeedTask, KeyedEntry, Polled
from wirewatch.state.identity import article_id_of, key_of

FEEDS = 100  # claimed at once, as poll/stage.py does
UNCHANGED = 50  # written together, as there
PAGES = 20  # of a host claimed at once, as fetch/visit.py does
FILE = 50  # pages acknowledged together: an archive file is closed after 5 s
DOCUMENTS = 200  # claimed for the index at once, as indexing.py does
ARTICLES = 500  # met with the watches at once, as watch/stage.py does
AGE, WINDOW = timedelta(hours=48), timedelta(days=14)
WORDS = 300  # of an article
SHOWN = 20  # entries of a feed

Look = Callable[[FeedTask], tuple[Sequence[Entry], int]]  # what a feed shows, and how much of it is new; nothing: it is unchanged


def poll_due(db: Database, look: Look, now: Callable[[], datetime], enough: Callable[[], bool]) -> tuple[int, int]:
    """Claim and finish due feeds until none is left, or it is enough; gives the polls and the new articles."""
    polls = new = 0
    unchanged: list[tuple[FeedTask, Polled]] = []
    while not enough() and (tasks := feeds.claim(db, FEEDS)):
        for task in tasks:
            shown, fresh = look(task)
            polled = _polled(task, now(), fresh, len(shown))
            if shown:
                keys = [_keyed(entry) for entry in shown]
                feeds.known_keys(db, [each.key for each in keys])
                counts = feeds.finish_poll(db, task, polled, keys)
                new += counts.new if counts else 0
            else:
                unchanged.append((task, polled))
            if len(unchanged) >= UNCHANGED:
                feeds.finish_unchanged(db, unchanged)
                unchanged = []
        polls += len(tasks)
    if unchanged:
        feeds.finish_unchanged(db, unchanged)
    return polls, new


def _keyed(entry: Entry) -> KeyedEntry:
    key = key_of(entry.url)
    return KeyedEntry(entry=entry, key=key, article_id=article_id_of(key))


def _polled(task: FeedTask, now: datetime, new: int, links: int) -> Polled:
    since = (task.last_success_at or now - timedelta(hours=1)).timestamp()
    rhythm = learn(unpack(task.learned.rhythm), since, now.timestamp(), new, ())
    shown = links or task.learned.shown
    about: dict[str, Any] = {
        "every": None,
        "gap": None,
        "wish": 0.0,
        "copy": Copy(),
        "last_new_at": now if new else task.last_new_at,
    }
    pace = after_success(now, rhythm=rhythm, shown=shown, **about, dice=random.random())
    hashed = os.urandom(16).hex() if links else task.learned.body_hash
    learned = replace(task.learned, rhythm=rhythm.pack(), shown=shown, body_hash=hashed, interval=pace.interval, failures=0.0)
    return Polled(
        learned=learned,
        next_poll_at=pace.next_at,
        not_before=None,
        outcome="new" if new else "nothing-new" if links else "unchanged",
        host_next_at=now + timedelta(seconds=5),
    )


def carry(db: Database, now: Callable[[], datetime], enough: Callable[[], bool]) -> int:
    """Carry due captures from queued to matched until none is left, or it is enough; gives those matched."""
    seen: set[str] = set()
    matched, pages = 0, list[Fetched]()
    while not enough() and (host := captures.claim_host(db, skip=seen)):
        seen.add(host.host)
        while tasks := captures.claim_captures(db, host, PAGES):
            for task in tasks:
                captures.paced(db, host, now() + timedelta(seconds=5))
                pages.append(_page(task))
        captures.release_host(db, host, pace=1.0)
        if len(pages) >= FILE:
            matched += _on(db, pages)
            pages = []
    return matched + _on(db, pages)


def _on(db: Database, pages: Sequence[Fetched]) -> int:
    """From a closed archive file on."""
    captures.fetched(db, pages)
    while tasks := captures.claim_fetched(db, DOCUMENTS):
        assign(db, [Text(task.article_no, task.entry.title, fold(_body(task))) for task in tasks], WINDOW)
        captures.indexed(db, [_document(task) for task in tasks])
    matched = 0
    while found := indexing.claim_indexed(db, ARTICLES):
        matches.record(db, found, [], AGE)
        matched += len(found)
    return matched


def _body(task: IndexTask) -> str:
    return "\n".join(body(random.Random(task.article_id), "en", WORDS))


def _page(task: FetchTask) -> Fetched:
    place = Place(file=f"20261111/{task.token[:20]}.warc.gz", offset=task.no % FILE * 70_000, length=70_000)
    return Fetched(task=task, place=place, final_url=task.url, content_type="text/html; charset=utf-8")


def _document(task: IndexTask) -> Indexed:
    article = Article(
        id=task.article_id,
        revision=task.revision,
        url=task.url,
        title=task.entry.title,
        body="",
        source=task.source,
        first_seen_at=task.first_seen_at,
        indexed_at=task.first_seen_at,
        published_at=task.first_seen_at,
    )
    return Indexed(task=task, article=article)
