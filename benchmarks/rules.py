"""The peers' rules for a feed's pace, and ours, as benchmarks/schedule.py asks them.

The peers' numbers are those of their sources, as read in November 2026.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from wirewatch.poll.rhythm import Rhythm, learn
from wirewatch.poll.schedule import JITTER, Copy, after_success

MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86_400.0, 604_800.0
MONDAY = datetime(2026, 1, 5, tzinfo=UTC).timestamp()  # where the histories begin


@dataclass(frozen=True, slots=True)
class Seen:
    """What a poll saw."""

    now: float
    last: float | None  # the poll before
    new: int
    shown: int
    dates: Sequence[float]  # that the new entries claim
    recent: Sequence[float]  # dates of all entries shown
    max_age: float
    ttl: float
    age: float | None  # seconds since the server's copy was made; None: it isn't told
    dice: float  # in [0, 1)


class Rule(Protocol):
    """A rule for one feed."""

    spread: float  # share of the wait by which polls are spread, both ways; 0: the rule does that itself

    def wait(self, seen: Seen) -> float:
        """Seconds until the next poll."""


Make = Callable[[float], Rule]


class Peer:
    """A rule of another program; given ours of the spreading."""

    spread = JITTER


class Fixed(Peer):
    """Every n minutes: reader's grid, FreshRSS, Miniflux's round robin; with the lower bounds that they take."""

    def __init__(self, scale: float, obeys: str = "") -> None:
        self._scale, self._obeys = scale, obeys

    def wait(self, seen: Seen) -> float:
        wish = max(seen.max_age if "age" in self._obeys else 0.0, seen.ttl if "ttl" in self._obeys else 0.0)
        return max(HOUR * self._scale, min(wish, DAY))


class Miniflux(Peer):
    """A week ÷ entries a week, 5 min to 24 h, at least ttl and max-age. `scale`: its factor, turned over."""

    def __init__(self, scale: float) -> None:
        self._scale = scale

    def wait(self, seen: Seen) -> float:
        week = [date for date in seen.recent if seen.now - WEEK < date]
        gap = (max(week) - min(week)) / (len(week) - 1) if len(week) > 1 else 0.0
        weekly = WEEK / gap if gap > 0 else len(week)
        interval = WEEK / weekly * self._scale if weekly else DAY
        return max(min(max(interval, 5 * MINUTE), DAY), min(max(seen.ttl, seen.max_age), DAY))


class StormCrawler(Peer):
    """Changed: i ← (1−d)·i + d·min; unchanged: i ← (1+x)·i, up to `longest`. `scale`: x."""

    def __init__(self, scale: float, decrease: float = 0.2, shortest: float = 90 * MINUTE, longest: float = 90 * DAY) -> None:
        self._up, self._down, self._min, self._max = scale, decrease, shortest, longest
        self._interval = 12 * HOUR

    def wait(self, seen: Seen) -> float:
        i = self._interval
        self._interval = (1 - self._down) * i + self._down * self._min if seen.new else min((1 + self._up) * i, self._max)
        return self._interval


class RssFetcher(Peer):
    """First 6 h; few known links: an hour shorter; many: 10 min longer, an hour after a month of nothing. `scale`: all times."""

    def __init__(self, scale: float, low: float = 0.33, high: float = 0.67) -> None:
        self._scale, self._low, self._high = scale, low, high
        self._interval, self._polls, self._last_new = 6 * HOUR * scale, 0, 0.0

    def wait(self, seen: Seen) -> float:
        self._polls += 1
        if seen.new:
            self._last_new = seen.now
        known = 1 - seen.new / seen.shown if seen.shown else 1.0
        if self._polls > 2:
            if known < self._low:
                self._interval = min(self._interval - HOUR * self._scale, 6 * HOUR * self._scale)
            elif known >= self._high:
                self._interval += (10 * MINUTE if seen.now - self._last_new < 31 * DAY else HOUR) * self._scale
        self._interval = min(max(self._interval, seen.ttl or 10 * MINUTE * min(self._scale, 1.0)), DAY)
        return self._interval


class Old(Peer):
    """Ours until 2026-11: nothing new ×slower, more than two thirds new ×½; 5 min to 24 h. `scale`: slower − 1."""

    def __init__(self, scale: float, faster: float = 0.5, busy: float = 2 / 3) -> None:
        self._slower, self._faster, self._busy, self._interval = 1 + scale, faster, busy, HOUR

    def wait(self, seen: Seen) -> float:
        if seen.last is not None:
            share = seen.new / seen.shown if seen.shown else 0.0
            factor = self._faster if share > self._busy else 1.0 if seen.new else self._slower
            self._interval = min(max(self._interval * factor, 5 * MINUTE), DAY)
        return max(self._interval, min(max(seen.ttl, seen.max_age), DAY))


class Ours:
    """poll/schedule.py as it is. `scale`: how many timely entries are worth a poll."""

    spread = 0.0

    def __init__(self, scale: float) -> None:
        self._timely, self._rhythm = scale, Rhythm()
        self._new_at: datetime | None = None

    def wait(self, seen: Seen) -> float:
        """Seconds until the next poll."""
        at, gap = datetime.fromtimestamp(MONDAY + seen.now, UTC), None
        self._new_at = at if seen.new else self._new_at
        if seen.last is not None:
            dates = [MONDAY + date for date in seen.dates]
            self._rhythm = learn(self._rhythm, MONDAY + seen.last, MONDAY + seen.now, seen.new, dates)
            gap = seen.now - seen.last if 0 < seen.new == seen.shown else None
        elif history := [MONDAY + date for date in seen.recent if seen.now - 14 * DAY < date <= seen.now]:
            self._rhythm = learn(self._rhythm, min(history), MONDAY + seen.now, len(history), history)
        pace = after_success(
            at,
            rhythm=self._rhythm,
            shown=seen.shown,
            every=None,
            gap=gap,
            wish=seen.ttl,
            copy=Copy(seen.max_age, seen.age),
            last_new_at=self._new_at,
            dice=seen.dice,
            timely=self._timely,
        )
        return (pace.next_at - at).total_seconds()
