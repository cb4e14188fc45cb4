"""Which feeds need somebody to look at them, told once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, case, func, or_, select, update

from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.feeds import is_silent
from wirewatch.state.leases import chunks

MOST = 3.0  # points of failure (poll/schedule.py) of a feed that never answered: since when, nobody noted
FAILING = timedelta(days=1)  # without one good answer: a night's maintenance of a site is none of our alarm

LONG = timedelta(days=7)  # after which a feed that still fails is told once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwell:
    """A feed that has fallen ill, or is well again, since people were last told."""

    no: int
    url: str
    source: str
    health: str  # failing, failing for a week, silent; "": well again
    reason: str  # why it fails; "" where it doesn't


def changed(db: Database) -> list[Unwell]:
    """The active feeds whose health isn't what people were told, by source and URL.

    Failing: no good answer for a day, though asked, and again for a week; or never one, and asked three times or so. Silent: it
    answers, and has brought nothing new for seven days, or never shown anything; one whose articles another feed always has
    first is neither.
    """
    f = t.feeds.c
    with db.read() as conn:
        now = clock(conn)
        never = and_(f.last_success_at.is_(None), f.failures >= MOST)
        fails = and_(f.reason.is_not(None), or_(never, f.last_success_at < now - FAILING))
        silent = is_silent(now)
        for_long = and_(f.reason.is_not(None), f.last_success_at < now - LONG)
        health = case((for_long, "failing for a week"), (fails, "failing"), (silent, "silent"), else_="")
        query = select(f.no, f.url, f.source, health.label("health"), func.coalesce(f.reason, "").label("reason"))
        rows = conn.execute(query.where(f.active, f.told != health).order_by(f.source, f.url)).all()
    return [Unwell(no=row.no, url=row.url, source=row.source, health=row.health, reason=row.reason) for row in rows]


def told(db: Database, feeds: Sequence[Unwell]) -> None:
    """People have been told of these."""
    with db.write() as conn:
        for health in {feed.health for feed in feeds}:
            for nos in chunks([feed.no for feed in feeds if feed.health == health]):
                conn.execute(update(t.feeds).where(t.feeds.c.no.in_(nos)).values(told=health))
