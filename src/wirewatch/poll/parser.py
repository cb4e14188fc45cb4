"""Parsing where it can't hurt: small documents in a thread, large and odd ones in a process that can be killed."""

import asyncio
from datetime import datetime

from wirewatch.errors import Reason, Retry
from wirewatch.model import Page
from wirewatch.net.killable import KillablePool, WorkerDied
from wirewatch.poll.parse import ParsedFeed, parse

LARGE = 256 * 1024  # bytes from which a hang must be killable; below, feedparser takes a fifth of a second
COMMENTS = 200  # so many make feedparser slow out of proportion (80,000 took 78 s)
PARSING = 30.0  # seconds
MEMORY_BYTES = 1 << 30  # of address space


class Parser:
    """Gives what pages announce; its process starts with the first page that needs it."""

    def __init__(self) -> None:
        self._pool = KillablePool(1, ["wirewatch.poll.parse", "feedparser"], PARSING, MEMORY_BYTES, 50)

    def close(self) -> None:
        """End the process."""
        self._pool.close()

    async def parse(self, page: Page, now: datetime, known: bytes = b"") -> ParsedFeed:
        """What the page announces, without items of the `known` marks. Raises Retry, with TIMEOUT or TOO_LARGE if it asks too
        much.
        """
        given = (page.body, page.final_url, page.header("content-type"), now, known)
        if len(page.body) < LARGE and page.body.count(b"!--") < COMMENTS:
            return await asyncio.to_thread(parse, *given)
        try:
            return await asyncio.wrap_future(self._pool.submit(parse, *given))
        except TimeoutError:
            raise Retry(Reason.TIMEOUT, f"parsing took more than {PARSING:g} s") from None
        except (MemoryError, WorkerDied):
            raise Retry(Reason.TOO_LARGE, "parsing took more memory than a feed may") from None
