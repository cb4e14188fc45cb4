"""The second look: each article's page is asked for once more a day later, for what was corrected, added or withdrawn."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select, update

from wirewatch.errors import Reason
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.leases import chunks
from wirewatch.state.queueing import queue, queued

AFTER = timedelta(hours=24)  # by then most corrections are made (the field notes' rule)
ENOUGH = timedelta(hours=12)  # a page looked at within that is not looked at again
BATCH = 500  # articles a transaction


def look_again(conn: Connection, articles: Sequence[int], now: datetime) -> None:
    """These are looked at once more when their time has come."""
    for some in chunks(articles):
        conn.execute(update(t.articles).where(t.articles.c.no.in_(some)).values(revisit_at=now + AFTER))


def queue_revisits(db: Database, *, now_too: bool = False) -> int:
    """Queue a capture for each article whose time has come (`now_too`: also before, if it was indexed before this database was
    opened); gives their number.
    """
    total = 0
    while queued_now := _some(db, now_too=now_too):
        total += queued_now - 1
    return total


def _some(db: Database, *, now_too: bool) -> int:
    """One more than the captures queued; 0 when no article is left."""
    a, c = t.articles.c, t.captures.c
    with db.write() as conn:
        now = clock(conn)
        due = a.revisit_at <= (max(now, db.opened_at + AFTER) if now_too else now)
        nos = conn.scalars(select(a.no).where(due).order_by(a.revisit_at).limit(BATCH).with_for_update(skip_locked=True)).all()
        if not nos:
            return 0
        conn.execute(update(t.articles).where(a.no.in_(nos)).values(revisit_at=None))
        newest = select(c.article, func.max(c.n).label("n")).where(c.article.in_(nos)).group_by(c.article).subquery()
        query = select(c.article, c.n, c.url, c.entry).join(newest, (newest.c.article == c.article) & (newest.c.n == c.n))
        query = query.where(c.status != "queued", func.coalesce(c.reason, "") != Reason.FORGOTTEN)
        stale = or_(c.n == 1, c.at <= now - ENOUGH)
        rows = [
            queued(row.article, row.n + 1, "revisit", row.url, row.entry, now)
            for row in conn.execute(query.where(stale).order_by(c.article))
        ]
        queue(conn, rows, now)
    return len(rows) + 1
