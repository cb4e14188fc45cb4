"""Imported by workers, and once by the server they are forked from: the parsers, warm.

What loads itself at first use (dateparser's languages 0.6 s, justext's word lists) is loaded here, before the fork.
"""

import contextlib
from datetime import UTC, datetime

from wirewatch.errors import Skip
from wirewatch.extract.explain import explain
from wirewatch.extract.page import extract
from wirewatch.model import Entry

__all__ = ["explain", "extract"]


def _warm_up() -> None:
    sentence = "The committee met on Monday and agreed on nothing that anyone present could later remember. "
    page = f"<html><head><title>News</title></head><body><p>{sentence * 4}</p><p>3 May 2020</p></body></html>"
    with contextlib.suppress(Skip):
        extract(
            page.encode(),
            url="https://example.org/",
            content_type="text/html",
            entry=Entry(url="https://example.org/"),
            first_seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        )


_warm_up()
