"""Pages for tests: builders with defaults."""

from datetime import UTC, datetime
from typing import Any

from wirewatch.extract.page import extract
from wirewatch.model import Entry, Extract

SEEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
URL = "https://news.example.org/bridge"
TEXT = [
    "The bridge over the northern channel will open in spring, the mayor told reporters on the quay this morning.",
    "Work on the approach roads has taken a year longer than planned, because the clay beneath them would not hold.",
    "Until then the ferry sails every half hour, and its owners say that they have never sold so many tickets.",
    "A committee of the council will look into the costs, which have doubled since the first stone was laid.",
    "Residents of the island had gone to court against the toll and lost; their appeal will be heard in January.",
]


def article(
    text: list[str] = TEXT, *, head: str = "", inside: str = "", beside: str = "", tail: str = "", title: str = "Bridge"
) -> str:
    """A sound article's page with something added."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title>{head}</head><body><header>{beside}</header>"
        f"<article><h1>{title}</h1>{paragraphs}{inside}</article>{tail}</body></html>"
    )


def read(page: str | bytes, **options: Any) -> Extract:
    """What is extracted from the page."""
    body = page.encode() if isinstance(page, str) else page
    given: dict[str, Any] = {"url": URL, "content_type": "text/html", "entry": Entry(url=URL), "first_seen_at": SEEN}
    return extract(body, **(given | options))
