"""A feed's rhythm: how much it publishes, at which hours of which days, learned from what its polls brought. Pure.

Entries an hour = level × mood × hour of the day × day of the week. Each of these factors is what was seen, divided by what the
other factors let expect, and drawn towards 1 by some entries that nobody saw: without those a feed's first night would look
like its end. Both sides fade with a half-life, so a feed may change its ways. `benchmarks/schedule.py` found the numbers.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import exp

HOUR, DAY = 3600.0, 86_400.0  # seconds
LEVEL, MOOD, HOURS, DAYS, FACTORS = 0, 1, 2, 26, 33  # where each factor stands; level: against one entry an hour
FADES = (10 * DAY, 6 * HOUR, *repeat(21 * DAY, 24), *repeat(28 * DAY, 7))  # half-lives: level, mood, hours, days
PULLS = (0.5, 2.0, *repeat(1.5, 24), *repeat(3.0, 7))  # entries that nobody saw
TIMELY = 2 / 3  # hours after which an entry counts for 1/e
LOOK_BACK = 7 * DAY  # a longer time without a poll says no more than this
PACKED = struct.Struct(f"<{2 * FACTORS}f")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was seen of a feed, and what was expected, by factor; faded to the time of its last poll."""

    seen: tuple[float, ...] = (0.0,) * FACTORS
    expected: tuple[float, ...] = (0.0,) * FACTORS

    def factors(self) -> list[float]:
        """The factors by their places."""
        return [(seen + pull) / (expected + pull) for seen, expected, pull in zip(self.seen, self.expected, PULLS, strict=True)]

    def pack(self) -> bytes:
        """264 bytes for the state."""
        return PACKED.pack(*self.seen, *self.expected)


def unpack(packed: bytes | None) -> Rhythm:
    """The rhythm of these bytes; of none, and of bytes of another form, that of a feed nobody knows."""
    if packed is None or len(packed) != PACKED.size:
        return Rhythm()
    numbers = PACKED.unpack(packed)
    return Rhythm(numbers[:FACTORS], numbers[FACTORS:])


def learn(rhythm: Rhythm, since: float, until: float, new: int, dates: Sequence[float]) -> Rhythm:
    """The rhythm after a poll at `until` that brought `new` entries, published since the poll at `since` (s since 1970, UTC).

    `dates`: when the entries say they were published. One that can't be true is passed over: those entries are spread over the
    time in question as they were expected.
    """
    since = max(since, until - LOOK_BACK)
    slices, f = list(_slices(since, until)), rhythm.factors()
    rates = [f[LEVEL] * f[MOOD] * f[h] * f[d] * hours for _, h, d, hours in slices]
    placed = _placed(since, until, dates, len(slices))
    rest = max(new - sum(placed), 0.0) / (sum(rates) or 1.0)
    seen, expected = list(rhythm.seen), list(rhythm.expected)
    for n, fade in enumerate(FADES):
        left = 0.5 ** ((until - since) / fade)
        seen[n] *= left
        expected[n] *= left
    for (_, h, d, _), rate, dated in zip(slices, rates, placed, strict=True):
        for n in (LEVEL, MOOD, h, d):
            seen[n] += dated + rest * rate
            expected[n] += rate / f[n]
    return Rhythm(tuple(seen), tuple(expected))


def _slices(since: float, until: float) -> Iterator[tuple[float, int, int, float]]:
    """Start, place of the hour and of the day, and length in hours of each clock hour between."""
    while since < until:
        end = min((since // HOUR + 1) * HOUR, until)
        yield since, HOURS + int(since // HOUR % 24), DAYS + int(since // DAY % 7), (end - since) / HOUR
        since = end


def _placed(since: float, until: float, dates: Sequence[float], slices: int) -> list[float]:
    counts = [0.0] * slices
    for date in dates:
        if since < date <= until:
            counts[min(int(date // HOUR - since // HOUR), slices - 1)] += 1
    return counts


Ripe = Callable[[float, float, float, float], bool]


def rate_at(rhythm: Rhythm, now: float) -> float:
    """Entries an hour that are likely at this time, right after a poll."""
    f = rhythm.factors()
    return f[LEVEL] * f[MOOD] * f[HOURS + int(now // HOUR % 24)] * f[DAYS + int(now // DAY % 7)]


def due_in(rhythm: Rhythm, now: float, longest: float, ripe: Ripe) -> float:
    """Seconds from now, at most `longest`, until `ripe(waited, unseen, timely, usual)` for what is likely to come by then.

    `waited`: seconds; `unseen`: entries; `timely`: the same, but each fades as it gets late: what is late is late, and of two
    polls the one is worth more that brings news while they are fresh; `usual`: how this hour and day are, against its usual.
    """
    f, unseen, timely = rhythm.factors(), 0.0, 0.0
    for start, h, d, hours in _slices(now, now + longest):
        excited = (f[MOOD] - 1) * 0.5 ** ((start - now) / FADES[MOOD])
        usual = f[h] * f[d]
        pace = f[LEVEL] * (1 + excited) * usual
        state = _after(pace, unseen, timely, hours)
        if ripe(start - now + hours * HOUR, *state, usual):
            return _first(ripe, start - now, hours, pace, unseen, timely, usual)
        unseen, timely = state
    return longest


def _after(rate: float, unseen: float, timely: float, hours: float) -> tuple[float, float]:
    """Unseen and timely entries when the feed has gone on for some hours at this rate."""
    most = rate * TIMELY
    return unseen + rate * hours, most + (timely - most) * exp(-hours / TIMELY)


def _first(ripe: Ripe, waited: float, hours: float, pace: float, unseen: float, timely: float, usual: float) -> float:
    """The first moment within these hours at which it is ripe, to half a minute."""
    low, high = 0.0, hours
    while high - low > 1 / 120:
        middle = (low + high) / 2
        if ripe(waited + middle * HOUR, *_after(pace, unseen, timely, middle), usual):
            high = middle
        else:
            low = middle
    return waited + high * HOUR
