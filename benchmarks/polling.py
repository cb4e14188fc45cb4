"""What a poll costs: CPU by outcome against a bare loop of httpx and feedparser, polls a second, memory by number of feeds.

    python -m benchmarks.polling [--runs 3] [--feeds 2000] [--many 10000]

The site is a process of its own: fifty hosts (127.9.0.N) whose feeds show 20 entries each, 12 KB. `304` knows its validators;
`same` gives none and the same body; `changed` has two new entries at each asking, the others as they were; `rewritten` has
two new ones, and in the others another text.
"""

import argparse
import asyncio
import multiprocessing
import random
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import structlog
from sqlalchemy import update

from benchmarks.measure import calibration, row, spread, turns
from benchmarks.site import WORDS
from wirewatch.model import Feed, Source
from wirewatch.net.client import Http
from wirewatch.poll.stage import PollRules, poll
from wirewatch.state import feeds
from wirewatch.state import tables as t
from wirewatch.state.database import Database, opened

HOSTS, SHOWN, TOGETHER = 50, 20, 32
KINDS = ("304", "same", "changed", "rewritten")
SPAWN = multiprocessing.get_context("spawn")


def feed(kind: str, number: int, time_asked: int) -> bytes:
    """A feed with summaries of some 60 words, as it is when asked for so many times."""
    first, edition = 2 * time_asked if kind in ("changed", "rewritten") else 0, time_asked if kind == "rewritten" else 0
    items = "".join(
        f"<item><title>Report {n} of {number}</title><link>https://outlet-{number}.example/{kind}/{n}</link>"
        f"<guid>https://outlet-{number}.example/{kind}/{n}</guid><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate>"
        f"<description>{' '.join(random.Random(f'{number} {n} {edition}').choices(WORDS, k=60))}</description></item>"
        for n in range(first + SHOWN, first, -1)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{number}</title>{items}</channel></rss>".encode()


async def serve(ready: Connection) -> None:
    """All hosts, until the process is ended. Keeps connections open; reads nothing of a request but its path and validator."""
    asked: dict[tuple[str, bool], int] = {}  # by us, and by the bare loop

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                _, kind, number = path.split("/")
                if kind == "304" and b"if-none-match" in head.lower():
                    writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
                    continue
                who = path, b"wirewatch" in head
                asked[who] = asked.get(who, 0) + 1
                body = feed(kind, int(number), asked[who])
                tag = b'ETag: "1"\r\n' if kind == "304" else b""
                kind_of = b"Content-Type: application/rss+xml\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n" + kind_of + tag + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    first = await asyncio.start_server(one, "127.9.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    for n in range(2, HOSTS + 1):
        await asyncio.start_server(one, f"127.9.0.{n}", port)
    ready.send(port)
    await asyncio.Event().wait()


def _serve(ready: Connection) -> None:
    asyncio.run(serve(ready))


def address(port: int, kind: str, number: int) -> str:
    """A feed's address; neighbours are on different hosts."""
    return f"http://127.9.0.{number % HOSTS + 1}:{port}/{kind}/{number}"


def polled(db: Database) -> dict[str, int]:
    """Poll what is due."""

    async def act() -> dict[str, int]:
        async with Http("wirewatch/1", "bench@example.org", 20.0, ["127.0.0.0/8"]) as http:
            return (await poll(db, http, PollRules(workers=TOGETHER, timeout=20.0, per_host_delay=0.0), asyncio.Event())).by

    with db.write() as conn:
        conn.execute(update(t.feeds).values(next_poll_at=datetime.now(UTC) - timedelta(hours=1)))
    return asyncio.run(act())


def subscribed(db: Database, port: int, kind: str, count: int) -> None:
    """These feeds and no others."""
    urls = tuple(Feed(url=address(port, kind, n)) for n in range(count))
    feeds.sync(db, [Source(name="bench", country=None, language="en", feeds=urls)])


def bare(port: int, kind: str, count: int, *, parse: bool) -> float:
    """CPU seconds of httpx alone on the same feeds, as many at once, and of feedparser on what came."""
    import feedparser
    import httpx

    async def act() -> None:
        places = asyncio.Semaphore(TOGETHER)
        async with httpx.AsyncClient(http2=True, trust_env=False) as client:

            async def one(number: int) -> None:
                async with places:
                    answer = await client.get(address(port, kind, number), headers={"If-None-Match": '"1"'})
                if parse:
                    found = await asyncio.to_thread(feedparser.parse, answer.content, response_headers=dict(answer.headers))
                    assert len(found.entries) == SHOWN

            await asyncio.gather(*(one(n) for n in range(count)))

    began = time.process_time()
    asyncio.run(act())
    return time.process_time() - began


def costs(port: int, runs: int, count: int) -> None:
    """CPU of a poll by outcome, ours and the bare loop's taking turns."""
    bars = {"304": "", "same": "≤ 0.35", "changed": "≤ 1.15"}
    for kind in KINDS:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            db = stack.enter_context(opened("sqlite", home))
            subscribed(db, port, kind, count)
            polled(db)
            took: list[float] = []
            ours, theirs = turns(runs, partial(_cpu, db, count, took), partial(bare, port, kind, count, parse=kind != "304"))
        row(f"CPU ms a poll, {kind}", spread([cpu / count * 1000 for cpu in ours]))
        row("  of a bare loop" + ("" if kind == "304" else ", which always parses"), spread([c / count * 1000 for c in theirs]))
        row("  ours ÷ bare", spread([a / b for a, b in zip(ours, theirs, strict=True)]), bars.get(kind, ""))
        row("  polls a second", spread([count / wall for wall in took], "{:.0f}"))


def _cpu(db: Database, count: int, took: list[float]) -> float:
    began, wall = time.process_time(), time.monotonic()
    counts = polled(db)
    took.append(time.monotonic() - wall)
    assert counts.get("polled", 0) + counts.get("unchanged", 0) == count, counts
    return time.process_time() - began


def _peak(port: int, count: int, told: Connection) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as home, opened("sqlite", Path(home)) as db:
        subscribed(db, port, "same", count)
        polled(db)
    lines = Path("/proc/self/status").read_text().splitlines()
    told.send(int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))))


def peak(port: int, count: int) -> float:
    """Peak MiB of a process that polls so many due feeds for the first time."""
    mine, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_peak, args=(port, count, theirs))
    process.start()
    memory: int = mine.recv()
    process.join()
    return memory / 1024


def started() -> tuple[SpawnProcess, int]:
    """The site, and its port."""
    mine, theirs = SPAWN.Pipe()
    site = SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
    site.start()
    return site, mine.recv()


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for name, default in (("runs", 3), ("feeds", 2000), ("many", 10_000)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    site, port = started()
    try:
        row("calibration loop, ms", spread([calibration() for _ in range(5)], "{:.0f}"))
        costs(port, given.runs, given.feeds)
        small, large = peak(port, given.many // 10), peak(port, given.many)
        row(f"peak MiB with {given.many // 10} feeds due; with {given.many}", f"{small:.0f}; {large:.0f}")
        row("  ratio", f"{large / small:.2f}", "≤ 1.1")
    finally:
        site.kill()


if __name__ == "__main__":
    main()
