"""Asking for one feed: the request with its validators, and what the answer holds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry, Page
from wirewatch.net.answers import retry_after, status_reason
from wirewatch.net.client import Http
from wirewatch.poll.encoding import MAX_BYTES
from wirewatch.poll.items import INDEX
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
        page = await self._get(task.address, sent)
        if page.status == 304 and not sent:
            raise Retry(Reason.HTTP_OTHER, "304 to a request without validators")
        return page

    async def _get(self, url: str, sent: Mapping[str, str]) -> Page:
        page = await self.http.get(url, headers=sent, max_bytes=MAX_BYTES, total=self.total, redirects=REDIRECTS)
        if page.status not in (200, 203, 304):
            after = retry_after(page.header("retry-after"), datetime.now(UTC))
            raise Retry(status_reason(page.status), f"status {page.status}", after=after)
        return page

    async def read(self, task: FeedTask, page: Page, now: datetime) -> ParsedFeed | None:
        """What the feed announces; None if its body is the one that was read last. Raises Retry if it is no feed."""
        known = task.learned
        if page.status == 304 or (body_hash(page.body) == known.body_hash and known.format != INDEX):
            return None
        found = await self.parser.parse(page, now, task.marks)
        return await self._below(found, now) if found.children else found

    async def _below(self, index: ParsedFeed, now: datetime) -> ParsedFeed:
        """The index with what its sitemaps announce. Raises Retry if none of them can be read, or the host sends us away."""
        entries: list[Entry] = []
        read, failed = False, None
        for child in index.children:
            await asyncio.sleep(self.delay)
            try:
                entries += (await self.parser.parse(await self._get(child, {}), now)).entries
                read = True
            except Retry as error:
                if error.reason is Reason.HTTP_429 or error.after is not None:
                    raise
                failed = error
        if failed is not None and not read:
            raise failed
        return ParsedFeed(format=index.format, entries=tuple(entries))
