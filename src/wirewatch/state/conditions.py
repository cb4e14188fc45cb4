"""What a watch may ask of time: tellings, rates, first mentions. Pure: the same for a batch that comes in and for a look back."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.model import AtLeast, Rate
from wirewatch.state.columns import EPOCH

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
WEEKS = 4  # that say what is usual
LEAST_WEEKS = 2  # without them, nobody knows what is usual
FEWEST = 5  # articles in the hours compared: two instead of none are no spike
LEARNING = timedelta(days=14)  # of noting entities, before one that was never noted is taken for new

Telling = tuple[datetime, str]  # when it was first seen, and its source


@dataclass(frozen=True, slots=True)
class Level:
    """How many articles came in the last hours, and how many are usual in these hours of the week."""

    now: int
    usual: float
    weeks: int  # that the usual was taken from


def too_few(tellings: Iterable[Telling], asked: AtLeast) -> str:
    """Why a story has too few tellings; "" if it has enough."""
    found = most_sources(tellings, asked.within)
    return "" if found >= asked.sources else f"told by {found} of {asked.sources} sources within {span(asked.within)}"


def most_sources(tellings: Iterable[Telling], within: timedelta) -> int:
    """The most sources that told a story within so long of each other, in whatever order their articles came in."""
    window: deque[Telling] = deque()
    held: Counter[str] = Counter()
    most = 0
    for at, source in sorted(tellings):
        window.append((at, source))
        held[source] += 1
        while at - window[0][0] > within:
            gone = window.popleft()[1]
            held[gone] -= 1
            if not held[gone]:
                del held[gone]
        most = max(most, len(held))
    return most


def hour_of(at: datetime) -> int:
    """Hours since 1970."""
    return (at - EPOCH) // HOUR


def hours_of(at: datetime, rate: Rate) -> list[int]:
    """The hours that are compared: the one of `at` and those before it."""
    return [hour_of(at) - n for n in range(rate.within // HOUR)]


def level(by_hour: Mapping[int, int], at: datetime, rate: Rate, counted_from: datetime) -> Level:
    """What `by_hour` says of the hours up to `at`. The last hour isn't over yet: a spike is seen late rather than in error."""
    hours = hours_of(at, rate)
    weeks = max(0, min(WEEKS, (at - counted_from) // WEEK))
    before = sum(by_hour.get(hour - week * (WEEK // HOUR), 0) for hour in hours for week in range(1, weeks + 1))
    return Level(sum(by_hour.get(hour, 0) for hour in hours), before / weeks if weeks else 0.0, weeks)


def no_spike(found: Level, rate: Rate) -> str:
    """Why this is no spike; "" if it is one."""
    if found.weeks < LEAST_WEEKS:
        return f"what is usual isn't known yet: {LEAST_WEEKS} weeks must have been counted"
    if found.now >= max(FEWEST, rate.times * max(found.usual, 1)):
        return ""
    return f"{found.now} articles in {span(rate.within)} where {found.usual:.1f} are usual"


def named_before(entity: str, before: datetime | None, at: datetime, asked: timedelta, noted_from: datetime | None) -> str:
    """Why this is no first mention of the entity at `at`; "" if it is one. `before`: when it was named last, as far as known."""
    if before is not None:
        return "" if at - before > asked else f"{entity} was named on {before:%d %b %Y %H:%M} UTC"
    if noted_from is None or at - noted_from < min(asked, LEARNING):
        return f"entities have been noted for less than {span(min(asked, LEARNING))}: nobody knows what is new"
    return ""


def span(time: timedelta) -> str:
    """`6h`, `30d`: as it is written in watches.yaml."""
    seconds = int(time.total_seconds())
    size, unit = next(((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "m")) if seconds % s == 0), (1, "s"))
    return f"{seconds // size}{unit}"
