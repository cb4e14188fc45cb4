"""Import: pages that someone else crawled come into our archive, and from there the way of all pages. Told to nobody."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from wirewatch.archive.foreign import Foreign, pages
from wirewatch.archive.read import read_records
from wirewatch.archive.write import ArchiveWriter
from wirewatch.errors import Skip
from wirewatch.model import Counts, Entry, Origin, Page, Source
from wirewatch.settings import Settings
from wirewatch.state import captures, feeds
from wirewatch.state.database import Database
from wirewatch.state.forgetting import bare_host, is_forgotten_host
from wirewatch.state.identity import article_id_of, host_of, key_of

Progress = Callable[[int, int], None]  # bytes read, bytes in all


def import_file(
    settings: Settings, db: Database, path: Path, source: str | None, language: str | None, progress: Progress
) -> tuple[Counts, str]:
    """Take the file's pages in; gives the counts by outcome, and why the file could not be read to its end ("": it was).

    Idempotent: a page whose key is known is left out. Memory is bounded: one of our archive files at a time.
    """
    counts, told = Counts(), Foreign()
    archive = ArchiveWriter(settings.archive, db.owner)
    outlets = {_site(each.home): each for each in settings.sources if each.home}
    size = path.stat().st_size if path.is_file() else 0
    waiting: set[str] = set()
    for page in pages(path, settings.main.fetch.max_bytes, told):
        progress(told.position, size)
        try:
            key = key_of(page.url)
        except Skip:
            told.not_pages += 1
            continue
        if key in waiting or feeds.known_keys(db, [key]):
            counts.add("known already")
        elif is_forgotten_host(db, bare_host(host_of(page.url))):
            counts.add("forgotten")
        else:
            archive.add(page, _origin(page, key, outlets.get(_site(page.url)), source, language))
            waiting.add(key)
        if archive.full():
            counts.add("imported", _close(settings.archive, db, archive))
            waiting.clear()
    counts.add("imported", _close(settings.archive, db, archive))
    for outcome, n in (("no page", told.not_pages), ("too large", told.too_large)):
        counts.add(outcome, n)
    return Counts({outcome: n for outcome, n in counts.by.items() if n}), told.broken


def _close(name: str, db: Database, archive: ArchiveWriter) -> int:
    """Make the open file durable and its pages known; a kill in between leaves that to the next start."""
    closed = archive.close_file()
    return captures.adopt(db, closed[0][1].file, list(read_records(name, closed[0][1].file))) if closed else 0


def _origin(page: Page, key: str, outlet: Source | None, source: str | None, language: str | None) -> Origin:
    return Origin(
        article_id=article_id_of(key),
        keys=(key,),
        first_seen_at=datetime.now(UTC),  # by us: imports go to the month of the import
        n=1,
        entry=Entry(url=page.url),
        feed="",
        source=source or (outlet.name if outlet else _site(page.url)),
        language=language or (outlet.language if outlet else None),
        country=outlet.country if outlet else None,
    )


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
