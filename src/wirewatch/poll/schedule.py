"""When a feed is polled next. Pure: everything it goes by is passed in.

A feed is asked when it is likely to have news (rhythm.py). What the server wishes only lengthens that, within a bound; a feed
that may have dropped entries before we saw them is asked in half the time. Failures slow a feed down in proportion, never below
once a day (field notes of 2026-11: users' first complaint about the peers); a feed is never given up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.errors import Reason
from wirewatch.poll.rhythm import Rhythm, due_in

FASTEST, SLOWEST = 300.0, 86_400.0  # seconds
# These were found by benchmarks/schedule.py on its tuning seeds: the least 95th percentile of delay at 24 polls a feed and day.
UNHURRIED = 1560.0  # seconds between two polls of a feed that isn't about to drop entries
TIMELY = 0.15  # likely entries, unseen and still timely, that are worth a poll
SELDOM, LIKELY = 21_600.0, 1 / 3  # seconds after which any that are likely are worth one, timely or not; and how many these are
ROOM = 0.5  # share of what a feed shows that may be new: with more, some may be dropped before they were seen
LEAST_SHOWN = 5  # entries; of a feed that shows fewer we don't know how many it has room for
JITTER = 0.05  # share of the interval, so that feeds polled together part
DAY, WEEK = 86_400.0, 604_800.0  # seconds; the pace of a feed that says 410 Gone, for its first three days and from then on
GONE = timedelta(days=3)
LONGEST_WISH, FRESH_WISH = 86_400.0, 21_600.0  # seconds that a server's wish counts for at most; of a feed that changed today
RESTS = {Reason.HTTP_429: 900.0, Reason.HTTP_5XX: 0.0}  # seconds before the next request where no Retry-After says
OURS = (300.0, 600.0)  # seconds until feeds are asked again that failed by our own network
NETWORK = frozenset({Reason.DNS, Reason.CONNECTION, Reason.TIMEOUT})  # what an outage of ours looks like
HOSTS = 5  # that must have failed before we doubt our own network
ALIVE = timedelta(days=2)  # a host that hasn't answered for longer says nothing about our network: a feed is asked once a day
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
    now: datetime,
    *,
    rhythm: Rhythm,
    shown: int,
    every: float | None,
    gap: float | None,
    wish: float,
    fresh: bool,
    dice: float,
) -> Pace:
    """The pace after a poll that worked. `shown`: entries the feed has room for; `gap`: seconds since the poll before, if entries
    may have been lost meanwhile; `wish`: seconds that the server wants us to wait; `fresh`: it changed today; `dice` in [0, 1).
    """
    interval = interval_of(rhythm, now, shown)
    if gap is not None:
        interval = max(min(interval, gap / 2), FASTEST)
    wish = min(wish, FRESH_WISH if fresh else LONGEST_WISH)
    wait = every if every is not None else max(interval * (1 + JITTER * (2 * dice - 1)), wish)
    return Pace(interval, now + timedelta(seconds=wait), None, 0.0)


def interval_of(rhythm: Rhythm, now: datetime, shown: int, timely: float = TIMELY, unhurried: float = UNHURRIED) -> float:
    """Seconds until a feed that shows so many entries is worth a poll."""
    room = max(shown, LEAST_SHOWN) * ROOM

    def ripe(waited: float, unseen: float, fresh: float) -> bool:
        worth = fresh >= timely or (waited >= SELDOM and unseen >= LIKELY)
        return unseen >= room or (worth and waited >= unhurried)

    return max(due_in(rhythm, now.timestamp(), SLOWEST, ripe), FASTEST)


def after_failure(
    now: datetime,
    *,
    interval: float,
    every: float | None,
    failures: float,
    reason: Reason,
    wish: float | None,
    gone_at: datetime | None,
    dice: float,
) -> Pace:
    """The pace after a poll that failed; what was learned is kept. `wish`: the server's Retry-After in seconds, if any;
    `gone_at`: since when it has said 410 Gone.
    """
    failures += WEIGHTS.get(reason, 1.0)
    wait = min(max(every or interval, FASTEST if every is None else 0.0) * max(failures, 1.0), SLOWEST) * (1 + JITTER * dice)
    if reason is Reason.HTTP_410:
        wait = WEEK if gone_at is not None and now - gone_at >= GONE else DAY
        return Pace(interval, now + timedelta(seconds=wait), now + timedelta(seconds=LONGEST_WISH), failures)
    rest = min(wish, LONGEST_WISH) if wish is not None else RESTS.get(reason, 0.0)
    not_before = now + timedelta(seconds=rest) if rest else None
    return Pace(interval, now + timedelta(seconds=max(wait, rest)), not_before, failures)


def is_witness(now: datetime, last_success_at: datetime | None, failures: float) -> bool:
    """Whether a feed's silence may tell of our own network: it answered lately, and the last time it was asked."""
    return failures == 0 and last_success_at is not None and now - last_success_at <= ALIVE


def is_our_network(failed: int, answered: int) -> bool:
    """Whether the failures of so many hosts, in a few minutes in which so many others answered, are more likely our own."""
    return failed >= HOSTS and failed > 2 * answered


def after_outage(now: datetime, *, interval: float, failures: float, dice: float) -> Pace:
    """The pace after a failure that is our own network's: it counts for nothing."""
    first, last = OURS
    return Pace(interval, now + timedelta(seconds=first + (last - first) * dice), None, failures)
