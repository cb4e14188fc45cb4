"""What the state does at the size of a news archive: claims among many rows, many processes, some simulated hours.

    python -m benchmarks.scale [--feeds 180000] [--hosts 20000] [--captures 5000000] [--rounds 3] [--seconds 6] [--hours 0.5]

Runs on the tests' PostgreSQL (tests/pg.py) with its own settings; feeds and pages are made up, fetching is replaced by a clock.
docs/scale.md goes on from what it prints.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.history import Size, bytes_of, dead_in, fill, tidy
from benchmarks.measure import calibration, row, spread
from benchmarks.simulation import Day, World, adaptive, simulate
from benchmarks.work import carry, poll_due
from tests import pg
from wirewatch.model import Feed, Source
from wirewatch.state import captures, feeds, indexing
from wirewatch.state.captures import HostTask
from wirewatch.state.database import Database, clock, opened

CLAIMS = 100  # of a kind in a round
ARTICLES = 500_000  # a day
PROCESSES = 8
DAYS = 14  # after which the adaptive pace of most feeds no longer changes
SEEN = 1_000  # hosts a run has visited already, and doesn't want again
HELD = "token = NULL, owner = NULL, leased_until = NULL WHERE owner IS NOT NULL"
FREE = f"UPDATE captures SET {HELD}"
BUSY_HOST, BUSY_TOKEN = "www.outlet-1.example:443", "f" * 32


@dataclass(frozen=True, slots=True)
class Kind:
    """A claim that is timed, and what brings its rows back."""

    name: str
    claim: Callable[[Database], object]
    undo: tuple[str, ...] = (FREE,)
    bar: bool = True


def kinds(size: Size) -> Sequence[Kind]:
    """The claims of all stages."""
    seen = tuple(f"www.outlet-{number}.example:443" for number in range(size.hosts - min(SEEN, size.hosts // 2), size.hosts))
    asked = (
        "UPDATE hosts SET next_at = clock_timestamp() + interval '5 seconds' WHERE owner IS NOT NULL",
        f"UPDATE hosts SET {HELD}",
    )
    held = f"UPDATE hosts SET token = '{BUSY_TOKEN}' WHERE host = '{BUSY_HOST}'"
    return (
        Kind("100 due feeds", lambda db: _hundred(feeds.claim(db, 100)), (f"UPDATE feeds SET {HELD}",)),
        Kind("a host with due captures", lambda db: _one(captures.claim_host(db)), asked),
        Kind(f"a host, {len(seen)} seen", lambda db: _one(captures.claim_host(db, skip=seen)), asked, bar=False),
        Kind("100 captures to fetch", lambda db: _hundred(captures.claim_captures(db, _held(db), 100)), (FREE, held)),
        Kind("100 captures to index", lambda db: _hundred(captures.claim_fetched(db, 100))),
        Kind("100 captures to match", lambda db: _hundred(indexing.claim_indexed(db, 100))),
    )


def _hundred(claimed: Sequence[object]) -> None:
    assert len(claimed) == 100, len(claimed)


def _one(claimed: object) -> None:
    assert claimed is not None


def _held(db: Database) -> HostTask:
    return HostTask(
        host=BUSY_HOST, token=BUSY_TOKEN, next_at=db.opened_at, pace=1.0, robots=None, robots_status=None, robots_fetched_at=None
    )


def claiming(large: Database, small: Database, sizes: Sequence[Size], rounds: int) -> None:
    """Milliseconds of each claim in both databases, taking turns claim by claim."""
    for here, there in zip(kinds(sizes[0]), kinds(sizes[1]), strict=True):
        p50s, p99s, ratios = [], [], []
        for db in (large, small):
            _do(db, *here.undo)
        for _ in range(rounds):
            took: tuple[list[float], list[float]] = [], []
            for _ in range(CLAIMS):
                took[0].append(_timed(large, here))
                took[1].append(_timed(small, there))
            p50s.append(median(took[0]))
            p99s.append(_p99(took[0]))
            ratios.append((p50s[-1] / median(took[1]), p99s[-1] / _p99(took[1])))
        row(f"ms of a claim of {here.name}: p50", spread(p50s, "{:.1f}"))
        row(f"ms of a claim of {here.name}: p99", spread(p99s, "{:.1f}"), "≤ 20" if here.bar else "")
        if here.bar:
            row("  ÷ a tenth the size: p50", spread([ratio for ratio, _ in ratios]))
            row("  ÷ a tenth the size: p99", spread([ratio for _, ratio in ratios]), "≤ 1.3")


def _timed(db: Database, kind: Kind) -> float:
    began = time.perf_counter()
    kind.claim(db)
    took = (time.perf_counter() - began) * 1000
    _do(db, *kind.undo)
    return took


def _p99(took: Sequence[float]) -> float:
    return sorted(took)[len(took) * 99 // 100]


def _do(db: Database, *statements: str) -> None:
    with db.write() as conn:
        for statement in statements:
            conn.execute(text(statement))


def together(db: Database, url: str, size: Size, world: World, needed: dict[str, float], rounds: int, seconds: float) -> None:
    """What one process and eight do in a second, taking turns. (That they do nothing twice is for the tests.)"""
    units = {"captures": "captures carried from queued to matched", "feeds": "polls claimed and finished"}
    for work, unit in units.items():
        rates: dict[int, list[float]] = {1: [], PROCESSES: []}
        for _ in range(rounds):
            for processes, measured in rates.items():
                _lay_out(db, size)
                measured.append(_rate(url, work, processes, seconds, world))
        for processes, measured in rates.items():
            row(f"{unit} a second, {processes} processes", spread(measured, "{:.0f}"))
        row(f"  {PROCESSES} processes ÷ 1", spread([b / a for a, b in zip(rates[1], rates[PROCESSES], strict=True)]), "≥ 0.9")
        times = [many * 86_400 / needed[work] for many in rates[PROCESSES]]
        row(f"  {PROCESSES} processes ÷ what {needed[work]:,.0f} a day need", spread(times, "{:.0f}"), "≥ 10")


def _lay_out(db: Database, size: Size) -> None:
    """Enough to do for both: the newest captures wait, all feeds are due."""
    _do(
        db,
        f"""UPDATE captures SET status = 'queued', due_at = queued_at, token = NULL, owner = NULL, leased_until = NULL
            WHERE no > {size.captures - size.waiting} AND status <> 'queued'""",
        "UPDATE feeds SET next_poll_at = now() - random() * interval '1 hour', last_success_at = now() - interval '1 day'",
        f"UPDATE hosts SET {HELD}",
    )
    tidy(db.engine)


def _rate(url: str, work: str, processes: int, seconds: float, world: World) -> float:
    context = multiprocessing.get_context("spawn")
    barrier, done = context.Barrier(processes), context.Queue()
    workers = [context.Process(target=_work, args=(url, work, seconds, world, barrier, done)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    told = [done.get(timeout=seconds + 120) for _ in workers]
    for worker in workers:
        worker.join()
    return float(sum(each / took for each, took in told))


def _work(url: str, work: str, seconds: float, world: World, barrier: Barrier, done: "Queue[tuple[int, float]]") -> None:
    with opened(url, Path()) as db:
        barrier.wait(120)
        began = time.monotonic()

        def enough() -> bool:
            return time.monotonic() - began > seconds

        def now() -> datetime:
            return datetime.now(UTC)

        if work == "captures":
            number = carry(db, now, enough)
        else:
            number, _ = poll_due(db, lambda task: world.look(task, now()), now, enough)
        done.put((number, time.monotonic() - began))


def pacing(days: Sequence[Day], size: Size) -> float:
    """Polls a day that the adaptive pace comes to, all feeds together."""
    for number in (0, 1, len(days) - 1):
        day = days[number]
        lags = sorted(day.lags)
        row(
            f"day {number + 1} of the adaptive pace: polls a feed, share with news",
            f"{day.polls / day.feeds:.2f}, {day.news / day.polls:.2f}",
        )
        late = f"{median(lags) / 3600:.1f}, {lags[len(lags) * 9 // 10] / 3600:.1f}; {day.lost / day.articles:.1%}"
        row("  hours from publication to poll: median, 9 of 10 within; lost", late)
    return days[-1].polls / days[-1].feeds * size.feeds


def simulated(db: Database, url: str, size: Size, world: World, hours: float) -> None:
    """Hours of polling and of carrying what it brought, with the clock replaced."""
    _do(db, f"UPDATE captures SET status = 'matched', {HELD.split(' WHERE')[0]} WHERE no > {size.captures - size.waiting}")
    tidy(db.engine)
    before = bytes_of(db.engine)
    with db.read() as conn:
        now = clock(conn)
    told = simulate(url, replace(world, began=now), hours, 2)
    grown = sum(sum(each) for each in bytes_of(db.engine).values()) - sum(sum(each) for each in before.values())
    row(f"{hours:g} simulated hours: polls, new articles, matched", f"{told.polls:,}, {told.articles:,}, {told.matched:,}")
    row("  a day of that: polls, articles", f"{told.polls * 24 / hours:,.0f}, {told.articles * 24 / hours:,.0f}")
    row("  real seconds with 2 processes; simulated ÷ real time", f"{told.took:.0f}; {hours * 3600 / told.took:.0f}")
    row("  bytes the database grew, an article", f"{grown / max(told.articles, 1):.0f}")
    for name, (live, dead) in dead_in(db.engine).items():
        row(f"  {name}: rows, dead rows that autovacuum left", f"{live:,}, {dead:,}")


def looking(db: Database, size: Size) -> None:
    """What looks at all rows: each start at the feeds, `status` and `feeds` at everything."""
    sources = [
        Source(
            name=f"Outlet {no % size.hosts}",
            country="rs",
            language="sr",
            feeds=(Feed(url=f"https://www.outlet-{no % size.hosts}.example/rss/section-{no}"),),
        )
        for no in range(1, size.feeds + 1)
    ]
    changed, same = _seconds(lambda: feeds.sync(db, sources)), _seconds(lambda: feeds.sync(db, sources))
    row("s of a start that compares all feeds with the config; with a fiftieth changed", f"{same:.1f}; {changed:.1f}")
    row("s of `status`, of `feeds list`", f"{_seconds(lambda: captures.counts(db)):.1f}, {_seconds(lambda: feeds.rows(db)):.1f}")


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def growing(db: Database, size: Size) -> None:
    """Bytes of each table and of its indexes, and what a day and a year add."""
    whole = 0
    for name, (table, indexes) in bytes_of(db.engine).items():
        per_row = (table + indexes) / size.rows(name)
        row(f"{name}: GB of rows, of indexes; bytes a row", f"{table / 1e9:.2f}, {indexes / 1e9:.2f}; {per_row:.0f}")
        whole += table + indexes if name not in ("feeds", "hosts") else 0
    article = whole / size.captures
    row("bytes an article, all its rows and indexes", f"{article:.0f}")
    row(
        f"GB that {ARTICLES:,} articles a day add: a day, a year",
        f"{article * ARTICLES / 1e9:.1f}, {article * ARTICLES * 365 / 1e9:.0f}",
    )


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for name, default in (("feeds", 180_000), ("hosts", 20_000), ("captures", 5_000_000), ("rounds", 3)):
        options.add_argument(f"--{name}", type=int, default=default)
    for name, standard in (("seconds", 6.0), ("hours", 0.5)):
        options.add_argument(f"--{name}", type=float, default=standard)
    given = options.parse_args()
    size = Size(given.feeds, given.hosts, given.captures)
    row("calibration loop, ms", f"{calibration():.0f}")
    mean = ARTICLES / 180_000
    days, learned = adaptive(max(size.feeds // 20, 1), mean, DAYS)
    polls = pacing(days, size)
    with ExitStack() as stack:
        server = stack.enter_context(pg.server())
        template = stack.enter_context(pg.template(server))
        urls = [stack.enter_context(pg.database(server, template)) for _ in range(2)]
        large, small = (stack.enter_context(opened(url, Path())) for url in urls)
        sizes = (size, size.tenth())
        for db, its in zip((large, small), sizes, strict=True):
            began = time.monotonic()
            fill(db.engine, its)
            row(f"s to fill {its.captures:,} captures and their articles, {its.feeds:,} feeds", f"{time.monotonic() - began:.0f}")
        growing(large, size)
        looking(large, size)
        claiming(large, small, sizes, given.rounds)
        with large.read() as conn:
            world = World(size, mean, learned, clock(conn))
        needed = {"captures": ARTICLES, "feeds": polls}
        together(large, urls[0], size, world, needed, given.rounds, given.seconds)
        simulated(large, urls[0], size, world, given.hours)


if __name__ == "__main__":
    main()
