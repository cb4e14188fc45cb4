"""Writing: pages are gathered in memory and become a file as a whole; a file that has its name is never touched again."""

import io
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from wirewatch import __version__
from wirewatch.archive.records import Records
from wirewatch.archive.store import CLOSED, open_store
from wirewatch.model import Origin, Page, Place

PAGES = 100  # of a file: an object store gets a file at once, and what isn't closed isn't kept
BYTES = 16 * 1024 * 1024
AGE = 5.0  # seconds from a file's first page: how late a page may be known as fetched


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """A page that was added, and isn't durable yet."""

    offset: int
    length: int


@dataclass(slots=True)
class _File:
    name: str
    buffer: io.BytesIO
    records: Records
    began: float
    pages: list[Pending]


class ArchiveWriter:
    """Gathers pages into files. Its methods may be called from any thread."""

    def __init__(self, archive: str, owner: str) -> None:
        """`owner`: this process, as archive/recover.py asks for it; it stands in the name of what a kill leaves behind."""
        self._store, self._owner = open_store(archive), owner
        self._lock = threading.Lock()
        self._file: _File | None = None

    def add(self, page: Page, origin: Origin) -> Pending:
        """Take a page into the open file. It is durable once `close_file` gives its place."""
        with self._lock:
            self._file = file = self._file or _new_file()
            offset, length = file.records.page(page, origin)
            pending = Pending(offset, length)
            file.pages.append(pending)
            return pending

    def due(self) -> bool:
        """Whether the open file should be closed: it is full, or its first page has waited long enough."""
        file = self._file  # without the lock, which is held while a page is packed: an event loop may ask
        return file is not None and (_is_full(file) or time.monotonic() - file.began >= AGE)

    def full(self) -> bool:
        """Whether the open file should be closed before anything is added."""
        file = self._file
        return file is not None and _is_full(file)

    def close_file(self) -> list[tuple[Pending, Place]]:
        """Make what was added durable, and say where it lies. Raises Unavailable: then none of it is kept."""
        return self.closing()()

    def closing(self) -> Callable[[], list[tuple[Pending, Place]]]:
        """Ends the open file, and gives what makes it durable as `close_file` does: to be called once, in any thread."""
        with self._lock:
            file, self._file = self._file, None
        return lambda: self._closed(file) if file else []

    def _closed(self, file: _File) -> list[tuple[Pending, Place]]:
        self._store.put(file.name, file.buffer.getvalue(), self._owner)
        return [(page, Place(file=file.name, offset=page.offset, length=page.length)) for page in file.pages]


def _is_full(file: _File) -> bool:
    return len(file.pages) >= PAGES or file.buffer.tell() >= BYTES


def _new_file() -> _File:
    name = f"{datetime.now(UTC):%Y/%m/%d/%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}{CLOSED}"
    buffer = io.BytesIO()
    records = Records(buffer)
    records.about(name, f"wirewatch {__version__}")
    return _File(name, buffer, records, time.monotonic(), [])
