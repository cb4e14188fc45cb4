"""What a rebuild of the index reads: each article's newest indexed capture, under the revision its document has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from wirewatch.model import ArticleId
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.indexing import IndexTask, index_task, joined
from wirewatch.state.leases import chunks

_DONE = ("indexed", "matched")


def archived(db: Database, after: int, limit: int, since: datetime | None = None) -> tuple[list[IndexTask], int]:
    """The next `limit` articles whose number is above `after`, first seen since, and the last one's number (0: no more)."""
    a = t.articles.c
    query = select(a.no).where(a.no > after, a.indexed_revision > 0).order_by(a.no).limit(limit)
    if since is not None:
        query = query.where(a.first_seen_at >= since)
    with db.read() as conn:
        nos = list(conn.scalars(query))
    return _tasks(db, t.articles.c.no.in_(nos)), nos[-1] if nos else 0


def archived_of(db: Database, ids: Sequence[ArticleId]) -> list[IndexTask]:
    """Those of these articles."""
    return [task for some in chunks(list(ids)) for task in _tasks(db, t.articles.c.id.in_(some))]


def count(db: Database, since: datetime | None = None) -> int:
    """How many articles `archived` will give."""
    query = select(func.count()).select_from(t.articles).where(t.articles.c.indexed_revision > 0)
    if since is not None:
        query = query.where(t.articles.c.first_seen_at >= since)
    with db.read() as conn:
        return int(conn.scalar(query) or 0)


def _tasks(db: Database, those: ColumnElement[bool]) -> list[IndexTask]:
    a, c = t.articles.c, t.captures.c
    done = c.status.in_(_DONE) & c.file.is_not(None)
    newest = (
        select(c.article, func.max(c.n).label("n")).join(t.articles, a.no == c.article).where(done, those).group_by(c.article)
    )
    last = newest.subquery()
    query = select(c.no, a.indexed_revision).select_from(t.captures).join(t.articles, a.no == c.article)
    query = query.join(last, (last.c.article == c.article) & (last.c.n == c.n)).order_by(c.article)
    with db.read() as conn:
        revisions = {row.no: row.indexed_revision for row in conn.execute(query)}
        rows: Sequence[Row[Any]] = joined(conn, list(revisions))
    return [index_task(row, token="", revision=revisions[row.no]) for row in rows]
