"""Pages a second of the fetch stage beside a bare httpx loop that asks for the same pages with the same concurrency.

    python -m benchmarks.fetching [--runs 5] [--pages 2000] [--hosts 32]

The stage claims hosts, keeps each to one request at a time, asks for robots.txt, bounds and unpacks the bytes, looks for walls,
archives every page and acknowledges it in the state; the loop reads the bytes and forgets them. The site, in a process of its
own, answers on 127.0.0.1 to 127.0.0.N; its pages are invented, of the size of real ones' markup, packed with gzip.
"""

import argparse
import asyncio
import gzip
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from benchmarks.measure import calibration, row, spread, turns
from benchmarks.site import invented

CLUTTER = "".join(
    f"<div class='teaser-{n}'><a href='/s/{n}'><img src='/i/{n}.jpg' alt='Picture {n}'></a></div>" for n in range(400)
)
VARIETY = 50  # different pages


def _page(n: int) -> bytes:
    return invented(n).replace(b"</body>", f"<aside>{CLUTTER}</aside></body>".encode())


async def _serve(hosts: int) -> None:
    """Answer every request for a page, as fast as Python can."""
    packed = [gzip.compress(_page(n)) for n in range(VARIETY)]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    pages = [head % len(body) + body for body in packed]
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self._transport, self._got = transport, b""

        def data_received(self, data: bytes) -> None:
            self._got += data
            while b"\r\n\r\n" in self._got:
                request, _, self._got = self._got.partition(b"\r\n\r\n")
                number = request.split(b" ", 2)[1].rpartition(b"/")[2]
                self._transport.write(pages[int(number) % VARIETY] if number.isdigit() else missing)

    loop = asyncio.get_running_loop()
    first = await loop.create_server(Answering, "127.0.0.1", 0)
    port = first.sockets[0].getsockname()[1]
    for n in range(2, hosts + 1):
        await loop.create_server(Answering, f"127.0.0.{n}", port)
    print(port, flush=True)
    await asyncio.Event().wait()


@contextmanager
def _serving(hosts: int) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.fetching", "--serve", "--hosts", str(hosts)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def _addresses(port: int, hosts: int, pages: int) -> list[list[str]]:
    """By host."""
    return [[f"http://127.0.0.{h + 1}:{port}/p/{n}" for n in range(h, pages, hosts)] for h in range(hosts)]


def _stage(by_host: list[list[str]], took: list[float]) -> float:
    """Pages a second of CPU of the stage; the wall's go into `took`."""
    from tests.wire_state import FEED, entry, keyed, polled, source
    from wirewatch.archive.write import ArchiveWriter
    from wirewatch.fetch.stage import FetchRules, fetch
    from wirewatch.net.client import Http
    from wirewatch.state import feeds
    from wirewatch.state.database import opened

    async def run() -> int:
        async with Http("wirewatch", "bench@example.org", 30.0, ["127.0.0.0/8"]) as http:
            rules = FetchRules(workers=len(by_host), per_host_delay=0.0)
            return (await fetch(db, http, ArchiveWriter(f"{name}/archive", db.owner), rules, asyncio.Event())).by["fetched"]

    with tempfile.TemporaryDirectory() as name, opened("sqlite", Path(name)) as db:
        feeds.sync(db, [source(FEED)])
        (task,) = feeds.claim(db, 1)
        feeds.finish_poll(db, task, polled(), [keyed(entry(url)) for urls in by_host for url in urls])
        return _rate(run, sum(map(len, by_host)), took)


def _bare(by_host: list[list[str]], took: list[float]) -> float:
    """The same of a bare httpx client: one request at a time to each host."""
    import httpx

    async def run() -> int:
        limits = httpx.Limits(max_connections=len(by_host), max_keepalive_connections=len(by_host))
        async with httpx.AsyncClient(http2=True, trust_env=False, limits=limits) as client:

            async def host(urls: list[str]) -> int:
                return sum([(await client.get(url)).status_code == 200 for url in urls])

            return sum(await asyncio.gather(*(host(urls) for urls in by_host)))

    return _rate(run, sum(map(len, by_host)), took)


def _rate(run: Callable[[], Coroutine[Any, Any, int]], pages: int, took: list[float]) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    fetched = asyncio.run(run())
    assert fetched == pages, f"{fetched} of {pages} pages came"
    took.append(pages / (time.perf_counter() - began))
    return pages / (time.process_time() - cpu)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--pages", type=int, default=2000)
    options.add_argument("--hosts", type=int, default=32)
    options.add_argument("--serve", action="store_true", help="be the site")
    given = options.parse_args()
    if given.serve:
        asyncio.run(_serve(given.hosts))
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # as the command line does
    walls: tuple[list[float], list[float]] = ([], [])
    with _serving(given.hosts) as port:
        asked = _addresses(port, given.hosts, given.pages)
        ours, bare = turns(given.runs, lambda: _stage(asked, walls[0]), lambda: _bare(asked, walls[1]))
    row("calibration loop, ms", spread([calibration() for _ in range(5)], "{:.0f}"))
    row(
        f"pages/s of the fetch stage, {given.pages} pages of {len(_page(0)) // 1000} KB on {given.hosts} hosts",
        spread(walls[0], "{:.0f}"),
    )
    row("pages/s of a bare httpx loop", spread(walls[1], "{:.0f}"))
    row("fetch stage ÷ bare loop, pages/s", spread([a / b for a, b in zip(*walls, strict=True)]), "≥ 0.85")
    row("fetch stage ÷ bare loop, pages per second of CPU, all threads", spread([a / b for a, b in zip(ours, bare, strict=True)]))


if __name__ == "__main__":
    main()
