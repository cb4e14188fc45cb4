"""Days of polling with the clock replaced: when feeds publish, how the adaptive pace follows, what PostgreSQL has to write.

Assumed: a feed shows its 20 newest entries; its articles come at random times, at a rate of its own; the rates are spread
log-normally around the mean (sigma 2: half of the feeds bring a seventh of the mean or less); every tenth feed answers with a
changed body also when it has no news; nothing is announced by two feeds.
"""

import hashlib
import heapq
import math
import multiprocessing
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.history import TITLE, Size
from benchmarks.work import carry, poll_due
from wirewatch.model import Entry
from wirewatch.poll.rhythm import Rhythm, learn
from wirewatch.poll.schedule import Copy, after_success
from wirewatch.state.database import Database, clock, open_database, opened
from wirewatch.state.feeds import FeedTask

SHOWN = 20  # entries of a feed
SIGMA = 2.0
START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = 86_400.0


@dataclass(slots=True)
class Day:
    """What a simulated day brought, all feeds together."""

    feeds: int
    polls: int = 0
    news: int = 0  # polls that brought something
    articles: int = 0
    lost: int = 0  # articles that had left the feed before it was asked
    lags: list[float] = field(default_factory=list)  # seconds from an article's publication to the poll that found it


def rate(feed: int, mean: float) -> float:
    """Articles a day of a feed."""
    return mean * math.exp(random.Random(feed).gauss(-(SIGMA**2) / 2, SIGMA))


