"""When a feed is polled next. Pure: everything it goes by is passed in.

A feed is asked when it is likely to have news (rhythm.py); one that is alive at least every three hours while it is awake. A
server's copy is asked for when it has just been renewed, where its age is known, and never before: what the server wishes only
lengthens the pace, within a bound. A feed that may have dropped entries before we saw them is asked in half the time. Failures
slow a feed down in proportion, never below once a day (field notes of 2026-11: users' first complaint about the peers); a feed
is never given up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.errors import Reason
from wirewatch.poll.rhythm import Rhythm, due_in, rate_at

FASTEST, SLOWEST = 300.0, 86_400.0  # seconds
# Found by benchmarks/schedule.py on its tuning seeds, at 24 polls a feed and day; SELDOM is what a small outlet may have to wait.
UNHURRIED = 1620.0  # seconds between two polls of a feed that isn't about to drop entries
TIMELY = 0.24  # likely entries, unseen and still timely, that are worth a poll
SELDOM, LIKELY = 10_800.0, 0.2  # seconds after which any that are likely are worth one, timely or not; and how many these are
AWAKE = 0.5  # of its usual rate: in such hours a feed that is alive is asked after SELDOM, however little is likely
LATELY = timedelta(days=14)  # since when a feed that is alive has brought something
BUSY = 1.0  # entries likely by the next poll: from there on it's worth polls to allow for the age of the server's copy
RENEWED = (2.0, 30.0)  # seconds after a copy's renewal at which it is asked for
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
class Copy:
    """What a server, or a cache before it, says of the copy of a feed that it gave."""

    kept: float = 0.0  # seconds for which it gives the same (max-age, Expires); 0: it doesn't say
    age: float | None = None  # seconds since the copy was made (RFC 9111, 5.1); None: it doesn't say

    @property
    def left(self) -> float:
        """Seconds until it may be another."""
        return max(self.kept - (self.age or 0.0), 0.0)


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
    copy: Copy,
    last_new_at: datetime | None,
    dice: float,
    timely: float = TIMELY,
) -> Pace:
    """The pace after a poll that worked. `shown`: entries the feed has room for; `gap`: seconds since the poll before, if entries
    may have been lost meanwhile; `wish`: seconds that the feed wants us to wait; `last_new_at`: when it last brought something,
    now included; `dice` in [0, 1).
    """
    alive, fresh = (last_new_at is not None and now - last_new_at < within for within in (LATELY, timedelta(days=1)))
    busy = rate_at(rhythm, now.timestamp()) * UNHURRIED / 3600 >= BUSY
    hurry = copy.kept if busy and copy.age is None else 0.0
    interval = interval_of(rhythm, now, shown, alive=alive, timely=timely, unhurried=UNHURRIED - hurry)
    if gap is not None:
        interval = max(min(interval, gap / 2), FASTEST)
    longest = FRESH_WISH if fresh else LONGEST_WISH
    wish = min(wish, longest)
    wait = max(interval * (1 + JITTER * (2 * dice - 1)), wish)
    least = max(wait / 2, min(wait, FASTEST), wish)
    wait = every if every is not None else _when_renewed(wait, least, copy, longest, busy=busy, dice=dice)
    return Pace(interval, now + timedelta(seconds=wait), None, 0.0)


def _when_renewed(wait: float, least: float, copy: Copy, longest: float, *, busy: bool, dice: float) -> float:
    """The wait, moved to just after one of the renewals of the server's copy: the nearest, of a busy feed the last before.

    Never before the first of them (in `longest` seconds at most), and never to less than `least`: ages may be wrong.
    """
    if copy.age is None or copy.age >= copy.kept or copy.left > longest:
        return max(wait, min(copy.left, longest))
    turns = max(wait - copy.left, 0.0) / copy.kept
    at = copy.left + copy.kept * (int(turns) if busy else round(turns))
    first, last = RENEWED
    return max(wait, copy.left) if at < least else at + first + (last - first) * dice


def interval_of(
    rhythm: Rhythm, now: datetime, shown: int, *, alive: bool, timely: float = TIMELY, unhurried: float = UNHURRIED
) -> float:
    """Seconds until a feed that shows so many entries is worth a poll."""
    room = max(shown, LEAST_SHOWN) * ROOM

    def ripe(waited: float, unseen: float, fresh: float, usual: float) -> bool:
        worth = fresh >= timely or (waited >= SELDOM and (unseen >= LIKELY or (alive and usual >= AWAKE)))
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
