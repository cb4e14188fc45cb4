"""Forgotten articles and hosts: what stays is a tombstone, by which they are known and never taken up again."""

import json
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from wirewatch.errors import Reason
from wirewatch.model import ArticleId, Entry
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock
from wirewatch.state.identity import key_of
from wirewatch.state.leases import NOBODY, chunks
from wirewatch.state.meta import SET
from wirewatch.state.rows import entry_json
from wirewatch.state.upsert import insert as upsert

_HOSTS = "forgotten-hosts"
_FORGOTTEN = select(t.meta.c.value).where(t.meta.c.key == _HOSTS)


def found(db: Database, *, url: str | None = None, host: str | None = None) -> list[tuple[ArticleId, str, str]]:
    """The articles (id, title, URL) of a URL or of a host, first seen first; those forgotten already too."""
    a, c, k = t.articles.c, t.captures.c, t.article_keys.c
    query = select(a.id, a.title, a.url).order_by(a.no)
    if url is not None:
        query = query.where(a.no.in_(select(k.article).where(k.key == key_of(url))))
    with db.read() as conn:
        if host is not None:
            names = [name for name in conn.scalars(select(c.host).distinct()) if bare_host(name) == host]
            query = query.where(a.no.in_(select(c.article).where(c.host.in_(names))))
        return [(ArticleId(row.id), row.title, row.url) for row in conn.execute(query)]


def forget(db: Database, ids: Collection[ArticleId], hosts: Collection[str] = ()) -> dict[str, list[str]]:
    """Leave only tombstones of these articles, and let nothing of these hosts in again; gives the keys by article.

    Their captures keep their place in the archive until their pages are out of it. Safe to repeat.
    """
    a, c, k = t.articles.c, t.captures.c, t.article_keys.c
    keys: dict[str, list[str]] = {}
    with db.write() as conn:
        now = clock(conn)
        for some in chunks(list(ids)):
            rows = conn.execute(select(a.no, a.id, a.url).where(a.id.in_(some))).all()
            nos = [row.no for row in rows]
            for row in conn.execute(select(k.key, a.id).join(t.articles, a.no == k.article).where(k.article.in_(nos))):
                keys.setdefault(row.id, []).append(row.key)
            matches = select(t.matches.c.id).where(t.matches.c.article.in_(nos))
            conn.execute(delete(t.outbox).where(t.outbox.c.match.in_(matches)))
            conn.execute(delete(t.matches).where(t.matches.c.article.in_(nos)))
            for table in (t.story_texts, t.story_sketches, t.story_hashes, t.story_links):
                conn.execute(delete(table).where(table.c.article.in_(nos)))
            over = NOBODY | {"status": "skipped", "reason": Reason.FORGOTTEN, "detail": "", "at": now}
            nothing = {"title": "", "published_at": None, "indexed_revision": 0, "text_hash": "", "revisit_at": None}
            for row in rows:
                entry = entry_json(Entry(url=row.url))
                conn.execute(update(t.captures).where(c.article == row.no).values(over | {"entry": entry}))
            conn.execute(update(t.articles).where(a.no.in_(nos)).values(nothing))
        _add_hosts(conn, hosts)
    return keys


def remember_tombstone(db: Database, file: str, keys: dict[str, list[str]], hosts: Sequence[str]) -> None:
    """Take up a tombstone of the archive in a state that doesn't know it: the articles' ids and keys, and nothing else."""
    a = t.articles.c
    with db.write() as conn:
        now = clock(conn)
        for article_id, own in keys.items():
            if conn.scalar(select(a.no).where(a.id == article_id)) is None and own:
                values = {"id": article_id, "url": f"http://{own[0]}", "first_seen_at": now, "source": ""}
                no = conn.execute(insert(t.articles).values(values).returning(a.no)).scalar_one()
                conn.execute(upsert(t.article_keys), [{"key": key, "article": no} for key in own])
                times = {"due_at": now, "queued_at": now, "at": now}
                over = {"kind": "new", "status": "skipped", "reason": Reason.FORGOTTEN, "host": "", "n": 1, "article": no}
                entry = entry_json(Entry(url=values["url"]))  # type: ignore[arg-type]
                conn.execute(insert(t.captures).values(times | over | {"url": values["url"], "entry": entry}))
        _add_hosts(conn, hosts)
        conn.execute(upsert(t.archive_files), [{"name": file, "added_at": now}])
    forget(db, [ArticleId(each) for each in keys])


def is_forgotten(conn: Connection, article: int) -> bool:
    """Whether only a tombstone is left of it."""
    c = t.captures.c
    return conn.scalar(select(c.no).where(c.article == article, c.reason == Reason.FORGOTTEN).limit(1)) is not None


def forgotten_hosts(conn: Connection) -> set[str]:
    """The hosts that nothing is taken from any more."""
    return set(json.loads(conn.scalar(_FORGOTTEN) or "[]"))


def bare_host(host: str) -> str:
    """A host without port and `www.`."""
    return host.partition(":")[0].removeprefix("www.")


def _add_hosts(conn: Connection, hosts: Collection[str]) -> None:
    if hosts:
        every = json.dumps(sorted(forgotten_hosts(conn) | set(hosts)))
        conn.execute(SET, {"key": _HOSTS, "value": every})


def is_forgotten_host(db: Database, host: str) -> bool:
    """Whether nothing is taken from this host (without port and `www.`) any more."""
    with db.read() as conn:
        return host in forgotten_hosts(conn)