def published(feed: int, per_day: float, since: float, until: float) -> list[float]:
    """The times (seconds) in (since, until] at which a feed publishes: the same whoever asks, and whenever."""
    times: list[float] = []
    for day in range(int(since // DAY), int(until // DAY) + 1):
        chance = random.Random(feed * 100_003 + day)
        at = day * DAY + chance.expovariate(per_day) * DAY
        while at < (day + 1) * DAY:
            if since < at <= until:
                times.append(at)
            at += chance.expovariate(per_day) * DAY
    return times


@dataclass(frozen=True, slots=True)
class Learned:
    """Where the pace of a feed stands; seconds from now."""

    last: float
    next_at: float
    interval: float


def adaptive(feeds: int, mean: float, days: int) -> tuple[list[Day], dict[int, Learned]]:
    """`days` of the pace of poll/schedule.py alone, from the first poll on, and where each feed then stands; no database."""
    told = [Day(feeds) for _ in range(days)]
    rates = [rate(feed, mean) for feed in range(feeds)]
    chance = random.Random(1)
    queue = [(chance.random() * 3600.0, feed, -3600.0, Rhythm()) for feed in range(feeds)]
    heapq.heapify(queue)
    while queue[0][0] < days * DAY:
        now, feed, last, rhythm = queue[0]
        times = published(feed, rates[feed], max(last, now - 30 * DAY), now)
        new = min(len(times), SHOWN)
        today = told[int(now // DAY)]
        today.polls, today.news, today.articles = today.polls + 1, today.news + (new > 0), today.articles + new
        today.lost += len(times) - new
        today.lags += [now - at for at in times[-SHOWN:]]
        at = START + timedelta(seconds=now)
        rhythm = learn(rhythm, at.timestamp() - now + last, at.timestamp(), new, ())
        gap = now - last if new == SHOWN else None
        lately = at if new else at - timedelta(seconds=now - last)
        about: dict[str, Any] = {"every": None, "gap": gap, "wish": 0.0, "copy": Copy(), "last_new_at": lately}
        pace = after_success(at, rhythm=rhythm, shown=SHOWN, **about, dice=chance.random())
        heapq.heapreplace(queue, (now + (pace.next_at - at) / timedelta(seconds=1), feed, now, rhythm))
    return told, {feed: Learned(last - days * DAY, next_at - days * DAY, next_at - last) for next_at, feed, last, _ in queue}


@dataclass(frozen=True, slots=True)
class World:
    """What the simulated feeds do: feed n publishes at the rate of the learned feed n modulo their number, its own articles."""

    size: Size
    mean: float  # articles a day and feed
    learned: dict[int, Learned]
    began: datetime

    def stands(self, no: int) -> Learned:
        """Where a feed's pace stands when the simulation begins; those with one rate are at different points of it."""
        like = self.learned[no % len(self.learned)]
        share = no // len(self.learned) / max(1, self.size.feeds // len(self.learned))
        wait = (max(like.next_at, 0.0) + share * like.interval) % like.interval
        return Learned(wait - like.interval, wait, like.interval)

    def look(self, task: FeedTask, now: datetime) -> tuple[list[Entry], int]:
        """What a feed shows, and how many of it are new."""
        per_day, first = rate(task.no % len(self.learned), self.mean), self.stands(task.no).last
        until = (now - self.began) / timedelta(seconds=1)
        last = first if task.last_success_at is None else (task.last_success_at - self.began) / timedelta(seconds=1)
        times = published(task.no, per_day, max(first, until - 3 * DAY), until)[-SHOWN:]
        new = sum(at > last for at in times)
        if not new and task.no % 10:
            return [], 0
        entries = [_entry(f"https://{task.host.removesuffix(':443')}/simulated/{task.no}/{at:.3f}") for at in times]
        return entries + [_entry(url) for url in self._older(task.no, SHOWN - len(times))], new

    def _older(self, feed: int, n: int) -> list[str]:
        """Addresses of the newest articles that benchmarks/history.py gave the feed."""
        newest = (self.size.captures - feed + 1) // self.size.feeds * self.size.feeds + feed - 1
        numbers = [no for no in range(newest, newest - n * self.size.feeds, -self.size.feeds) if no > 0]
        marks = [hashlib.md5(str(no).encode(), usedforsecurity=False).hexdigest() for no in numbers]
        return [
            f"https://www.outlet-{no % self.size.hosts}.example/news/{no}/{mark}-title"
            for no, mark in zip(numbers, marks, strict=True)
        ]


def _entry(url: str) -> Entry:
    return Entry(url=url, title=TITLE, summary="A few words about what happened, as feeds give them. " * 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What some simulated hours cost."""

    polls: int
    articles: int
    matched: int
    took: float  # seconds


def simulate(url: str, world: World, hours: float, processes: int) -> Told:
    """Some hours on the database's feeds with the clock replaced: every five simulated minutes all that is due is polled, and
    what that brought is carried through to `matched`.

    The database's clock is covered by a function of the same name that is found first on the search path.
    """
    path = {"options": "-c search_path=public,pg_catalog"}
    shown = make_url(url).update_query_dict(path).render_as_string(hide_password=False)
    polls = articles = matched = 0
    with opened(url, Path()) as db:
        _prepare(db, world)
        started = time.monotonic()
        with multiprocessing.get_context("spawn").Pool(processes, _begin, (shown, world)) as pool:
            for tick in range(1, int(hours * 12) + 1):
                with db.write() as conn:
                    conn.execute(text("UPDATE simulated_clock SET at = :at"), {"at": world.began + timedelta(minutes=5 * tick)})
                for polled, new in pool.map(_poll, range(processes), chunksize=1):
                    polls, articles = polls + polled, articles + new
                matched += sum(pool.map(_carry, range(processes), chunksize=1))
            took = time.monotonic() - started
            pool.close()
            pool.join()
    return Told(polls=polls, articles=articles, matched=matched, took=took)


def _prepare(db: Database, world: World) -> None:
    numbers = range(1, world.size.feeds + 1)
    stands = [world.stands(no) for no in numbers]
    columns = {
        "at": world.began,
        "nos": list(numbers),
        "paces": [feed.interval for feed in stands],
        "nexts": [feed.next_at for feed in stands],
        "lasts": [feed.last for feed in stands],
    }
    statement = """UPDATE feeds
        SET interval = pace, active = true, next_poll_at = :at + make_interval(secs => next),
            last_success_at = :at + make_interval(secs => last)
        FROM unnest(CAST(:nos AS bigint[]), CAST(:paces AS float8[]), CAST(:nexts AS float8[]), CAST(:lasts AS float8[]))
            AS learned(feed, pace, next, last)
        WHERE no = feed"""
    with db.write() as conn:
        conn.execute(text(statement), columns)
        conn.execute(text("CREATE TABLE simulated_clock AS SELECT CAST(:at AS timestamptz) AS at"), {"at": world.began})
        body = (
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT at FROM public.simulated_clock'"
        )
        conn.execute(text(body))


_worker: tuple[Database, World]  # of this process


def _begin(url: str, world: World) -> None:
    global _worker
    _worker = open_database(url, Path()), world


def _now() -> datetime:
    with _worker[0].read() as conn:
        return clock(conn)


def _poll(_process: int) -> tuple[int, int]:
    (db, world), now = _worker, _now()
    return poll_due(db, lambda task: world.look(task, now), lambda: now, lambda: False)


def _carry(_process: int) -> int:
    now = _now()
    return carry(_worker[0], lambda: now, lambda: False)
