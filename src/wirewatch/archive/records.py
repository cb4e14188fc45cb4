"""A page as WARC 1.1 records, and back: hops, request, response, and a metadata record with its origin.

The body is kept unpacked, so what the server said about its packing is kept under other names (apache/stormcrawler#691).
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from wirewatch.model import ArticleId, Entry, Origin, Page
from wirewatch.safe import one_line

REQUESTED, TOOK = "Wirewatch-Requested-URI", "Wirewatch-Took"  # WARC 1.1 lets writers add fields
PAGE_RECORDS = ("response", "resource")  # types of a record that holds a page
_LEVEL = 2  # 3.5 ms a page of 300 KB; 6: 7.2 ms for 13 % fewer bytes; warcio's own 9 is slower still
_PACKING = ("content-encoding", "transfer-encoding", "content-length")
_KEPT_AS = "x-crawler-"
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
Pairs = Iterable[tuple[str, str]]


class Records:
    """Writes pages into `out`, each record a gzip member of its own."""

    def __init__(self, out: BinaryIO) -> None:
        self._warc = WARCWriter(_Members(out), gzip=False, warc_version="1.1")
        self._out = out

    def about(self, name: str, software: str) -> None:
        """The record at a file's start that says who wrote it."""
        facts = {"software": software, "format": "WARC File Format 1.1"}
        self._warc.write_record(self._warc.create_warcinfo_record(name.rpartition("/")[2], facts))

    def page(self, page: Page, origin: Origin) -> tuple[int, int]:
        """Write a page; gives offset and length of its response record (a resource, if the entry stands for the page)."""
        date = {"WARC-Date": _date(page.fetched_at)}
        known = date | ({"WARC-IP-Address": page.ip} if page.ip else {}) | {REQUESTED: page.url, TOOK: f"{page.took:.3f}"}
        if page.status:
            http = _answer(page.status, page.headers, len(page.body))
            response = self._record(page.final_url, "response", known, http=http, body=page.body)
        else:  # made of the feed's entry: no server said this
            response = self._record(page.final_url, "resource", known, body=page.body, kind=page.header("content-type"))
        named = response.rec_headers.get_header("WARC-Record-ID")
        beside = date | {"WARC-Concurrent-To": named}
        for hop in page.hops:
            self._warc.write_record(self._record(hop.url, "response", beside, http=_answer(hop.status, hop.headers, 0)))
        if page.status:
            self._warc.write_record(self._record(page.final_url, "request", beside, http=_asked(page)))
        start = self._out.tell()
        self._warc.write_record(response)
        end = self._out.tell()
        self._warc.write_record(
            self._record(
                page.final_url, "metadata", date | {"WARC-Refers-To": named}, body=_packed(origin), kind="application/json"
            )
        )
        return start, end - start

    def _record(
        self, url: str, kind_of: str, fields: dict[str, str], *, http: StatusAndHeaders = None, body: bytes = b"", kind: str = ""
    ) -> ArcWarcRecord:
        return self._warc.create_warc_record(
            url,
            kind_of,
            payload=BytesIO(body),
            length=len(body),
            warc_headers_dict=fields,
            http_headers=http,
            warc_content_type=kind,
        )


class _Members:
    """Makes each record one gzip member: warcio flushes at a record's end."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._packer = out, _packer()

    def write(self, data: bytes) -> None:
        self._out.write(self._packer.compress(data))

    def flush(self) -> None:
        self._out.write(self._packer.flush())
        self._packer = _packer()


def _packer() -> "zlib._Compress":
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + 16)


def page_of(record: ArcWarcRecord) -> Page:
    """The page of a response record whose body was not read yet. Hops and request lie in records of their own: left out."""
    known, http = record.rec_headers.get_header, record.http_headers
    headers = [(name.lower(), value) for name, value in (http.headers if http else [("content-type", content_type(record))])]
    return Page(
        url=known(REQUESTED) or known("WARC-Target-URI"),
        final_url=known("WARC-Target-URI"),
        status=int(http.get_statuscode()) if http else 0,
        headers=tuple((name.removeprefix(_KEPT_AS), value) for name, value in headers if name != "content-length"),
        body=record.content_stream().read(),
        fetched_at=datetime.fromisoformat(known("WARC-Date")),
        took=float(known(TOOK) or 0),
        ip=known("WARC-IP-Address") or "",
    )


def content_type(record: ArcWarcRecord) -> str:
    """What the server, or for a resource the archive, says that the body is."""
    return str((record.http_headers or record.rec_headers).get_header("content-type", ""))


def origin_of(packed: bytes) -> Origin:
    """What a metadata record says. Raises ValueError, KeyError or TypeError on another format."""
    facts: dict[str, Any] = json.loads(packed)
    entry = facts["entry"]
    published = entry["published_at"] and datetime.fromisoformat(entry["published_at"])
    return Origin(
        **facts
        | {
            "article_id": ArticleId(facts["article_id"]),
            "keys": tuple(facts["keys"]),
            "first_seen_at": datetime.fromisoformat(facts["first_seen_at"]),
            "entry": Entry(**entry | {"published_at": published}),
        }
    )


def _packed(origin: Origin) -> bytes:
    facts = {each.name: getattr(origin, each.name) for each in fields(origin)}  # asdict() would copy every time and text: a tenth
    facts["entry"] = {each.name: getattr(origin.entry, each.name) for each in fields(origin.entry)}
    return json.dumps(facts, default=_iso).encode()  # ASCII: a lone surrogate in a title must not stop the page


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in the archive")


def _date(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _answer(status: int, headers: Pairs, length: int) -> StatusAndHeaders:
    kept = [(_KEPT_AS + name if name in _PACKING else name, _ascii(value)) for name, value in headers]
    return StatusAndHeaders(f"{status} ", kept + [("content-length", str(length))], protocol="HTTP/1.1")


def _ascii(value: str) -> str:
    """A header's value in one line of ASCII; warcio's own encoding of others fails on some (UnicodeEncodeError)."""
    line = one_line(value)
    return line if line.isascii() else quote(line, safe=_PRINTABLE)


def _asked(page: Page) -> StatusAndHeaders:
    parts = urlsplit(page.final_url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [(name, _ascii(value)) for name, value in page.request_headers]
    return StatusAndHeaders(f"GET {target} HTTP/1.1", headers, is_http_request=True)
