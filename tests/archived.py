"""Builders for tests of the archive: a page, where it came from, and a closed file of pages."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wirewatch.archive.write import ArchiveWriter
from wirewatch.model import ArticleId, Entry, Origin, Page, Place

AT = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
OWNER = "desk.example:4711:99.1"


def page(url: str = "http://vesti.example/a?b=1", body: bytes = b"<p>text</p>", **changes: Any) -> Page:
    """A page as it came."""
    made = Page(
        url=url,
        final_url=url,
        status=200,
        headers=(("content-type", "text/html"),),
        body=body,
        fetched_at=AT,
        took=0.25,
        request_headers=(("host", "vesti.example"),),
        ip="203.0.113.7",
    )
    return replace(made, **changes)


def origin(**changes: Any) -> Origin:
    """Where it came from."""
    entry = Entry(
        url="http://vesti.example/a", title="Сусрет у свемирској луци", published_at=AT, updated="yesterday", content="<p>…</p>"
    )
    made = Origin(
        article_id=ArticleId("abcdefghijklmnop"),
        keys=("vesti.example/a", "vesti.example/b"),
        first_seen_at=AT,
        n=2,
        entry=entry,
        feed="http://vesti.example/rss",
        source="Вести",
        language="sr",
    )
    return replace(made, **changes)


def archived(archive: str, *pages: Page) -> list[Place]:
    """Places of these pages in a file that is closed."""
    writer = ArchiveWriter(archive, OWNER)
    for one in pages:
        writer.add(one, origin())
    return [place for _, place in writer.close_file()]
