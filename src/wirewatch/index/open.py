"""Which home `index.url` means."""

from pathlib import Path

from wirewatch.index.port import Index
from wirewatch.settings.schema import IndexSettings


def open_index(where: IndexSettings, home: Path) -> Index:
    """The index that `where.url` names; an embedded one lies in `home`/index and is made if there is none.

    Raises NeedsRebuild (make it anew by `fresh_index`, then fill it), Unavailable, and UserError.
    """
    if where.url != "embedded":
        from wirewatch.index.elastic.home import open_elastic  # here: who has no server doesn't load its client

        return open_elastic(where)
    from wirewatch.index.embedded.home import open_embedded  # here: the command line starts without tantivy

    return open_embedded(home)


def fresh_index(home: Path) -> Index:
    """An empty embedded index in the place of what is there. Raises Busy while another process writes to the old one."""
    from wirewatch.index.embedded.home import fresh

    return fresh(home)
