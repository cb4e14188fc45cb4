"""Fetch every queued page that is due: claim a host, ask it at its pace, archive each page, then acknowledge it.

Any number of processes share the hosts: each is asked by one of them at a time.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from wirewatch.archive.write import ArchiveWriter
from wirewatch.fetch.filing import Filing
from wirewatch.fetch.robots import RobotsBook
from wirewatch.fetch.rules import FetchRules
from wirewatch.fetch.visit import Visit
from wirewatch.model import Counts
from wirewatch.net.client import Http
from wirewatch.state import captures
from wirewatch.state.captures import HostTask
from wirewatch.state.database import Database

__all__ = ["FetchRules", "fetch"]

Tasks = list[asyncio.Task[Any]]
RENEW = 20.0  # seconds between renewals of the claims, which last 60


async def fetch(
    db: Database,
    http: Http,
    writer: ArchiveWriter,
    rules: FetchRules,
    stop: asyncio.Event,
    on_progress: Callable[[Counts], None] = lambda _: None,
) -> Counts:
    """Fetch all that is due, and give the counts by outcome: fetched, skipped, retried, failed.

    Ends early once `stop` is set: requests are broken off, what came is closed and acknowledged, the rest is given back.
    `on_progress` is told what was done since it was last told. Raises Unavailable (no room left …): what isn't acknowledged
    stays queued.
    """
    await asyncio.to_thread(captures.queue_revisits, db, now_too=rules.now_too)
    run = _Run(db, http, writer, rules, on_progress)
    beside: Tasks = [asyncio.create_task(each) for each in (run.filing.close_when_due(), run.renew(), stop.wait())]
    try:
        await run.hosts(stop, beside)
        await run.filing.close()
        for each in beside:
            if each.done():
                each.result()  # a file that couldn't be closed meanwhile
    finally:
        await _end(beside)
    return run.counts


class _Run:
    """One call of the stage."""

    def __init__(
        self, db: Database, http: Http, writer: ArchiveWriter, rules: FetchRules, on_progress: Callable[[Counts], None]
    ) -> None:
        self._db, self._http, self._rules, self._on_progress = db, http, rules, on_progress
        self.counts = Counts()
        self.filing = Filing(db, writer, self._told)
        self._book = RobotsBook(http, rules.total)
        self._seen: set[str] = set()  # hosts that had their turn
        self._tokens: set[str] = set()  # of the visits under way

    async def hosts(self, stop: asyncio.Event, beside: Tasks) -> None:
        """Visit hosts, `workers` at a time, until none is left or `stop` is set."""
        visits: set[asyncio.Task[None]] = set()
        try:
            while not stop.is_set():
                while len(visits) < self._rules.workers and (host := await self._claim()):
                    visits.add(asyncio.create_task(self._visit(host)))
                if not visits:
                    return
                done, _ = await asyncio.wait({*visits, *beside}, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
                visits -= done
        finally:
            await _end(visits)

    async def renew(self) -> None:
        """Hold on to what is claimed, without end."""
        while True:
            await asyncio.sleep(RENEW)
            if self._tokens:
                await asyncio.to_thread(captures.renew, self._db, list(self._tokens))

    async def _claim(self) -> HostTask | None:
        if self._rules.hosts is not None and len(self._seen) >= self._rules.hosts:
            return None
        host = await asyncio.to_thread(captures.claim_host, self._db, skip=self._seen, now_too=self._rules.now_too)
        if host:
            self._seen.add(host.host)
            self._tokens.add(host.token)
        return host

    async def _visit(self, host: HostTask) -> None:
        visit = Visit(self._db, self._http, self.filing, self._book, self._rules, host)
        try:
            await visit.work()
        finally:
            await visit.leave()
            self._tokens.discard(host.token)
            self._told(visit.counts)

    def _told(self, counts: Counts) -> None:
        if counts.by:
            self.counts.merge(counts)
            self._on_progress(counts)


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
