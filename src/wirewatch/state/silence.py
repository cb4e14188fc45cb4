"""What has gone quiet, lags or fails, though nothing says so by itself: watches, sources, the index, deliveries."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, case, func, or_, select

from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.feeds import is_silent
from wirewatch.state.measures import queues

LOOK = timedelta(weeks=8)  # in which a watch's usual pauses are looked for
FEWEST = 8  # matches in that time: of a watch that seldom fires nobody knows what is usual
LONGER = 2  # times the longest pause …
LEAST = timedelta(days=1)  # … and at least so long: a night is no silence
LATE = timedelta(minutes=30)  # that pages wait for the index, or articles for the watches


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that people should look at."""

    kind: str  # watch, source, index, channel
    name: str
    text: str  # one line

    @property
    def key(self) -> str:
        """What tells one trouble from another; the same as long as it lasts."""
        return f"{self.kind} {self.name}"


def troubles(db: Database, watches: Collection[str]) -> list[Trouble]:
    """All there is, for these watches."""
    with db.read() as conn:
        now = clock(conn)
        return [*_index(conn, now), *_channels(conn), *_sources(conn, now), *_watches(conn, now, set(watches))]


def _watches(conn: Connection, now: datetime, names: set[str]) -> Iterator[Trouble]:
    m = t.matches.c
    names -= set(conn.scalars(select(t.mutes.c.watch).where(t.mutes.c.until > now)))
    times: dict[str, list[datetime]] = defaultdict(list)
    query = select(m.watch, m.matched_at).where(m.matched_at > now - LOOK, m.state == "live").order_by(m.watch, m.matched_at)
    for row in conn.execute(query):
        if row.watch in names:
            times[row.watch].append(row.matched_at)
    for name, each in times.items():
        if len(each) < FEWEST:
            continue
        longest = max(later - earlier for earlier, later in pairwise(each))
        if now - each[-1] > max(LEAST, LONGER * longest):
            text = f"watch {name}: met by nothing for {_long(now - each[-1])}; {_long(longest)} was its longest pause"
            yield Trouble("watch", name, f"{text} in {LOOK.days // 7} weeks")


def _sources(conn: Connection, now: datetime) -> Iterator[Trouble]:
    """Those none of whose feeds brings anything; one silent feed among others is told by itself."""
    f = t.feeds.c
    quiet = func.sum(case((or_(is_silent(now), f.reason.is_not(None)), 1), else_=0))
    query = select(f.source, func.count().label("feeds"), quiet.label("quiet"), func.max(f.last_new_at).label("last"))
    for row in conn.execute(query.where(f.active).group_by(f.source).order_by(f.source)):
        if row.feeds > 1 and row.quiet == row.feeds:
            last = f"for {_long(now - row.last)}" if row.last else "ever"
            yield Trouble("source", row.source, f"source {row.source}: none of its {row.feeds} feeds brought anything new {last}")


def _index(conn: Connection, now: datetime) -> Iterator[Trouble]:
    for stage, what in (("index", "pages wait to be indexed"), ("match", "articles wait for the watches")):
        queue = queues(conn, now)[stage]
        if queue.late > LATE.total_seconds():
            yield Trouble("index", stage, f"{stage}: {queue.due} {what}, the first for {_long(timedelta(seconds=queue.late))}")


def _channels(conn: Connection) -> Iterator[Trouble]:
    o = t.outbox.c
    query = select(o.channel, func.count().label("messages"), func.max(o.no).label("newest")).group_by(o.channel)
    given_up = "given up after eight attempts: `wirewatch watches retry`"
    failing = (("dead", t.DEAD, given_up), ("pending", t.PENDING & (o.attempts > 1), "failed and tried again"))
    for state, ill, what in failing:  # one by one: each has its partial index
        for row in conn.execute(query.where(ill).order_by(o.channel)):
            error = conn.scalar(select(o.error).where(o.no == row.newest))
            yield Trouble("channel", f"{row.channel} {state}", f"channel {row.channel}: {row.messages} messages {what}; {error}")


def _long(time: timedelta) -> str:
    """`3 d`, `5 h`, `45 min`."""
    seconds = time.total_seconds()
    size, unit = next(((s, u) for s, u in ((86400, "d"), (3600, "h")) if seconds >= 2 * s), (60, "min"))
    return f"{seconds / size:.0f} {unit}"
