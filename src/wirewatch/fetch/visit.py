"""One claimed host: its captures one after another, at its pace, as its robots.txt lets us.

A redirect to another host is followed only if that host's robots.txt lets us, too (decided: an outlet's move from `example`
to `www.example` must work, and must not be a way around a Disallow). The other host's pace isn't waited for, and its failures
don't close this one.
"""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog

from wirewatch.errors import Reason, Retry, Skip, Unavailable
from wirewatch.fetch.fate import CLOSES_HOST, DOWN, FINAL, refuse_status, refuse_type
from wirewatch.fetch.filing import Filing
from wirewatch.fetch.fuller import fuller_at, is_fuller
from wirewatch.fetch.head import read_head
from wirewatch.fetch.instead import from_feed
from wirewatch.fetch.robots import LONGEST_DELAY, Robots, RobotsBook, read
from wirewatch.fetch.rules import FetchRules
from wirewatch.fetch.walls import refuse_noindex, refuse_wall
from wirewatch.model import Counts, Hop, Page
from wirewatch.net.client import Http, origin_of
from wirewatch.safe import one_line
from wirewatch.state import captures
from wirewatch.state.captures import FetchTask, HostTask
from wirewatch.state.database import Database

log = structlog.get_logger()
BATCH = 50  # captures claimed at once: each may carry a feed's full text
REDIRECTS = 10
TIMEOUTS = 2  # in a row, after which a host counts as down
SLOWER, FASTER, SLOWEST = 2.0, 0.75, 32.0  # the pace's factor after a 429 and after a success; its limit


