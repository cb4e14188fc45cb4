"""Forgetting an article or a host, for good. Killed anywhere and called again, it ends the same."""

from collections.abc import Sequence

from wirewatch.archive.tombstones import put_tombstone
from wirewatch.index.port import Index
from wirewatch.model import ArticleId
from wirewatch.state import forgetting
from wirewatch.state.database import Database
from wirewatch.upkeep import drop_pages


def forget(archive: str, db: Database, index: Index, ids: Sequence[ArticleId], hosts: Sequence[str]) -> int:
    """Leave nothing of these articles, and let nothing of these hosts in again; gives the pages taken out of the archive.

    The state goes first: what a run is about to write is then refused by its lost claim, or deleted here.
    """
    with index.writing() as writer:
        keys = forgetting.forget(db, ids, hosts)
        put_tombstone(archive, keys, list(hosts), db.owner)
        writer.delete(ids)
    return drop_pages(archive, db, ids)
