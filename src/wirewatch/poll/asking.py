"""Asking for one feed: the request with its validators, and what the answer holds."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry, Page
from wirewatch.net.answers import retry_after, status_reason
from wirewatch.net.client import Http
from wirewatch.poll.encoding import MAX_BYTES
from wirewatch.poll.parse import ParsedFeed
from wirewatch.poll.parser import Parser
from wirewatch.poll.result import body_hash, validators
from wirewatch.state.feeds import FeedTask

REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Asking:
    """The ports and bounds of a request for a feed."""

    http: Http
    parser: Parser
    total: float  # seconds a feed may take in all, redirects included
    delay: float  # seconds between two requests to its host

    async def ask(self, task: FeedTask, now: datetime) -> Page:
        """The answer, if it is one: 200, or 304 to validators. Raises Retry."""
        sent = validators(task, now)
        page = await self.http.get(task.address, headers=sent, max_bytes=MAX_BYTES, total=self.total, redirects=REDIRECTS)
        if page.status == 304 and not sent:
            raise Retry(Reason.HTTP_OTHER, "304 to a request without validators")
        if page.status not in (200, 203, 304):
            after = retry_after(page.header("retry-after"), datetime.now(UTC))
            raise Retry(status_reason(page.status), f"status {page.status}", after=after)
        return page

    async def read(self, task: FeedTask, page: Page, now: datetime) -> ParsedFeed | None:
        """What the feed announces; None if its body is the one that was read last. Raises Retry if it is no feed."""
        if page.status == 304 or body_hash(page.body) == task.learned.body_hash:
            return None
        found = await self.parser.parse(page, now)
        if not found.children:
            return found
        entries: list[Entry] = []
        for child in found.children:
            await asyncio.sleep(self.delay)
            below = await self.http.get(child, max_bytes=MAX_BYTES, total=self.total, redirects=REDIRECTS)
            if below.status == 200 and below.body:
                entries += await self._child(below, now)
        return ParsedFeed(format=found.format, entries=tuple(entries))

    async def _child(self, page: Page, now: datetime) -> tuple[Entry, ...]:
        try:
            return (await self.parser.parse(page, now)).entries
        except Retry:
            return ()  # one bad sitemap of several; an index in an index has no entries of its own
