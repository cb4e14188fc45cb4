"""Stories: the articles that carry the same text. A story's number is its first article's, and never changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, text, update

from wirewatch.model import ArticleId, ArticleNo
from wirewatch.state import tables as t
from wirewatch.state.columns import EPOCH
from wirewatch.state.database import Database
from wirewatch.state.leases import chunks
from wirewatch.state.upsert import insert

WINDOW = 14  # days: a text that comes again later is news of its own
_LOCK = 7711002  # PostgreSQL: one assigns at a time; SQLite has one writer anyway

Told = tuple[ArticleNo, ArticleId, bool]  # the story's number and id, and whether the article isn't its first telling


def assign(db: Database, items: Sequence[tuple[ArticleNo, bytes | None]]) -> dict[ArticleNo, Told]:
    """Give each article its story: that of an article with the same digest within 14 days, else its own (digest None too).

    An article keeps its story for ever, also when its text changes; what comes after goes by the new text.
    """
    if not items:
        return {}
    with db.write() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        stories = {article: _assign(conn, article, digest) for article, digest in items}
        ids: dict[ArticleNo, ArticleId] = {}
        for some in chunks(sorted(set(stories.values()))):
            found = select(t.articles.c.no, t.articles.c.id).where(t.articles.c.no.in_(some))
            ids |= {row.no: row.id for row in conn.execute(found)}
    return {article: (story, ids[story], story != article) for article, story in stories.items()}


def _assign(conn: Connection, article: ArticleNo, digest: bytes | None) -> ArticleNo:
    a = t.articles.c
    row = conn.execute(select(a.story, a.first_seen_at).where(a.no == article)).one()
    day = _day(row.first_seen_at)
    story = ArticleNo(row.story or (_same_text(conn, digest, day) if digest else None) or article)
    if row.story is None:
        conn.execute(update(t.articles).where(a.no == article).values(story=story))
    if digest:
        values = {"story": story, "day": day, "digest": digest}
        new = insert(conn, t.story_texts).values(values | {"article": article})
        conn.execute(new.on_conflict_do_update(index_elements=["article"], set_={"digest": digest}))
    return story


def _same_text(conn: Connection, digest: bytes, day: int) -> int | None:
    s = t.story_texts.c
    near = (s.digest == digest) & s.day.between(day - WINDOW, day + WINDOW)
    return conn.scalar(select(s.story).where(near).order_by(func.abs(s.day - day), s.article).limit(1))


def _day(at: datetime) -> int:
    return (at - EPOCH).days


def tellings(db: Database, story_id: ArticleId) -> list[ArticleId]:
    """The ids of a story's articles, first telling first."""
    first = t.articles.alias()
    query = select(t.articles.c.id).join(first, first.c.no == t.articles.c.story).where(first.c.id == story_id)
    with db.read() as conn:
        return [ArticleId(found) for found in conn.scalars(query.order_by(t.articles.c.no))]
