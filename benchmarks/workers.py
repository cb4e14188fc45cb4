"""Extraction's worker processes: `python -m benchmarks.workers [--data FOLDER] [--pages N]`.

Throughput with one worker and with two, pages read from an archive by their place; what an open pool without work costs; and how
soon a hang or a death is told, and the next page done. FOLDER holds `pages/` or `publishers/`; without it the pages are ours.
"""

import argparse
import gzip
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.hostile import SEEN, URL, article, task
from benchmarks.measure import row, spread, turns
from wirewatch.archive.write import ArchiveWriter
from wirewatch.errors import Retry
from wirewatch.extract.pool import ExtractPool, ExtractTask
from wirewatch.model import ArticleId, CaptureNo, Entry, Origin, Page, Place

HANG = 1.0  # seconds allowed in the last part
IDLE = 10.0  # seconds watched


def read(_: str, place: Place) -> Page:
    """A page, or what befalls its worker."""
    if place.file == "hang":
        time.sleep(60)
    if place.file == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    return Page(url=URL, final_url=URL, status=200, headers=(), body=article().encode(), fetched_at=SEEN, took=0.0)


def archived(folder: str, bodies: Sequence[bytes]) -> list[ExtractTask]:
    """The bodies in archive files, and their tasks."""
    writer, tasks = ArchiveWriter(folder, "benchmark:1:1.0"), list[ExtractTask]()
    origin = Origin(
        article_id=ArticleId("a" * 16), keys=(), first_seen_at=SEEN, n=1, entry=Entry(url=URL), feed="", source="benchmark"
    )
    for start in range(0, len(bodies), 50):
        for body in bodies[start : start + 50]:
            page = Page(
                url=URL, final_url=URL, status=200, headers=(), body=body, fetched_at=datetime.now(UTC), took=0.0
            )  # fmt: skip
            writer.add(page, origin)
        tasks += [_task(folder, place, len(tasks) + n) for n, (_, place) in enumerate(writer.close_file())]
    return tasks


def _task(folder: str, place: Place, number: int) -> ExtractTask:
    return ExtractTask(
        capture=CaptureNo(number), archive=folder, place=place, url=URL, content_type="text/html", entry=Entry(url=URL),
        first_seen_at=SEEN,
    )  # fmt: skip


def bodies(data: Path | None, number: int) -> list[bytes]:
    """So many pages."""
    files = sorted(path for name in ("pages", "publishers") for path in (data / name).glob("*.gz")) if data else []
    some = [gzip.decompress(path.read_bytes()) for path in files] or [
        article(inside="<p>Вест.</p>" * n).encode() for n in range(99)
    ]
    return [some[n % len(some)] for n in range(number)]


def cpu() -> float:
    """CPU seconds of all our children that live."""
    return sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children(recursive=True))


def pages_per_second(tasks: Sequence[ExtractTask], workers: int) -> float:
    """Wall clock, from the first page after the warm-up to the last."""
    with ExtractPool(workers=workers) as pool:
        list(pool.results(tasks[: 2 * workers]))
        began = time.monotonic()
        done = sum(1 for _ in pool.results(tasks))
        return done / (time.monotonic() - began)


def idle(tasks: Sequence[ExtractTask]) -> tuple[float, float]:
    """CPU seconds an hour of an open pool that has nothing to do, and of a closed one."""
    with ExtractPool(workers=2) as pool:
        list(pool.results(tasks[:4]))
        rates = [_hourly()]
    return rates[0], _hourly()


def _hourly() -> float:
    time.sleep(1)  # what has just ended
    before, own = cpu(), time.process_time()
    time.sleep(IDLE)
    own = time.process_time() - own  # before what looking at the others takes
    return (cpu() - before + own) * 3600 / IDLE


def told(fate: str) -> tuple[float, float]:
    """Seconds until a page that hangs or kills its worker is told, and from then until the next page is done."""
    with ExtractPool(workers=1, timeout=HANG, read=read) as pool:
        pool.submit(task("", "sound")).result()
        began = time.monotonic()
        with suppress(Retry):
            pool.submit(task("", fate)).result()
        at = time.monotonic()
        pool.submit(task("", "sound")).result()
        return at - began, time.monotonic() - at


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tasks = archived(folder, bodies(options.data, options.pages))
        load = os.getloadavg()[0]
        one, two = turns(2, lambda: pages_per_second(tasks, 1), lambda: pages_per_second(tasks, 2))
        row(
            f"pages/s of {len(tasks)}, wall, one worker; two (load of the machine before: {load:.1f})",
            f"{spread(one)}; {spread(two)}",
        )
        row("two ÷ one", spread([b / a for a, b in zip(one, two, strict=True)]), "≈ the cores that are free")
        opened, closed = idle(tasks)
        row("CPU s an hour: an open pool without work; a closed one", f"{opened:.1f}; {closed:.1f}", "closed between runs: 0")
    for fate in ("hang", "die"):
        at, then = told(fate)
        limit = f"limit {HANG:g} s" if fate == "hang" else ""
        row(f"s until a page that makes its worker {fate} is told; until the next is done", f"{at:.2f}; {then:.2f}", limit)


if __name__ == "__main__":
    main()
