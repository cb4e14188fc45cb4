"""The house that the stages work in: settings, state, index and channels, opened, and what a dead run left taken up."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from wirewatch.archive.read import list_files, read_records
from wirewatch.archive.recover import sweep
from wirewatch.archive.tombstones import list_tombstones, read_tombstone
from wirewatch.index.open import fresh_index, open_index
from wirewatch.index.port import Index, NeedsRebuild
from wirewatch.model import Counts
from wirewatch.settings import Settings
from wirewatch.state import captures, copies, feeds, matches
from wirewatch.state.database import Database, free_dead_claims, open_database, owner_is_alive
from wirewatch.state.forgetting import remember_tombstone
from wirewatch.watch.channels import Channels, channels_of
from wirewatch.watch.deliver import PATIENCE, Post
from wirewatch.watch.stage import query_hash

log = structlog.get_logger()
Progress = Callable[[str, Counts], None]  # told a stage's name and what it has just done


@dataclass(slots=True)
class House:
    """The settings and the open ports that the stages work with."""

    settings: Settings
    db: Database
    index: Index
    saved_at: dict[str, Any]  # when each watch was first seen in this form
    channels: Channels
    post: Post  # tells in the background
    stop: threading.Event
    now_too: bool = False  # --now: also what isn't due yet
    matching: bool = True  # False: matching and telling are left to a task of their own
    progress: Progress = lambda _stage, _counts: None
    patience: float = PATIENCE  # seconds that a run waits for messages on their way
    summary: dict[str, Counts] = field(default_factory=dict)  # of the run, by stage

    def done(self, stage: str, counts: Counts) -> None:
        """A stage has done something: add it to the summary, and tell who watches."""
        self.summary.setdefault(stage, Counts()).merge(counts)
        self.progress(stage, counts)


@contextmanager
def open_house(
    settings: Settings, *, now_too: bool = False, matching: bool = True, progress: Progress = lambda _s, _c: None
) -> Iterator[House]:
    """Open state and index, take up what a dead run left, and bring the config's feeds and watches into the state."""
    with ExitStack() as stack:
        db = open_database(settings.main.state.url, settings.home)
        stack.callback(db.close)
        free_dead_claims(db)
        recover_archive(db, settings.archive, whole=False)
        articles = _open_index(db, settings)
        stack.callback(articles.close)
        feeds.sync(db, settings.sources)
        saved_at = matches.seen_watches(db, [(watch.name, query_hash(watch)) for watch in settings.watches])
        channels, stop = channels_of(settings), threading.Event()
        post = Post(db, channels, stop)
        stack.callback(post.close)
        yield House(settings, db, articles, saved_at, channels, post, stop, now_too, matching, progress)


def recover_archive(db: Database, archive: str, *, quiet: bool = False, whole: bool = True) -> int:
    """Delete what dead writers left open; adopt closed files whose acknowledgement a kill cut off. Gives the number of pages.

    `quiet`, and always when the state is empty, that is when it was lost: nobody is told again. Not `whole`: of an object store,
    which lists a thousand files a request, only today's and yesterday's are looked at.
    """
    sweep(archive, owner_is_alive)
    known, lost = captures.known_files(db), captures.is_empty(db)
    for name in list_tombstones(archive):
        if name not in known:
            remember_tombstone(db, name, *read_tombstone(archive, name))
    today = datetime.now(UTC)
    days = [""] if whole or lost or "://" not in archive else [f"{today - timedelta(days=n):%Y/%m/%d}" for n in (1, 0)]
    new = [file for day in days for file in list_files(archive, day) if file not in known]
    return sum(captures.adopt(db, file, list(read_records(archive, file)), quiet=quiet or lost) for file in new)


def _open_index(db: Database, settings: Settings) -> Index:
    """The index; one that was lost, restored from a copy, or made by other rules is filled again from the archive."""
    try:
        articles = open_index(settings.main.index, settings.home)
    except NeedsRebuild as need:
        log.warning("the index is built anew from the archive", why=str(need))
        articles = fresh_index(settings.home)
    copies.settle(db, articles.generation())
    return articles
