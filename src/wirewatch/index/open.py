"""Which home `index.url` means."""

from pathlib import Path

from wirewatch.errors import UserError
from wirewatch.index.port import Index


def open_index(url: str, home: Path) -> Index:
    """The index that `index.url` names; an embedded one lies in `home`/index and is made if there is none.

    Raises NeedsRebuild (make it anew by `fresh_index`, then fill it), Unavailable, and UserError for a URL nobody knows.
    """
    _known(url)
    from wirewatch.index.embedded.home import open_embedded  # here: the command line starts without tantivy

    return open_embedded(home)


def fresh_index(url: str, home: Path) -> Index:
    """An empty index in the place of what is there. Raises Busy while another process writes to the old one."""
    _known(url)
    from wirewatch.index.embedded.home import fresh

    return fresh(home)


def _known(url: str) -> None:
    if url != "embedded":
        raise UserError(f'index.url: {url!r} is no index; write "embedded"')
