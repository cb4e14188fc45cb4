"""The stories that met a watch, as a feed shows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.stories import outlet, telling_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story that met a watch."""

    match_id: str
    title: str
    url: str
    source: str
    sentence: str  # that met it, its words between <em> and </em>
    matched_at: datetime
    updated_at: datetime  # when it was told last: a watch may tell a changed text again
    published_at: datetime | None
    tellings: int


def newest(db: Database, watch: str, limit: int) -> list[Story]:
    """The last stories that met it, the newest first; not what was recorded only, as old news or while it was muted."""
    m, a, f, o = t.matches, t.articles, t.feeds, t.outbox.c
    again = select(func.max(o.sent_at)).where(o.match == m.c.id, o.version > 0).scalar_subquery()
    query = (
        select(m.c.id, m.c.sentence, m.c.matched_at, a.c.title, a.c.url, a.c.published_at)
        .add_columns(again.label("again_at"), outlet().label("outlet"), telling_count(m.c.story).label("tellings"))
        .select_from(m.join(a, a.c.no == m.c.article).outerjoin(f, f.c.no == a.c.feed))
        .where(m.c.watch == watch, m.c.state == "live")
        .order_by(m.c.matched_at.desc(), m.c.id)
        .limit(limit)
    )
    with db.read() as conn:
        rows = conn.execute(query).all()
    return [
        Story(
            match_id=row.id,
            title=row.title,
            url=row.url,
            source=row.outlet,
            sentence=row.sentence,
            matched_at=row.matched_at,
            updated_at=max(row.matched_at, row.again_at or row.matched_at),
            published_at=row.published_at,
            tellings=max(row.tellings, 1),
        )
        for row in rows
    ]
