"""A page as WARC 1.1 records, and back: hops, request, response, and a metadata record with its origin.

The body is kept unpacked, so what the server said about its packing is kept under other names (apache/stormcrawler#691).
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from isal import isal_zlib
from warcio.recordloader import ArcWarcRecord

from wirewatch.model import ArticleId, Entry, Origin, Page
from wirewatch.safe import TOKEN, one_line

REQUESTED, TOOK = "Wirewatch-Requested-URI", "Wirewatch-Took"  # WARC 1.1 lets writers add fields
PAGE_RECORDS = ("response", "resource")  # types of a record that holds a page
_LEVEL = 2  # 0.26 ms a page of 170 KB, to 23.5 %; zlib's level 2: 1.1 ms, to 23.3 %; its 6: 2.9 ms, to 20.3 %
_RESPONSE = "application/http; msgtype=response"
_PACKING = ("content-encoding", "transfer-encoding", "content-length")
_KEPT_AS = "x-crawler-"
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
Pairs = Iterable[tuple[str, str]]


class Records:
    """Writes pages into `out`, each record a gzip member of its own.

    By hand: WARC 1.1 is simple to write, and warcio takes three times as long, which is a fifth of fetching.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def about(self, name: str, software: str) -> None:
        """The record at a file's start that says who wrote it."""
        known = {"WARC-Date": _date(datetime.now(UTC)), "WARC-Filename": name.rpartition("/")[2]}
        facts = f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
        self._write("warcinfo", known, "application/warc-fields", facts.encode())

    def page(self, page: Page, origin: Origin) -> tuple[int, int]:
        """Write a page; gives offset and length of its response record (a resource, if the entry stands for the page)."""
        named = _urn()
        about = {"WARC-Target-URI": page.final_url, "WARC-Date": _date(page.fetched_at)}
        beside = about | {"WARC-Concurrent-To": named}
        for hop in page.hops:
            head = _answer(hop.status, hop.headers, 0)
            self._write("response", beside | {"WARC-Target-URI": hop.url}, _RESPONSE, head, b"")
        if page.status:
            self._write("request", beside, "application/http; msgtype=request", _asked(page))
        start = self._out.tell()
        known = about | {"WARC-Record-ID": named, REQUESTED: page.url, TOOK: f"{page.took:.3f}"}
        known |= {"WARC-IP-Address": page.ip} if page.ip else {}
        if page.status:
            self._write("response", known, _RESPONSE, _answer(page.status, page.headers, len(page.body)), page.body)
        else:  # made of the feed's entry: no server said this
            self._write("resource", known, page.header("content-type"), page.body)
        end = self._out.tell()
        self._write("metadata", about | {"WARC-Refers-To": named}, "application/json", _packed(origin))
        return start, end - start

    def _write(self, kind: str, fields: dict[str, str], content_type: str, block: bytes, payload: bytes | None = None) -> None:
        """One record; `payload`: what follows the block's head of HTTP, and has a digest of its own."""
        made = {"WARC-Type": kind, "WARC-Record-ID": _urn()} | fields
        if payload is None:
            made["WARC-Block-Digest"] = _digest(block)
        else:  # one digest is enough: what HTTP says before it is short, and gzip's checksum guards it
            made["WARC-Payload-Digest"] = _digest(payload)
        made |= {"Content-Type": content_type, "Content-Length": str(len(block) + len(payload or b""))}
        lines = "".join(f"{name}: {_one(value)}\r\n" for name, value in made.items())
        parts = (b"WARC/1.1\r\n", lines.encode("utf-8", "replace"), b"\r\n", block, payload or b"", b"\r\n\r\n")
        self._out.write(isal_zlib.compress(b"".join(parts), _LEVEL, isal_zlib.MAX_WBITS + 16))


def _urn() -> str:
    """A random identifier, as uuid4 makes them in twice the time."""
    one = secrets.token_hex(16)
    return f"<urn:uuid:{one[:8]}-{one[8:12]}-4{one[13:16]}-{'89ab'[int(one[16], 16) % 4]}{one[17:20]}-{one[20:]}>"


def _digest(data: bytes) -> str:
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def _one(value: str) -> str:
    """A field's value in its one line."""
    return value if value.isprintable() else one_line(value)


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


def _answer(status: int, headers: Pairs, length: int) -> bytes:
    kept = [(_KEPT_AS + name if name in _PACKING else name, value) for name, value in headers]
    return _head(f"HTTP/1.1 {status} ", [*kept, ("content-length", str(length))])


def _head(first: str, headers: Pairs) -> bytes:
    lines = [first, *(f"{name}: {_ascii(value)}" for name, value in headers if TOKEN.fullmatch(name))]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _ascii(value: str) -> str:
    """A header's value in one line of ASCII."""
    line = _one(value)
    return line if line.isascii() else quote(line, safe=_PRINTABLE)


def _asked(page: Page) -> bytes:
    parts = urlsplit(page.final_url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _head(f"GET {target} HTTP/1.1", page.request_headers)
