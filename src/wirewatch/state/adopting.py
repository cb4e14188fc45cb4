"""What is done again: pages of closed files that no row knows, articles for another index, failed captures."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from wirewatch.errors import Reason
from wirewatch.model import Origin, Place
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.filed import note_files, page_values, same_as
from wirewatch.state.forgetting import is_forgotten
from wirewatch.state.identity import key_of
from wirewatch.state.keys import add_keys
from wirewatch.state.leases import NOBODY
from wirewatch.state.queueing import make_articles, queue, queued
from wirewatch.state.rows import entry_json

Found = tuple[Origin, Place, str, str]  # a page of the archive: origin, place, final URL, content type


def beyond() -> int:
    """A count of claims that no article reached before the state was lost: hours since 2026, which 119 years don't exhaust."""
    return int((datetime.now(UTC) - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() // 3600)


def raise_revisions(db: Database) -> None:
    """An older copy of the state is in use: whatever is indexed from now on goes before what the lost one wrote."""
    a = t.articles.c
    with db.write() as conn:
        conn.execute(update(t.articles).where(a.revision < beyond()).values(revision=beyond()))


def is_empty(db: Database) -> bool:
    """Whether no article was ever seen: the state is new, or was lost."""
    with db.read() as conn:
        return conn.scalar(select(t.articles.c.no).limit(1)) is None


def known_files(db: Database) -> set[str]:
    """The archive files whose pages have their rows."""
    with db.read() as conn:
        return set(conn.scalars(select(t.archive_files.c.name)))


def adopt(db: Database, file: str, records: Sequence[Found], *, quiet: bool = False) -> int:
    """Take up the pages of a closed archive file that no row knows: a kill fell between closing it and noting it, or the
    state was lost. Makes what is missing (articles with their own ids, keys, captures); gives the pages taken up.

    `quiet`: nobody is told about them, as about imports (no feed).
    """
    with db.write() as conn:
        taken = sum(_adopt(conn, record, quiet or not record[0].feed) for record in records)
        note_files(conn, {file}, clock(conn))
    return taken


def _adopt(conn: Connection, record: Found, quiet: bool) -> bool:
    origin, place, final_url, content_type = record
    c, now = t.captures.c, clock(conn)
    article = _article(conn, origin)
    other = add_keys(conn, article, origin.keys)
    if is_forgotten(conn, article):
        return False
    page = page_values(place, final_url, content_type, now) | {"quiet": quiet}
    if quiet:
        page["due_at"] = min(now, origin.first_seen_at)  # a lost state's stories are grouped again in the order of first seeing
    there = conn.execute(select(c.no, c.status).where(c.article == article, c.n == origin.n).with_for_update()).one_or_none()
    if there is None:
        row = queued(article, origin.n, "new" if origin.n == 1 else "edit", origin.entry.url, entry_json(origin.entry), now)
        no = conn.execute(insert(t.captures).values(row | page).returning(c.no)).scalar_one()
    elif there.status == "queued":
        no = there.no
        conn.execute(update(t.captures).where(c.no == no).values(page))
    else:
        return False
    same_as(conn, no, other)
    return True


def _article(conn: Connection, origin: Origin) -> int:
    a, k = t.articles.c, t.article_keys.c
    no = conn.scalar(select(a.no).where(a.id == origin.article_id))
    if no is None:
        no = conn.scalar(select(k.article).where(k.key.in_(origin.keys)).order_by(k.article).limit(1))
    if no is not None:
        return int(no)
    feed = conn.scalar(select(t.feeds.c.no).where(t.feeds.c.url == origin.feed))
    row = {name: getattr(origin, name) for name in ("first_seen_at", "source", "country", "language")}
    row |= {"id": origin.article_id, "url": origin.entry.url, "feed": feed, "revision": beyond()}
    key = origin.keys[0] if origin.keys else key_of(origin.entry.url)
    made = make_articles(conn, [row], {key: origin.article_id})[key]
    return made if made is not None else _article(conn, origin)  # another process has just made it


def forget_index(db: Database, since: datetime | None = None) -> int:
    """The index is another: what was indexed (since then) is to be indexed again, without being told again.

    Gives the number of captures.
    """
    c = t.captures.c
    with db.write() as conn:
        now = clock(conn)
        values: dict[str, Any] = NOBODY | {"status": "fetched", "attempts": 0, "deaths": 0, "due_at": now, "at": now}
        values["quiet"] = case((c.status == "matched", True), else_=c.quiet)
        those: ColumnElement[bool] = c.status.in_(["indexed", "matched"])
        if since is None:
            conn.execute(update(t.articles).values(indexed_revision=0))
        else:
            those &= c.at >= since
        again = t.articles.c.no.in_(select(c.article).where(those))
        conn.execute(update(t.articles).where(again).values(text_hash=""))  # what that index held is no measure of this one
        return conn.execute(update(t.captures).where(those).values(values)).rowcount


def requeue(db: Database, *, reason: str | None = None, url: str | None = None) -> int:
    """Queue articles whose newest capture was skipped or failed once more (a new capture, `retry`); gives their number."""
    c = t.captures.c
    with db.write() as conn:
        now = clock(conn)
        newest = select(c.article, func.max(c.n).label("n")).group_by(c.article)
        query = select(c.article, c.n, c.url, c.entry).where(c.status.in_(["skipped", "failed"]))
        query = query.where(func.coalesce(c.reason, "").not_in([Reason.FORGOTTEN, Reason.UNCHANGED]), c.kind != "revisit")
        if reason is not None:
            query = query.where(c.reason == reason)
        if url is not None:
            article = conn.scalar(select(t.article_keys.c.article).where(t.article_keys.c.key == key_of(url)))
            query, newest = query.where(c.article == article), newest.where(c.article == article)
        last = newest.subquery()
        rows = conn.execute(query.join(last, (last.c.article == c.article) & (last.c.n == c.n))).all()
        again = [queued(row.article, row.n + 1, "retry", row.url, row.entry, now) for row in rows]
        queue(conn, again, now)
    return len(again)
