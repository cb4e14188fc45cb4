"""A file's pages as the stretches of bytes they are, for copying them into another file without a change."""

import io
import secrets
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from wirewatch import __version__
from wirewatch.archive.records import PAGE_RECORDS, Records, origin_of
from wirewatch.archive.store import CLOSED, open_store
from wirewatch.errors import WirewatchError
from wirewatch.model import Origin
from wirewatch.safe import one_line


class NotWhole(WirewatchError):
    """A file that ends early, or a record that isn't what its digest says."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A page with its hops, request and origin: bytes `start` to `end` of a file."""

    file: str
    start: int
    end: int
    offset: int  # of the response record, from the file's beginning
    origin: Origin


def stretches(archive: str, file: str) -> Iterator[Stretch]:
    """The pages of a file, every record's digest checked. Raises NotWhole where the file stops being whole."""
    try:
        with open_store(archive).open(file) as stream:
            records = ArchiveIterator(stream, check_digests=True)
            start = offset = begin = 0
            for record in records:
                body = record.content_stream().read()
                begin, length = records.get_record_offset(), records.get_record_length()
                if record.rec_type == "warcinfo":
                    start = begin + length
                elif record.digest_checker.passed is not True:
                    raise NotWhole(f"{file} at {begin}: the digest differs")
                elif record.rec_type in PAGE_RECORDS:
                    offset = begin
                elif record.rec_type == "metadata":
                    yield Stretch(file, start, begin + length, offset, origin_of(body))
                    start = begin + length
            if start and not ends_whole(stream, begin):
                raise NotWhole(f"{file} at {begin}: the last record is cut")
    except (OSError, zlib.error, ArchiveLoadFailed, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotWhole(f"{file}: {one_line(str(error), 200)}") from error


def ends_whole(stream: BinaryIO, last: int) -> bool:
    """Whether the packed record that begins at `last` is there to its last byte: warcio doesn't miss its checksum."""
    stream.seek(last)
    unpacked = zlib.decompressobj(zlib.MAX_WBITS + 16)
    while not unpacked.eof and (part := stream.read(65_536)):
        left = part
        while left and not unpacked.eof:
            unpacked.decompress(left, 1 << 20)
            left = unpacked.unconsumed_tail
    return unpacked.eof


def copied(archive: str, some: Sequence[Stretch], owner: str) -> tuple[str, list[int]]:
    """A new file of these pages, durable; its name, and the new offset of each one's response record."""
    store = open_store(archive)
    name = f"{some[0].file.rpartition('/')[0]}/{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}{CLOSED}".lstrip("/")
    buffer = io.BytesIO()
    Records(buffer).about(name, f"wirewatch {__version__}")
    offsets = []
    for each in some:
        offsets.append(buffer.tell() + each.offset - each.start)
        buffer.write(store.read(each.file, each.start, each.end - each.start))
    store.put(name, buffer.getvalue(), owner)
    return name, offsets
