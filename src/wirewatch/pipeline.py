"""The flow: poll, fetch, index, match, tell. Each stage is a function with its ports passed in; the CLI and the DAGs call these.

    feeds.yaml ─ poll ─▶ entry ─ fetch ─▶ page ─ extract ─▶ article ─ enrich ─▶ ─ group ─▶ story ─ index ─▶ ─ match ─▶ tell

What passes between stages lies in the state database and the archive; kill any process at any moment and start again.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from wirewatch.archive.write import ArchiveWriter
from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.showing import Showing
from wirewatch.enrich.topics import Topics
from wirewatch.extract.pool import ExtractPool
from wirewatch.fetch.stage import FetchRules, fetch
from wirewatch.house import House
from wirewatch.index.port import Busy, Writer
from wirewatch.indexing import Indexing, index, recalled
from wirewatch.model import Counts
from wirewatch.net.client import client_of
from wirewatch.poll.stage import PollRules, poll
from wirewatch.pruning import oldest_kept
from wirewatch.silence import tell_silence
from wirewatch.state import captures, runs
from wirewatch.watch.stage import Watching, match

log = structlog.get_logger()
STAGES = ("poll", "fetch", "index", "match", "tell")
LOOK = 0.5  # seconds between two looks for freshly archived pages while fetching goes on


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
