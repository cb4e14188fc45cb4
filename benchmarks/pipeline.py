"""The whole pipeline's figures: CPU on real pages, CPU of an unchanged poll, memory by number of pages, start-up.

    python -m benchmarks.pipeline --data FOLDER [--runs 3] [--pages 500] [--memory]

FOLDER holds real pages as .html.gz, below `pages/` and `publishers/`.
"""

import argparse
import asyncio
import gzip
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import WIREWATCH, calibration, row, spread, tree_cpu, turns
from benchmarks.site import A_FEED, config, serving


def bare_loop(data: Path, pages: int) -> float:
    """CPU seconds of trafilatura with metadata, comments off, over the same bytes; imports and a warm-up left out."""
    import trafilatura

    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(data.rglob("*.html.gz"))]
    trafilatura.bare_extraction(bodies[0], with_metadata=True, include_comments=False)
    began = time.process_time()
    for n in range(pages):
        trafilatura.bare_extraction(bodies[n % len(bodies)], with_metadata=True, include_comments=False)
    return time.process_time() - began


def ingest(base: str, pages: int) -> tuple[float, tuple[int, int]]:
    """CPU seconds and the main process's peak memory (KiB) of `run --once` on an empty home."""
    with tempfile.TemporaryDirectory() as name:
        folder = config(Path(name) / "config", base, -(-pages // A_FEED))
        cpu, _, peak = tree_cpu([WIREWATCH, "--config", str(folder), "--home", f"{name}/home", "--quiet", "run", "--once"])
        return cpu, peak


def start_up() -> float:
    """CPU seconds of a run with nothing to do but start its workers: one page."""
    with serving("-", 1) as base:
        return ingest(base, 1)[0]


def whole(data: Path, runs: int, pages: int) -> None:
    """The pipeline's CPU against the bare loop's, the two taking turns."""
    with serving(str(data), pages) as base:
        ours, bare, start = turns(runs, lambda: ingest(base, pages)[0], lambda: bare_loop(data, pages), start_up)
    row(f"CPU s: pipeline on {pages} real pages", spread(ours))
    row("CPU s: trafilatura alone, default with metadata, same bytes", spread(bare))
    row("CPU s: a run with a single page (imports, workers, models)", spread(start))
    row("pipeline ÷ trafilatura", spread([a / b for a, b in zip(ours, bare, strict=True)]), "≤ 0.75")
    row("pipeline without start-up ÷ trafilatura", spread([(a - s) / b for a, b, s in zip(ours, bare, start, strict=True)]))


def unchanged(runs: int, feeds: int = 400) -> None:
    """CPU milliseconds of a poll that is answered 304, beyond a bare httpx client's."""
    with serving("-", 1) as base, tempfile.TemporaryDirectory() as name:
        folder = config(Path(name) / "config", base, feeds)
        asked = [WIREWATCH, "--config", str(folder), "--home", f"{name}/home", "--quiet", "poll", "--now"]
        tree_cpu(asked)
        empty = config(Path(name) / "none", base, 1)
        idle = [WIREWATCH, "--config", str(empty), "--home", f"{name}/home2", "--quiet", "poll", "--now"]
        tree_cpu(idle)
        ours, start, bare = turns(runs, lambda: tree_cpu(asked)[0], lambda: tree_cpu(idle)[0], lambda: _bare_polls(base, feeds))
    each = [(a - s) / (feeds - 1) * 1000 for a, s in zip(ours, start, strict=True)]
    row(f"CPU ms a poll answered 304 ({feeds} feeds of one host, start-up left out)", spread(each))
    row("CPU ms a request of a bare httpx client", spread([b / feeds * 1000 for b in bare]))
    row("difference, ms", spread([e - b / feeds * 1000 for e, b in zip(each, bare, strict=True)]), "≤ 1")


def _bare_polls(base: str, feeds: int) -> float:
    import httpx

    async def all_of_them() -> None:
        async with httpx.AsyncClient(http2=True, trust_env=False) as client:
            for n in range(feeds):
                await client.get(f"{base}/feed/{n}", headers={"If-None-Match": '"1"'})

    began = time.process_time()
    asyncio.run(all_of_them())
    return time.process_time() - began


def memory(few: int = 2000, many: int = 20_000) -> None:
    """Peak memory of the main process by number of pages."""
    with serving("-", many) as base:
        small, large = ingest(base, few)[1], ingest(base, many)[1]
    for name, a, b in zip(("all resident", "without mapped files"), small, large, strict=True):
        row(f"peak MiB of the main process, {name}: {few} pages; {many} pages", f"{a / 1024:.0f}; {b / 1024:.0f}")
        row("ratio", f"{b / a:.2f}", "≤ 1.1")


def help_page(runs: int) -> None:
    """Start-up of the command line."""
    ours, typer = turns(
        runs * 5, lambda: tree_cpu([WIREWATCH, "--help"])[1], lambda: tree_cpu([sys.executable, "-c", "import typer"])[1]
    )
    row("wall s: wirewatch --help", spread(ours))
    row('÷ python -c "import typer"', spread([a / b for a, b in zip(ours, typer, strict=True)]), "≤ 2")


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--data", type=Path, help="a folder of real pages (.html.gz)")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--pages", type=int, default=500)
    options.add_argument("--memory", action="store_true", help="also the memory of 20,000 pages: takes minutes")
    given = options.parse_args()
    row("calibration loop, ms", spread([calibration() for _ in range(5)], "{:.0f}"))
    help_page(given.runs)
    unchanged(given.runs)
    if given.data:
        whole(given.data, given.runs, given.pages)
    else:
        row("CPU on real pages", "not measured: no --data folder")
    if given.memory:
        memory()


if __name__ == "__main__":
    main()
