"""One page, from wherever a user names it: the web, a file, the archive."""

import asyncio
import gzip
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wirewatch.archive.read import list_files, read_page, read_records
from wirewatch.errors import Retry, Skip, Unavailable, UserError
from wirewatch.fetch.fate import refuse_status, refuse_type
from wirewatch.fetch.head import read_head
from wirewatch.fetch.robots import RobotsBook
from wirewatch.fetch.visit import REDIRECTS
from wirewatch.fetch.walls import refuse_noindex
from wirewatch.indexing import recalled
from wirewatch.model import ArticleId, Entry, Page
from wirewatch.net.client import client_of
from wirewatch.safe import one_line
from wirewatch.settings import Settings
from wirewatch.state import rebuilding
from wirewatch.state.database import opened

_ID = re.compile(r"[a-z2-7]{16}")
_PLACE = re.compile(r"(.+\.warc\.gz)(?::(\d+))?")
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A page, and what else extraction goes by."""

    page: Page
    entry: Entry
    first_seen_at: datetime
    recall: bool = False  # its source is one of forums, blogs or lists


def find_page(settings: Settings, which: str) -> Found:
    """The page of an address, of a file (HTML, also packed), of a place in the archive (`FILE.warc.gz:OFFSET`) or of an article's
    id.

    Raises UserError if `which` is none of these, Unavailable if it can't be had.
    """
    try:
        if which.startswith(("http://", "https://")):
            page = asyncio.run(_fetched(settings, which))
            return Found(page, Entry(url=which), page.fetched_at)
        if place := _PLACE.fullmatch(which):
            return _archived(settings, place[1], place[2])
        if _ID.fullmatch(which) and not Path(which).exists():
            return _of_article(settings, ArticleId(which))
        return Found(_file(Path(which), settings.main.fetch.max_bytes), Entry(url=""), datetime.now(UTC))
    except (Skip, Retry) as error:
        raise Unavailable(f"{which}: {error}") from error


async def _fetched(settings: Settings, url: str) -> Page:
    """As a run would fetch it: by robots.txt, guard and limits; but at once, and not kept."""
    given = settings.main.fetch
    async with client_of(given) as http:
        book = RobotsBook(http, 3 * given.timeout)

        async def allowed(address: str) -> None:
            if given.obey_robots:
                (await book.of(address)).check(address)

        await allowed(url)
        page = await http.get(
            url, max_bytes=given.max_bytes, total=3 * given.timeout, redirects=REDIRECTS, on_hop=allowed, on_head=refuse_type
        )
        refuse_status(page, 0)
        if given.obey_noindex:
            refuse_noindex(page, read_head(page.body, page.final_url), http.product)
        return page


def _file(path: Path, most: int) -> Page:
    """A page in a file; its address isn't known."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
            stream.seek(0)
            body = (gzip.GzipFile(fileobj=stream) if packed else stream).read(most + 1)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        hint = "; write an address with http:// or https://, a file, FILE.warc.gz:OFFSET, or an article's id"
        raise UserError(f"{path}: {error.strerror}{hint if isinstance(error, FileNotFoundError) else ''}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise Unavailable(f"{path}: {one_line(str(error), 200)}") from error
    if len(body) > most:
        raise UserError(f"{path} holds more than fetch.max_bytes ({most})")
    return Page(url="", final_url="", status=200, headers=(), body=body, fetched_at=datetime.now(UTC), took=0.0)


def _archived(settings: Settings, name: str, offset: str | None) -> Found:
    """The page at a place of our archive, or of an archive file of ours that lies elsewhere."""
    path = Path(name)
    if not path.is_file() and name not in list_files(settings.archive, name.rpartition("/")[0]):
        raise UserError(f"{name}: neither a file nor in the archive")
    archive, file = (str(path.parent), path.name) if path.is_file() else (settings.archive, name)
    found = list(read_records(archive, file))
    for origin, place, _, _ in found:
        if (offset is None and len(found) == 1) or place.offset == int(offset or -1):
            recall = origin.source in recalled(settings.sources)
            return Found(read_page(archive, place), origin.entry, origin.first_seen_at, recall)
    if not found:
        raise UserError(f"{name} holds no page of ours; `wirewatch import` takes in files that others made")
    named = ", ".join(f"{name}:{place.offset} ({one_line(url, 100)})" for _, place, url, _ in found[:_LISTED])
    raise UserError(f"{name} holds {len(found)} pages, none {'named' if offset is None else f'at {offset}'}; write {named} …")


def _of_article(settings: Settings, article: ArticleId) -> Found:
    """The newest indexed page of an article."""
    with opened(settings.main.state.url, settings.home) as db:
        tasks = rebuilding.archived_of(db, [article])
    if not tasks:
        raise UserError(f"{article}: no article of this id has a page in the archive")
    recall = tasks[0].source in recalled(settings.sources)
    return Found(read_page(settings.archive, tasks[0].place), tasks[0].entry, tasks[0].first_seen_at, recall)
