"""The flow: poll, fetch, index, match, tell. Each stage is a function with its ports passed in; the CLI and the DAGs call these.

    feeds.yaml ─ poll ─▶ entry ─ fetch ─▶ page ─ extract ─▶ article ─ enrich ─▶ ─ group ─▶ story ─ index ─▶ ─ match ─▶ tell

What passes between stages lies in the state database and the archive; kill any process at any moment and start again.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from wirewatch.archive.read import list_files, read_records
from wirewatch.archive.recover import sweep
from wirewatch.archive.tombstones import list_tombstones, read_tombstone
from wirewatch.archive.write import ArchiveWriter
from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.showing import Showing
from wirewatch.enrich.topics import Topics
from wirewatch.extract.pool import ExtractPool
from wirewatch.fetch.stage import FetchRules, fetch
from wirewatch.index.open import fresh_index, open_index
from wirewatch.index.port import Busy, Index, NeedsRebuild, Writer
from wirewatch.indexing import Indexing, index, recalled
from wirewatch.model import Counts
from wirewatch.net.client import client_of
from wirewatch.poll.stage import PollRules, poll
from wirewatch.pruning import oldest_kept
from wirewatch.settings import Settings
from wirewatch.silence import tell_silence
from wirewatch.state import captures, copies, feeds, matches, runs
from wirewatch.state.database import Database, free_dead_claims, open_database, owner_is_alive
from wirewatch.state.forgetting import remember_tombstone
from wirewatch.watch.channels import Channels, channels_of
from wirewatch.watch.deliver import PATIENCE, Post
from wirewatch.watch.stage import Watching, match, query_hash

log = structlog.get_logger()
STAGES = ("poll", "fetch", "index", "match", "tell")
Progress = Callable[[str, Counts], None]  # told a stage's name and what it has just done
LOOK = 0.5  # seconds between two looks for freshly archived pages while fetching goes on


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


def run_poll(house: House) -> Counts:
    """Ask every feed that is due; new entries become queued captures."""
    return asyncio.run(_stoppable(house, _poll))


def run_fetch(house: House, hosts: int | None = None) -> Counts:
    """Fetch and archive every queued page that is due, of at most so many hosts."""
    return asyncio.run(_stoppable(house, partial(_fetch, hosts=hosts)))


def run_index(house: House) -> Counts:
    """Index every archived page, and match and tell what is new. Raises Busy when another process is at it."""
    if not captures.unindexed(house.db):
        return Counts()
    with house.index.writing(house.stop) as writer:
        return _index_all(house, writer, threading.Event(), ended=True)


def run_match(house: House) -> Counts:
    """Meet the watches with what was indexed since, and tell the channels."""
    counts = _match(house)
    counts.merge(run_deliver(house))
    tell_silence(house.settings, house.db)
    return counts


def run_deliver(house: House) -> Counts:
    """Send what the outbox holds and is due, and wait for it as long as the house has patience."""
    while house.post.look() and house.post.wait(house.patience):
        pass
    house.post.wait(house.patience)
    counts = house.post.taken()
    house.done("tell", counts)
    return counts


def run_once(house: House) -> dict[str, dict[str, int]]:
    """Everything that is due, through every stage. Pages are indexed and told while others are still being fetched.

    Gives each stage's counts by outcome, which the state database keeps as the run's summary.
    """
    with recorded(house):
        run_poll(house)
        run_fetch_and_index(house)
        run_match(house)
    return {stage: counts.by for stage, counts in house.summary.items()}


@contextmanager
def recorded(house: House, stages: Sequence[str] = STAGES) -> Iterator[None]:
    """What is done meanwhile is a run: kept in the state with each stage's counts, and named in every line of the log."""
    run = runs.begin(house.db)
    house.summary = {stage: Counts() for stage in stages}
    try:
        with structlog.contextvars.bound_contextvars(run=run):
            yield
    finally:
        runs.end(house.db, run, {stage: counts.by for stage, counts in house.summary.items()})


