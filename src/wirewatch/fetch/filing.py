"""From a page to an acknowledged capture: archive file closed and synced first, the state second.

A kill in between costs nothing: the closed file is adopted at the next start. A kill before costs one more request a page.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from wirewatch.archive.write import ArchiveWriter, Pending
from wirewatch.fetch.fate import is_moved
from wirewatch.model import Counts, Page, Place
from wirewatch.net.answers import sendable
from wirewatch.state import captures
from wirewatch.state.captures import Fetched, FetchTask
from wirewatch.state.database import Database
from wirewatch.state.identity import key_of
from wirewatch.state.sameness import further_keys

TICK = 0.2  # seconds between two looks whether the open file has waited long enough


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A page in the open file; its body isn't kept."""

    task: FetchTask
    final_url: str
    content_type: str
    keys: tuple[str, ...]
    etag: str
    last_modified: str


class Filing:
    """Takes pages, and acknowledges them a file at a time.

    A page is packed where it came in: it takes a fifth of a millisecond, and to hand it to a thread takes several.
    """

    def __init__(self, db: Database, writer: ArchiveWriter, done: Callable[[Counts], None]) -> None:
        self._db, self._writer, self._done = db, writer, done
        self._waiting: dict[Pending, _Waiting] = {}
        self._turn = asyncio.Lock()

    async def close_if_full(self) -> None:
        """As `close`, if the open file should take no more."""
        if self._writer.full():
            await self.close()

    async def close(self) -> None:
        """Make what was taken durable and acknowledge it. Raises Unavailable: then none of it is acknowledged."""
        async with self._turn:
            closing = self._writer.closing()  # here: what is added from now on must come into another file
            work = asyncio.ensure_future(asyncio.to_thread(self._acknowledge, closing))
            try:
                await asyncio.shield(work)
            finally:
                # Also where we are cancelled: a thread goes on, and until its end the claims must stand.
                await asyncio.wait([work])
                if work.exception() is None and work.result():
                    self._done(Counts({"fetched": work.result()}))

    async def close_when_due(self) -> None:
        """Close the open file whenever its first page has waited long enough, without end."""
        while True:
            await asyncio.sleep(TICK)
            if self._writer.due():
                await self.close()

    def add(self, page: Page, task: FetchTask) -> None:
        """Put a page into the open file; it is acknowledged later."""
        moved = (key_of(page.final_url), *further_keys(page.final_url)) if is_moved(page) else ()
        keys = tuple(key for key in moved if key not in task.origin.keys)
        pending = self._writer.add(page, replace(task.origin, keys=task.origin.keys + keys))
        kind, etag, modified = (sendable(page.header(name)) for name in ("content-type", "etag", "last-modified"))
        self._waiting[pending] = _Waiting(task, page.final_url, kind, keys, etag, modified)

    def _acknowledge(self, closing: Callable[[], list[tuple[Pending, Place]]]) -> int:
        results = [_fetched(self._waiting.pop(pending), place) for pending, place in closing()]
        if results:
            captures.fetched(self._db, results)
        return len(results)


def _fetched(waiting: _Waiting, place: Place) -> Fetched:
    return Fetched(
        task=waiting.task,
        place=place,
        final_url=waiting.final_url,
        content_type=waiting.content_type,
        keys=waiting.keys,
        etag=waiting.etag,
        last_modified=waiting.last_modified,
    )
