"""What others crawled comes in as far as it can be used, and nothing in it ends the import."""

from pathlib import Path

from wirewatch.importing import import_file
from wirewatch.settings import load
from wirewatch.state.database import Database


def record(url: str) -> bytes:
    """A page as another's crawler keeps it."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Two presidents met at the spaceport.</p>"
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-01T12:00:00Z\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block)


def test_an_address_that_is_none_is_counted_as_no_page_and_stops_no_other(db: Database, tmp_path: Path) -> None:
    urls = ("http://wire.example/1", "http://[x/", "http://wire.example:99999/", "http:///a", "http://wire.example/2")
    file, settings = tmp_path / "crawl.warc", load(tmp_path, tmp_path / "home", {})
    file.write_bytes(b"".join(map(record, urls)))

    first, broken = import_file(settings, db, file, None, None, lambda _position, _size: None)
    again, _ = import_file(settings, db, file, None, None, lambda _position, _size: None)

    assert (first.by, broken) == ({"imported": 2, "no page": 3}, "")
    assert again.by == {"known already": 2, "no page": 3}
