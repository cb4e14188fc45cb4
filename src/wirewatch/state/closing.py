"""Hosts that sent us away: nobody asks them for a while, for a page or a feed, on any machine.

Too many requests to one host are often too many to its whole site: blogs on names of their own below one domain share a limit
(field notes §1). So the site's other hosts rest as well, for a quarter of an hour at most: the word was given for one of them.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from wirewatch.errors import Reason
from wirewatch.state import tables as t
from wirewatch.state.sameness import site_of
from wirewatch.state.upsert import insert

OTHERS_REST = timedelta(minutes=15)
_CLOSE = insert(
    t.hosts,
    "(host) DO UPDATE SET closed_until = excluded.closed_until"
    " WHERE hosts.closed_until IS NULL OR hosts.closed_until < excluded.closed_until",
)


def close(conn: Connection, host: str, until: datetime, reason: Reason | None, now: datetime) -> None:
    """Nobody asks the host before `until`; after a 429 its site's other known hosts rest, too."""
    closed = {host: until}
    if reason is Reason.HTTP_429:
        closed |= dict.fromkeys(_others(conn, host), min(until, now + OTHERS_REST))
    conn.execute(_CLOSE, [{"host": each, "next_at": at, "closed_until": at} for each, at in sorted(closed.items())])


def site_of_host(host: str) -> str:
    """The registered domain of a host (name:port), whatever the port; a numeric one has no others, it stands for itself."""
    name = host.rpartition(":")[0]
    return host if name[-1:].isdigit() or "]" in name else site_of(name)


def _others(conn: Connection, host: str) -> list[str]:
    """The hosts of feeds and pages on the same registered domain."""
    site = site_of_host(host)
    like = f"%{site}:%"
    query = select(t.hosts.c.host).where(t.hosts.c.host.like(like)).union(select(t.feeds.c.host).where(t.feeds.c.host.like(like)))
    return [each for each in conn.scalars(query) if each != host and site_of_host(each) == site]
