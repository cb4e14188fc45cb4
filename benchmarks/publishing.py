"""Invented histories of publishing, by a seeded generator: what benchmarks/schedule.py polls.

The kinds and their shares are ours; hours, bursts and windows follow what feeds of the mission's region do. Nothing here knows
how any rule works: rates are drawn hour by hour from tables, not from the factors that poll/rhythm.py learns.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

HOUR, DAY = 3600.0, 86_400.0
DAYS = 28  # of a history
# Relative rates by local hour, 0 to 23: a newsroom's day with its rush hours, its later weekend, an agency's day, office hours.
WEEKDAY = (1, 1, 0, 0, 1, 3, 8, 10, 9, 7, 6, 6, 6, 5, 5, 6, 7, 9, 8, 6, 5, 4, 3, 2)
WEEKEND = (1, 1, 0, 0, 0, 1, 2, 4, 7, 8, 8, 7, 6, 5, 4, 4, 4, 5, 6, 6, 4, 3, 2, 1)
ROUND_THE_CLOCK = (3, 2, 2, 2, 3, 5, 8, 10, 11, 11, 11, 10, 9, 10, 10, 10, 10, 9, 8, 7, 6, 5, 4, 4)
OFFICE = (0, 0, 0, 0, 0, 0, 0, 1, 4, 8, 9, 8, 4, 6, 8, 7, 5, 2, 1, 1, 0, 0, 0, 0)
SHARES = {"agency": 8, "daily": 30, "small": 25, "weekly": 12, "bursts": 10, "dead": 8, "reborn": 7}  # of 100 feeds
AGED = 2 / 3  # share of the servers that keep copies and tell how old these are; a guess
ZONES = (-5, 0, 1, 2, 3, 5, 8, 9, 9)  # hours from UTC: London, Belgrade, Kyiv, Moscow, Beijing, Seoul and Tokyo …


@dataclass(frozen=True, slots=True)
class History:
    """What one feed publishes, and how it shows it."""

    kind: str
    times: Sequence[float]  # of publication, in order, seconds from a Monday's midnight UTC
    window: int  # entries it shows
    date_error: float | None  # seconds that its dates are wrong by; None: it gives none
    ttl: float  # seconds that it asks not to be polled for; 0: it says nothing
    cached: float  # seconds for which its server gives the same copy, and says so (max-age)
    aged: bool  # the copy's age is told, too, as a cache in front of the server has to (RFC 9111)

    def shown(self, now: float) -> tuple[int, int]:
        """The first and the last (exclusive) entry that the feed shows at this time."""
        copied = now - now % self.cached if self.cached else now
        end = bisect_right(self.times, copied)
        return max(0, end - self.window), end

    def after(self, time: float) -> int:
        """The first entry that is published after this time."""
        return bisect_left(self.times, time)


def histories(seed: int, feeds: int) -> list[History]:
    """So many feeds; kinds in the shares above."""
    dice = random.Random(seed)
    shocks = sorted(dice.uniform(0, DAYS * DAY) for _ in range(DAYS // 4))  # news that all newsrooms run with for some hours
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    ages = random.Random(seed + 1000)  # by themselves: the histories stay what they were before ages were told
    return [_history(dice, kinds[(n * 37 + seed) % 100], shocks, aged=ages.random() < AGED) for n in range(feeds)]


def _history(dice: random.Random, kind: str, shocks: Sequence[float], *, aged: bool) -> History:
    times = sorted(_times(dice, kind, shocks))
    wrong = dice.choices((0.0, None, -dice.choice((1, 2, 3, 9)) * HOUR, 3 * HOUR), (75, 10, 10, 5))[0]
    return History(
        kind=kind,
        times=times,
        window=dice.choice((20, 50, 100)) if kind == "agency" else dice.choice((10, 15, 20, 30, 50)),
        date_error=wrong,
        ttl=dice.choices((0.0, 900.0, 1800.0, HOUR), (80, 8, 6, 6))[0],
        cached=dice.choices((0.0, 60.0, 300.0, 900.0), (60, 15, 15, 10))[0],
        aged=aged,
    )


def _times(dice: random.Random, kind: str, shocks: Sequence[float]) -> list[float]:
    zone = dice.choice(ZONES)
    match kind:
        case "agency":
            return _hourly(dice, dice.uniform(120, 400), zone, ROUND_THE_CLOCK, ROUND_THE_CLOCK, 0.65, shocks)
        case "daily":
            return _hourly(dice, dice.lognormvariate(3.3, 0.6), zone, WEEKDAY, WEEKEND, dice.uniform(0.3, 0.9), shocks)
        case "small":
            return _hourly(dice, dice.lognormvariate(0.9, 0.8), zone, OFFICE, WEEKEND, dice.uniform(0, 0.5), ())
        case "weekly":
            return _weekly(dice)
        case "bursts":
            starts = [dice.uniform(0, DAYS * DAY) for _ in range(dice.randint(2, 8))]
            quiet = _hourly(dice, dice.uniform(0.3, 3), zone, OFFICE, OFFICE, 0.3, ())
            return quiet + [start + dice.uniform(0, 8 * HOUR) for start in starts for _ in range(dice.randint(20, 80))]
        case _:
            whole = _hourly(dice, dice.lognormvariate(2.5, 1.0), zone, WEEKDAY, WEEKEND, 0.5, shocks)
            end = dice.uniform(5, 25) * DAY
            again = end + dice.uniform(3, 15) * DAY if kind == "reborn" else DAYS * DAY
            return [at for at in whole if at < end or at >= again]


def _hourly(
    dice: random.Random,
    per_day: float,
    zone: int,
    weekday: Sequence[float],
    weekend: Sequence[float],
    share: float,
    shocks: Sequence[float],
) -> list[float]:
    """Times drawn hour by hour: `per_day` on a weekday, `share` of it at the weekend, three times as much in a shock.

    A fifth is published by the clock: on a full quarter of an hour.
    """
    times: list[float] = []
    own = [weight * dice.uniform(0.6, 1.4) for weight in weekday]  # each newsroom has its own hours
    for day in range(DAYS):
        table, level = (weekend, per_day * share) if day % 7 >= 5 else (own, per_day)
        level *= dice.lognormvariate(0, 0.25)
        for hour, weight in enumerate(table):
            start = day * DAY + (hour - zone) * HOUR
            loud = 3.0 if any(0 <= start - shock < 4 * HOUR for shock in shocks) else 1.0
            times += _within(dice, start, level * loud * weight / sum(table))
    return [at for at in times if 0 <= at < DAYS * DAY]


def _within(dice: random.Random, start: float, mean: float) -> list[float]:
    """A Poisson number of times in the hour from `start`."""
    times, at = [], dice.expovariate(1.0)
    while at < mean:
        time = start + dice.random() * HOUR
        times.append(time - time % 900 if dice.random() < 0.2 else time)
        at += dice.expovariate(1.0)
    return times


def _weekly(dice: random.Random) -> list[float]:
    """An issue a week, its articles within an hour or two of their usual time, and a note or two between."""
    usual, articles = dice.randrange(5) * DAY + dice.uniform(5, 16) * HOUR, dice.randint(4, 15)
    issues = [week * 7 * DAY + usual + dice.gauss(0, 0.5 * HOUR) for week in range(DAYS // 7)]
    times = [issue + dice.uniform(0, HOUR) for issue in issues for _ in range(articles)]
    times += [dice.uniform(0, DAYS * DAY) for _ in range(dice.randint(0, DAYS // 5))]
    return [at for at in times if 0 <= at < DAYS * DAY]
