"""How late each feed's articles were seen."""

from collections import defaultdict
from statistics import median

from sqlalchemy import func, select

from wirewatch.state import tables as t
from wirewatch.state.database import Database

SAMPLE = 20_000  # newest articles that are looked at: the cost doesn't grow with the archive


def delays(db: Database) -> dict[str, float]:
    """The median of seconds from publication to being first seen, by the URL of the feed that brought the article first.

    Of the newest articles; those seen with a feed's first poll are as old as the feed goes back, so older than a day don't count.
    """
    a, f = t.articles.c, t.feeds.c
    with db.read() as conn:
        newest = conn.scalar(select(func.max(a.no))) or 0
        query = select(f.url, a.first_seen_at, a.published_at).join_from(t.articles, t.feeds, a.feed == f.no)
        rows = conn.execute(query.where(a.no > newest - SAMPLE, a.published_at.is_not(None))).all()
    waits: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        waited = (row.first_seen_at - row.published_at).total_seconds()
        if 0 <= waited < 86_400:
            waits[row.url].append(waited)
    return {url: median(each) for url, each in waits.items()}
