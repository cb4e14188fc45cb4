"""Reading: one page by its place, or a whole file's origins. What isn't whole, by length and digest, counts as lost.

warcio reads a cut record back short without an error, even when told to check digests (its checker then just never passes).
"""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import cast

import structlog
from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from wirewatch.archive.records import PAGE_RECORDS, content_type, origin_of, page_of
from wirewatch.archive.store import CLOSED, open_store
from wirewatch.errors import Reason, Retry
from wirewatch.model import Origin, Page, Place

log = structlog.get_logger()
_CUT = cast("type[Exception]", isal_zlib.error)  # typed as an instance
Found = tuple[Origin, Place, str, str]  # origin, place, final URL, content type


def read_page(archive: str, place: Place) -> Page:
    """The page at `place`, without hops and request.

    Raises Retry(ARCHIVE_LOST) if it isn't there whole, Unavailable if the store can't be asked.
    """
    try:
        packed = open_store(archive).read(place.file, place.offset, place.length)
        stream = isal_zlib.decompressobj(isal_zlib.MAX_WBITS + 16)
        record = stream.decompress(packed)
        if len(packed) != place.length or not stream.eof or stream.unused_data:
            raise ValueError("the record is cut")
        return _page(next(iter(ArchiveIterator(BytesIO(record), check_digests=True))))
    except (OSError, _CUT, ArchiveLoadFailed, ValueError, AttributeError, StopIteration) as error:
        raise Retry(Reason.ARCHIVE_LOST, f"{place.file} at {place.offset}: {error}") from error


def _page(record: ArcWarcRecord) -> Page:
    page = page_of(record)
    if record.digest_checker.passed is not True:
        raise ValueError("its digest differs")
    return page


def list_files(archive: str, below: str = "") -> list[str]:
    """The names of all closed files, or those of a day (`2026/11/24`), oldest first. Raises Unavailable."""
    return open_store(archive).names(CLOSED, below)


def read_records(archive: str, file: str) -> Iterator[Found]:
    """Where each whole page of a file came from and lies. Reads up to the first record that isn't whole.

    Raises Unavailable if the store can't be asked: what a bad connection hides isn't lost.
    """
    try:
        with open_store(archive).open(file) as stream:
            yield from _found(file, ArchiveIterator(stream, check_digests=True))
    except (OSError, zlib.error, ArchiveLoadFailed, ValueError, KeyError, TypeError) as error:
        log.warning("an archive file isn't whole", file=file, error=str(error))


def _found(file: str, records: ArchiveIterator) -> Iterator[Found]:
    responses: dict[str, tuple[Place, str, str]] = {}
    for record in records:
        known, body = record.rec_headers.get_header, record.content_stream().read()
        if record.rec_type != "warcinfo" and record.digest_checker.passed is not True:
            raise ValueError(f"record {known('WARC-Record-ID')} is cut or changed")
        if record.rec_type in PAGE_RECORDS:
            place = Place(file=file, offset=records.get_record_offset(), length=records.get_record_length())
            facts = (place, known("WARC-Target-URI"), content_type(record))
            responses[known("WARC-Record-ID")] = facts
        elif record.rec_type == "metadata" and known("WARC-Refers-To") in responses:
            yield origin_of(body), *responses.pop(known("WARC-Refers-To"))
