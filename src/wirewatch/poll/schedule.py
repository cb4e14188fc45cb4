"""When a feed is polled next. Pure: everything it goes by is passed in.

The numbers are those of the field study (2026-11, from the peers' sources): first poll at once, then hourly; 1.5 times slower
when nothing is new, twice as fast when more than two thirds of the links are; failures slow a feed down in proportion, never
below once a day; a feed is never given up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.errors import Reason

FASTEST, SLOWEST = 300.0, 86_400.0  # seconds
BUSY = 2 / 3  # share of new links above which a poll may have missed some
SLOWER, FASTER = 1.5, 0.5
JITTER = 0.1  # share of the interval, so that feeds polled together part
WEEK = 604_800.0  # seconds; the pace of a feed that says 410 Gone
LONGEST_WISH = 86_400.0  # seconds; the most that a server's Retry-After, ttl or max-age counts for
RESTS = {Reason.HTTP_429: 900.0, Reason.HTTP_5XX: 0.0}  # seconds before the next request where no Retry-After says
WEIGHTS = {  # points of a failure; half where it may well be over by the next poll, a quarter where it may be our own network
    **dict.fromkeys((Reason.HTTP_404, Reason.HTTP_429, Reason.HTTP_5XX, Reason.TLS, Reason.TIMEOUT, Reason.NOT_A_FEED), 0.5),
    **dict.fromkeys((Reason.DNS, Reason.CONNECTION), 0.25),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """When a feed's next poll is due."""

    interval: float  # seconds, what was learned
    next_at: datetime
    not_before: datetime | None  # the server's own wish; not even --now goes before it
    failures: float


def after_success(
    now: datetime, *, interval: float, every: float | None, first: bool, new: int, links: int, wish: float, dice: float
) -> Pace:
    """The pace after a poll that worked. `wish`: seconds that the server wants us to wait at least; `dice` in [0, 1)."""
    if not first:
        busy = links > 0 and new / links > BUSY
        interval = min(max(interval * (FASTER if busy else 1.0 if new else SLOWER), FASTEST), SLOWEST)
    wait = every if every is not None else max(interval * (1 + JITTER * (2 * dice - 1)), min(wish, LONGEST_WISH))
    return Pace(interval, now + timedelta(seconds=wait), None, 0.0)


def after_failure(
    now: datetime, *, interval: float, every: float | None, failures: float, reason: Reason, wish: float | None, dice: float
) -> Pace:
    """The pace after a poll that failed; the learned interval is kept. `wish`: the server's Retry-After in seconds, if any."""
    failures += WEIGHTS.get(reason, 1.0)
    wait = min(max(every or interval, FASTEST if every is None else 0.0) * max(failures, 1.0), SLOWEST) * (1 + JITTER * dice)
    if reason is Reason.HTTP_410:
        return Pace(interval, now + timedelta(seconds=WEEK), now + timedelta(seconds=LONGEST_WISH), failures)
    rest = min(wish, LONGEST_WISH) if wish is not None else RESTS.get(reason, 0.0)
    not_before = now + timedelta(seconds=rest) if rest else None
    return Pace(interval, now + timedelta(seconds=max(wait, rest)), not_before, failures)
