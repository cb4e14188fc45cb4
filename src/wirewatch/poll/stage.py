"""Poll: ask every feed that is due, and queue what is new.

A poll's validators, body hash, next time and entries are written in one transaction: a kill never leaves entries behind a
304. An unchanged body is neither parsed nor written, but for the feed's own row.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import repeat
from typing import Any

import structlog

from wirewatch.errors import Reason, Retry, Skip, WirewatchError
from wirewatch.model import Counts, Entry, Page
from wirewatch.net.client import Http
from wirewatch.poll.asking import Asking
from wirewatch.poll.parse import ParsedFeed
from wirewatch.poll.parser import Parser
from wirewatch.poll.result import Brought, polled_badly, polled_well
from wirewatch.poll.schedule import NETWORK, is_our_network, is_witness
from wirewatch.state import feeds
from wirewatch.state.closing import OTHERS_REST, site_of_host
from wirewatch.state.database import Database
from wirewatch.state.feeds import FeedTask, KeyedEntry, PollCounts, Polled
from wirewatch.state.identity import article_id_of, key_of
from wirewatch.state.sameness import further_keys

log = structlog.get_logger()
BATCH = 100  # feeds claimed at once
TOGETHER = 50  # polls that brought nothing, written in one transaction; a kill costs asking these again
TOTAL = 60.0  # seconds a feed may take in all, redirects included; less where the timeout is short
RENEW = 20.0  # seconds between renewals of the claims, which last 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRules:
    """What the settings say about polling."""

    workers: int
    timeout: float  # seconds of silence
    per_host_delay: float  # seconds between two polls of one host
    now_too: bool = False  # also what isn't due yet


async def poll(
    db: Database, http: Http, rules: PollRules, stop: asyncio.Event, on_progress: Callable[[Counts], None] = lambda _: None
) -> Counts:
    """Ask all feeds that are due; counts by outcome: polled, unchanged, failing; new and edited entries."""
    run = _Run(db, http, rules, on_progress)
    claim = partial(
        feeds.claim, db, BATCH, now_too=rules.now_too, due_by=datetime.now(UTC)
    )  # each feed once, however fast its pace
    try:
        while not stop.is_set() and (tasks := await asyncio.to_thread(claim)):
            await run.batch(tasks, stop)
    finally:
        await asyncio.to_thread(run.parser.close)
    return run.counts


class _Run:
    """One call of the stage."""

    def __init__(self, db: Database, http: Http, rules: PollRules, on_progress: Callable[[Counts], None]) -> None:
        self._db, self._rules, self._on_progress = db, rules, on_progress
        self.counts = Counts()
        self.parser = Parser()
        self._places = asyncio.Semaphore(rules.workers)
        self._asking = Asking(http, self.parser, min(TOTAL, 3 * rules.timeout), rules.per_host_delay)
        self._unchanged: list[tuple[FeedTask, Polled]] = []  # not written yet
        self._failed: list[tuple[FeedTask, Retry, datetime]] = []  # nor these: first it must be seen whether the fault is ours
        self._away: dict[str, datetime] = {}  # registered domains that were asked too much: until when all their hosts rest
        self._reached: dict[str, bool] = {}  # hosts that were asked and aren't known to be dead: whether one answered

    async def batch(self, tasks: Sequence[FeedTask], stop: asyncio.Event) -> None:
        """Poll these, a host's feeds one after another; what a stop leaves is given back."""
        hosts: dict[str, list[FeedTask]] = defaultdict(list)
        for task in tasks:
            hosts[task.host].append(task)
        left = {task.no: task for task in tasks}
        stopped, renewing = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._renew(tasks))
        work = asyncio.ensure_future(_all(self._host(mine, left) for mine in hosts.values()))
        try:
            await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            for running in (work, stopped, renewing):
                running.cancel()
            await asyncio.gather(work, stopped, renewing, return_exceptions=True)
            await self._flush()
            await self._flush_failed()
            for feed in left.values():
                await asyncio.to_thread(feeds.release, self._db, feed)

    async def _renew(self, tasks: Sequence[FeedTask]) -> None:
        while True:
            await asyncio.sleep(RENEW)
            await asyncio.to_thread(feeds.renew, self._db, {task.token for task in tasks})

    async def _host(self, tasks: Sequence[FeedTask], left: dict[int, FeedTask]) -> None:
        for n, task in enumerate(tasks):
            if n:
                await asyncio.sleep(self._rules.per_host_delay)
            async with self._places:
                if self._rests(task.host):
                    return
                closed = await self._one(task)
                del left[task.no]
            if closed:
                return

    def _rests(self, host: str) -> bool:
        """Whether another host of its site has just sent us away; of this batch's feeds the state doesn't know yet."""
        return bool(self._away) and self._away.get(site_of_host(host), datetime.min.replace(tzinfo=UTC)) > datetime.now(UTC)

    async def _one(self, task: FeedTask) -> bool:
        """Poll one feed and note how it ended: the exception's class decides. True: the host sends us away."""
        now, page, found = datetime.now(UTC), None, None
        failed: Retry | None = None
        try:
            page = await self._asking.ask(task, now)
            found = await self._asking.read(task, page, now)
        except WirewatchError as error:
            failed = error if isinstance(error, Retry) else Retry(Reason.BUG, str(error))
        except Exception as bug:
            log.error("bug", feed=task.url, exc_info=bug)
            failed = Retry(Reason.BUG, f"{type(bug).__name__}: {bug}")
        answered = failed is None or failed.reason not in NETWORK
        if answered or is_witness(now, task.last_success_at, task.learned.failures):
            self._reached[task.host] = self._reached.get(task.host, False) or answered
        if failed is not None:
            self._failed.append((task, failed, now))
            if failed.reason is Reason.HTTP_429:
                rest = OTHERS_REST if failed.after is None else min(failed.after, OTHERS_REST)
                self._away[site_of_host(task.host)] = now + rest
            return failed.reason is Reason.HTTP_429 or failed.after is not None
        assert page is not None  # noqa: S101 - no failure means that something came
        try:
            await self._take(task, page, found, now)
        except WirewatchError:  # of the database
            raise
        except Exception as bug:
            log.error("bug", feed=task.url, exc_info=bug)
            self._failed.append((task, Retry(Reason.BUG, f"{type(bug).__name__}: {bug}"), now))
        if len(self._unchanged) >= TOGETHER:
            await self._flush()
        return False

    async def _take(self, task: FeedTask, page: Page, found: ParsedFeed | None, now: datetime) -> None:
        """What came is written, or waits to be: what a feed announces must not end the run."""
        if found is None:
            polled = replace(polled_well(task, page, None, now), host_next_at=self._rest())
            self._unchanged.append((task, polled))
            return
        brought = await asyncio.to_thread(self._finish, task, page, found, now)
        self._count("polled")
        if brought:
            log.info("feed polled", feed=task.url, entries=found.shown, new=brought.new, edited=brought.edited)
            self._count("new", brought.new)
            self._count("edited", brought.edited)

    async def _flush(self) -> None:
        """Write the polls that brought nothing, together: one by one they cost more than the requests."""
        done, self._unchanged = self._unchanged, []
        if done:
            await asyncio.to_thread(feeds.finish_unchanged, self._db, done)
            self._count("unchanged", len(done))

    async def _flush_failed(self) -> None:
        """Write the polls that failed. Where most hosts can't be reached it is our own network, and none of them is to blame."""
        failed, self._failed = self._failed, []
        answered = sum(self._reached.values())
        outage = is_our_network(len(self._reached) - answered, answered)
        for task, why, now in failed:
            ours = outage and why.reason in NETWORK
            polled = replace(polled_badly(task, why, now, outage=ours), host_next_at=self._rest())
            await asyncio.to_thread(feeds.finish_poll, self._db, task, polled, [])
            log.info("feed failed", feed=task.url, reason=str(why.reason), detail=polled.detail)
        self._count("failing", len(failed))

    def _finish(self, task: FeedTask, page: Page, found: ParsedFeed, now: datetime) -> PollCounts | None:
        def judge(new: Sequence[Entry]) -> Polled:
            return replace(polled_well(task, page, Brought(found, new), now), host_next_at=self._rest())

        return feeds.finish_read(self._db, task, judge, _keyed(found), found.kept)

    def _rest(self) -> datetime | None:
        delay = self._rules.per_host_delay
        return datetime.now(UTC) + timedelta(seconds=delay) if delay else None

    def _count(self, outcome: str, n: int = 1) -> None:
        if n:
            self.counts.add(outcome, n)
            self._on_progress(Counts({outcome: n}))


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All of these, or until one fails: the others are ended then, which gather alone leaves running."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _keyed(found: ParsedFeed) -> list[KeyedEntry]:
    """The entries with their identity; one without an address that can be asked is left out."""
    keyed = []
    for entry, mark in zip(found.entries, found.marks or repeat(b""), strict=False):
        try:
            key, further = key_of(entry.url), further_keys(entry.url)
        except Skip:
            continue
        keyed.append(KeyedEntry(entry=entry, key=key, article_id=article_id_of(key), further=further, mark=mark))
    return keyed
