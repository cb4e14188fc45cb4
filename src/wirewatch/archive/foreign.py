"""Pages that someone else crawled: a WARC file of theirs, read as a stream within bounds."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from wirewatch.archive.pages import ends_whole
from wirewatch.errors import UserError
from wirewatch.model import Page
from wirewatch.safe import one_line

CUT = "the file ends in the middle of a record"
HTML = ("text/html", "application/xhtml+xml")
FIRST_YEAR = 1000  # strftime writes the years before with fewer than the four digits of a WARC-Date


@dataclass(slots=True)
class Foreign:
    """What was read so far."""

    position: int = 0  # bytes of the file
    not_pages: int = 0  # records that are no answer 200 with HTML, or don't say from where and when
    too_large: int = 0
    broken: str = ""  # why the file could not be read to its end


def pages(path: Path, most: int, told: Foreign) -> Iterator[Page]:
    """The pages of the file, one after another; `told` follows. Stops, with `told.broken`, where the file can't be read on."""
    try:
        with path.open("rb") as stream:
            records, end = ArchiveIterator(stream), 0
            try:
                for record in records:
                    told.position = stream.tell()
                    page = _page(record, most, told)
                    _whole(record)
                    end = records.get_record_offset() + records.get_record_length()
                    if page is not None:
                        yield page
            except (ArchiveLoadFailed, AttributeError) as error:  # warcio uses lines and fields that may not be there
                what = "a record lacks its fields" if isinstance(error, AttributeError) else str(error)
                raise ValueError(CUT if _cut(path, stream, records.offset) else what) from error
            stream.seek(end)
            if stream.read(65_536).strip() or (end and _cut(path, stream, records.get_record_offset())):
                raise ValueError(CUT)  # of the last record only the first bytes are there, or all but the last
    except IsADirectoryError as error:
        raise UserError(f"{path} is a folder; name a .warc.gz file") from error
    except (FileNotFoundError, PermissionError) as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except (OSError, EOFError, zlib.error, ValueError) as error:
        told.broken = one_line(str(error), 200) or type(error).__name__


def _page(record: ArcWarcRecord, most: int, told: Foreign) -> Page | None:
    headers = record.http_headers
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        told.not_pages += 1
        return None
    kind = str(headers.get_header("content-type", "")).partition(";")[0].strip().lower()
    url = str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
    at = _date(record)
    if kind not in HTML or not url.startswith(("http://", "https://")) or at is None:
        told.not_pages += 1
        return None
    body = _bounded(record.content_stream(), most)
    if body is None:
        told.too_large += 1
        return None
    if not body:  # what led on to another page; ours are kept like this, too
        told.not_pages += 1
        return None
    pairs = tuple((str(name).lower(), str(value)) for name, value in headers.headers)
    kept = tuple(pair for pair in pairs if pair[0] not in ("content-encoding", "transfer-encoding", "content-length"))
    return Page(url=url, final_url=url, status=200, headers=kept, body=body, fetched_at=at, took=0.0)


def _cut(path: Path, stream: BinaryIO, last: int) -> bool:
    return path.suffix == ".gz" and not ends_whole(stream, last)


def _whole(record: ArcWarcRecord) -> None:
    """Raises ValueError for a record that the file's end cuts: warcio gives it back short, without a word."""
    while record.raw_stream.read(65_536):
        pass
    headless = record.format == "warc" and not record.rec_headers.get_header("Content-Length")  # ARC has lines of its own
    if headless or getattr(record.raw_stream, "limit", 0) > 0:
        raise ValueError(CUT)


def _bounded(stream: io.BufferedIOBase, most: int) -> bytes | None:
    """All of it, unpacked; None beyond `most` bytes."""
    parts, size = [], 0
    while part := stream.read(65_536):
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)


def _date(record: ArcWarcRecord) -> datetime | None:
    """When it was fetched, in UTC; None where that isn't said, or is no time that our archive can write."""
    try:
        at = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date") or "")
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= FIRST_YEAR else None