def run_fetch_and_index(house: House, hosts: int | None = None) -> None:
    """Fetch what is due, of at most so many hosts, and index it while fetching goes on."""
    fetched = threading.Event()
    with ThreadPoolExecutor(1, "index") as beside:
        indexing = beside.submit(copy_context().run, _index_beside, house, fetched)
        indexing.add_done_callback(lambda done: house.stop.set() if done.exception() else None)
        try:
            run_fetch(house, hosts)
        finally:
            fetched.set()
    indexing.result()


def _index_beside(house: House, fetched: threading.Event) -> None:
    """Index while fetching goes on; if another process holds the index, leave it to that one, unless it ends before us."""
    said = False
    while True:
        ended = fetched.is_set() or house.stop.is_set()
        try:
            with house.index.writing(house.stop) as writer:
                _index_all(house, writer, fetched, ended=False)
                return
        except Busy:
            if not said:
                log.warning("another process is indexing; what this one fetches is left to it")
                said = True
        if ended:
            house.done("index", Counts({"left to another process": 1}))
            return
        fetched.wait(LOOK)


def _index_all(house: House, writer: Writer, fetched: threading.Event, *, ended: bool) -> Counts:
    settings, counts = house.settings, Counts()

    def written(batch: Counts) -> None:
        house.done("index", batch)
        if house.matching:
            _match(house)
            house.post.look()

    with ExtractPool(workers=settings.main.extract.workers, timeout=settings.main.extract.timeout) as pool:
        ports = Indexing(
            house.db,
            pool,
            settings.archive,
            Gazetteer(settings.entities),
            Topics(settings.topics),
            house.stop,
            oldest_kept(datetime.now(UTC), settings.main.index.keep),
            window=settings.main.stories.window,
            recall=recalled(settings.sources),
        )
        while not house.stop.is_set():
            ended = ended or fetched.is_set()
            batch = index(ports, writer, done=written)
            counts.merge(batch)
            if ended and not batch.by:
                break
            if not batch.by:
                fetched.wait(LOOK)
    return counts


def _match(house: House) -> Counts:
    settings = house.settings
    watching = Watching(
        settings.watches,
        house.saved_at,
        house.channels,
        settings.main.watch.max_age,
        Showing(settings.entities, settings.topics),
    )
    counts = match(house.db, house.index, watching, house.stop.is_set)
    house.done("match", counts)
    return counts


async def _stoppable(house: House, stage: Callable[[House, asyncio.Event], Any]) -> Counts:
    """Run an async stage that ends early, and cleanly, once the house is told to stop."""
    stop = asyncio.Event()

    async def pass_on() -> None:
        while not house.stop.is_set():
            await asyncio.sleep(0.1)
        stop.set()

    listener = asyncio.create_task(pass_on())
    try:
        counts: Counts = await stage(house, stop)
        return counts
    finally:
        listener.cancel()


async def _poll(house: House, stop: asyncio.Event) -> Counts:
    given = house.settings.main.fetch
    rules = PollRules(workers=given.workers, timeout=given.timeout, per_host_delay=given.per_host_delay, now_too=house.now_too)
    async with client_of(given) as http:
        return await poll(house.db, http, rules, stop, lambda counts: house.done("poll", counts))


async def _fetch(house: House, stop: asyncio.Event, hosts: int | None) -> Counts:
    given = house.settings.main.fetch
    rules = FetchRules(
        workers=given.workers,
        per_host_delay=given.per_host_delay,
        timeout=given.timeout,
        max_bytes=given.max_bytes,
        obey_robots=given.obey_robots,
        obey_noindex=given.obey_noindex,
        now_too=house.now_too,
        hosts=hosts,
    )
    writer = ArchiveWriter(house.settings.archive, house.db.owner)
    async with client_of(given) as http:
        return await fetch(house.db, http, writer, rules, stop, lambda counts: house.done("fetch", counts))