@dataclass(slots=True)
class Visit:
    """What is known of a host while its captures are worked on."""

    db: Database
    http: Http
    filing: Filing
    book: RobotsBook
    rules: FetchRules
    host: HostTask
    claimed: deque[FetchTask] = field(default_factory=deque)  # in work or waiting; what is left at the end is given back
    counts: Counts = field(default_factory=Counts)
    pace: float = field(init=False)
    next_at: datetime = field(init=False)  # when the host may be asked again
    timeouts: int = 0  # in a row
    down_until: datetime | None = None
    not_before: datetime | None = None
    closed_for: Reason | None = None  # why it sent us away until then
    away: bool = False  # a redirect has led to another host
    lost: bool = False  # another has the host now, or a poll was sent away by it
    robots: Robots | None = None
    emptied: bool = False  # nothing more of it was due

    def __post_init__(self) -> None:
        self.pace, self.next_at = self.host.pace, self.host.next_at

    async def work(self) -> None:
        """Fetch all that is due of the host, unless it closes. Raises Unavailable."""
        while not self._closed() and await self._claim():
            while self.claimed and not self._closed():
                await self._one(self.claimed[0])

    async def leave(self) -> None:
        """Give back what wasn't tried, and the host with what was learned about it."""
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        if self.claimed:
            captures.release_captures(self.db, list(self.claimed))
        fresh = self.robots
        captures.release_host(
            self.db,
            self.host,
            down_until=self.down_until,
            not_before=self.not_before,
            pace=self.pace,
            next_at=self.next_at,
            robots=fresh.body if fresh else None,
            robots_status=fresh.status if fresh else None,
            robots_fetched_at=fresh.fetched_at if fresh else None,
            reason=self.closed_for,
        )

    def _closed(self) -> bool:
        return self.lost or self.down_until is not None or self.not_before is not None

    async def _claim(self) -> bool:
        if self.emptied:
            return False
        tasks = await asyncio.to_thread(captures.claim_captures, self.db, self.host, BATCH, now_too=self.rules.now_too)
        self.emptied = len(tasks) < BATCH
        self.claimed.extend(tasks)
        return bool(tasks)

    async def _one(self, task: FetchTask) -> None:
        """Try one capture and note how it ended: the exception's class decides."""
        self.away = False
        try:
            if not await self._ask(task):
                return
        except Skip as skip:
            await self._skipped(task, skip)
        except Retry as retry:
            await self._retried(task, retry)
        except Unavailable:
            raise
        except Exception as bug:
            log.exception("bug", article=task.article_id, url=one_line(task.url, 300))
            await self._retried(task, Retry(Reason.BUG, one_line(f"{type(bug).__name__}: {bug}", 300)))
        self.claimed.popleft()  # before a file is closed: what lies in it isn't ours to give back
        await self.filing.close_if_full()

    async def _instead(self, task: FetchTask, reason: Reason) -> bool:
        """Whether the feed's own text stands for the page."""
        page = from_feed(task, reason)
        if page:
            self.filing.add(page, task)
            log.info("the feed's text taken", article=task.article_id, url=one_line(task.url, 300), reason=str(reason))
        return page is not None

    async def _ask(self, task: FetchTask) -> bool:
        """Fetch and file a page. False: the host was lost, nothing was done."""
        delay = self.rules.per_host_delay * self.pace
        if self.rules.obey_robots:
            robots = await self._robots(task)
            robots.check(task.url)
            delay = max(delay, robots.delay)
        if not await self._wait(delay):
            return False
        page = await self._page(task, task.url)
        head = read_head(page.body, page.final_url)
        if head.onward:
            if not await self._may_go_on(head.onward, delay):
                return False
            page = _after(page, await self._page(task, head.onward))
            refuse_wall(page)
            head = read_head(page.body, page.final_url)
        if url := fuller_at(page, head.canonical):
            page = await self._fuller(task, page, url, delay)
            head = read_head(page.body, page.final_url)
        if self.rules.obey_noindex:
            refuse_noindex(page, head, self.http.product)
        self.pace = max(self.pace * FASTER, 1.0)
        self.filing.add(page, task)
        log.info("page fetched", article=task.article_id, url=one_line(task.url, 300), bytes=len(page.body))
        return True

    async def _page(self, task: FetchTask, url: str) -> Page:
        known = {"If-None-Match": task.etag, "If-Modified-Since": task.last_modified}
        page = await self.http.get(
            url,
            headers={name: value for name, value in known.items() if value},
            max_bytes=self.rules.max_bytes,
            total=self.rules.total,
            redirects=REDIRECTS,
            on_hop=self._hop,
            on_head=refuse_type,
        )
        self.timeouts = 0
        refuse_wall(page)
        refuse_status(page, task.attempts)
        return page

    async def _fuller(self, task: FetchTask, page: Page, url: str, delay: float) -> Page:
        """The page that this one calls its own, if it can be had and says no less; else this one. Raises Skip(UNCHANGED)."""
        try:
            other = await self._page(task, url) if await self._may_go_on(url, delay) else page
        except (Skip, Retry) as error:
            if error.reason is Reason.UNCHANGED:
                raise
            if isinstance(error, Retry):
                self._close_host(error)
            return page
        return _after(page, other) if is_fuller(other, page) else page

    async def _may_go_on(self, url: str, delay: float) -> bool:
        """Whether another of the host's pages may be asked for now, at its pace. False: the host was lost. Raises as `_hop`."""
        await self._hop(url)
        return self.away or await self._wait(delay)

    async def _robots(self, task: FetchTask) -> Robots:
        """The host's rules: as kept with the host, else fetched. What stops that stops all captures of the host."""
        if self.robots is None and self.host.robots_status is not None and self.host.robots_fetched_at is not None:
            self.robots = read(self.host.robots_status, self.host.robots or b"", self.host.robots_fetched_at, self.http.product)
            self.book.put(origin_of(task.url), self.robots)
        try:
            robots = await self.book.of(task.url)
        except Retry as failed:
            if failed.reason is not Reason.BAD_URL:
                await self._others_alike(failed)
            raise
        if self.robots is not robots:
            self.robots = robots
            self._later(max(self.rules.per_host_delay, min(robots.delay, LONGEST_DELAY)))
        return robots

    async def _others_alike(self, failed: Retry) -> None:
        """End all further due captures of the host in the same way: none of them can be fetched either."""
        while len(self.claimed) > 1 or await self._claim():
            while len(self.claimed) > 1:
                await self._retried(self.claimed[-1], failed)
                self.claimed.pop()

    async def _hop(self, url: str) -> None:
        self.away = origin_of(url) != origin_of(self.claimed[0].url)
        if self.rules.obey_robots:
            (await self.book.of(url)).check(url)

    async def _wait(self, delay: float) -> bool:
        """Wait until the host may be asked, and note for all processes when it may be asked again."""
        if not delay:
            return True
        await asyncio.sleep((self.next_at - datetime.now(UTC)).total_seconds())
        self._later(delay)
        self.lost = not await asyncio.to_thread(captures.paced, self.db, self.host, self.next_at)
        self._later(delay)  # once more: a busy disk must not make the host's rest shorter
        return not self.lost

    def _later(self, delay: float) -> None:
        self.next_at = datetime.now(UTC) + timedelta(seconds=delay * random.uniform(1.0, 1.1))  # noqa: S311

    async def _skipped(self, task: FetchTask, skip: Skip) -> None:
        if await self._instead(task, skip.reason):
            return
        await asyncio.to_thread(captures.skipped, self.db, task.no, task.token, skip.reason, one_line(skip.detail, 300))
        self.counts.add("unchanged" if skip.reason is Reason.UNCHANGED else "skipped")
        log.info("page skipped", article=task.article_id, url=one_line(task.url, 300), reason=str(skip.reason))

    async def _retried(self, task: FetchTask, retry: Retry) -> None:
        self._close_host(retry)
        if await self._instead(task, retry.reason):
            return
        log.info("page failed", article=task.article_id, url=one_line(task.url, 300), reason=str(retry.reason))
        noted = (self.db, task.no, task.token, retry.reason, one_line(retry.detail, 300))
        if retry.reason is Reason.NEVER:
            await self._skipped(task, Skip(retry.reason, retry.detail))
        elif retry.reason in FINAL:
            await asyncio.to_thread(captures.failed, *noted)
            self.counts.add("failed")
        else:
            fate = await asyncio.to_thread(captures.retry, *noted, retry.after)
            self.counts.add("failed" if fate == "failed" else "retried")

    def _close_host(self, retry: Retry) -> None:
        now = datetime.now(UTC)
        if self.away:
            return
        self.timeouts = self.timeouts + 1 if retry.reason is Reason.TIMEOUT else 0
        if retry.reason in CLOSES_HOST or self.timeouts >= TIMEOUTS:
            self.down_until = now + DOWN
        elif retry.after and retry.reason is not Reason.ROBOTS_UNREACHABLE:  # the server sends us away, not from one page only
            self.not_before, self.closed_for = now + retry.after, retry.reason
        if retry.reason is Reason.HTTP_429:
            self.pace = min(self.pace * SLOWER, SLOWEST)


def _after(first: Page, last: Page) -> Page:
    """The page that another led to, as one that a redirect led to."""
    step = Hop(url=first.final_url, status=first.status, headers=first.headers)
    return replace(last, url=first.url, hops=(*first.hops, step, *last.hops))
