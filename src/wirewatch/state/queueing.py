"""What makes new work: articles with their keys, and captures to be fetched."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete

from wirewatch.errors import Reason
from wirewatch.model import ArticleId
from wirewatch.state import tables as t
from wirewatch.state.forgetting import bare_host, forgotten_hosts
from wirewatch.state.identity import host_of
from wirewatch.state.upsert import insert as upsert

_ARTICLES = upsert(t.articles).returning(t.articles.c.id, t.articles.c.no)
_KEYS = upsert(t.article_keys).returning(t.article_keys.c.key)
_CAPTURES, _HOSTS = upsert(t.captures), upsert(t.hosts)


def make_articles(
    conn: Connection, rows: Sequence[dict[str, Any]], ids: Mapping[str, ArticleId], further: Mapping[str, Sequence[str]] = {}
) -> dict[str, int | None]:
    """Insert articles with their keys (`ids`: key → id; `further`: key → keys of the same article, where nobody has them); gives
    their numbers by key, None where somebody else was first. Sorted by key, all in one: two polls can't wait for each other.
    """
    if not rows:
        return {}
    made = dict(conn.execute(_ARTICLES, list(rows)).tuples().all())
    keyed = {key: made[article_id] for key, article_id in ids.items() if article_id in made}
    if not keyed:
        return dict.fromkeys(ids)
    every = sorted([*keyed.items(), *((each, no) for key, no in keyed.items() for each in further.get(key, ()))])
    own = set(conn.scalars(_KEYS, [{"key": key, "article": article} for key, article in every]))
    taken = [article for key, article in keyed.items() if key not in own]  # became another article's key a moment ago
    if taken:
        conn.execute(delete(t.article_keys).where(t.article_keys.c.article.in_(taken)))
        conn.execute(delete(t.articles).where(t.articles.c.no.in_(taken)))
    return {key: made.get(article_id) if key in own else None for key, article_id in ids.items()}


def queued(article: int, n: int, kind: str, url: str, entry: str, now: datetime) -> dict[str, Any]:
    """The row of a capture to be fetched at once; `entry` is its JSON."""
    times = {"due_at": now, "queued_at": now, "at": now}
    return times | {
        "article": article,
        "n": n,
        "kind": kind,
        "status": "queued",
        "url": url,
        "host": host_of(url),
        "entry": entry,
    }


def queue(conn: Connection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Add captures, and their hosts. Those of a forgotten host are over at once."""
    if not rows:
        return
    gone = forgotten_hosts(conn)
    over = {"status": "skipped", "reason": Reason.FORGOTTEN}
    open_ = {"status": "queued", "reason": None}
    rows = [row | (over if bare_host(row["host"]) in gone else open_) for row in rows]
    conn.execute(_CAPTURES, list(rows))
    hosts = sorted({row["host"] for row in rows})
    conn.execute(_HOSTS, [{"host": host, "next_at": now} for host in hosts])
