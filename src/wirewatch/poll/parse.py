"""A feed's bytes to entries: RSS, Atom and their kin, JSON Feed and news sitemaps, told by content, never by media type."""

import re
from datetime import datetime

from wirewatch.errors import Reason, Retry
from wirewatch.poll.encoding import text_of
from wirewatch.poll.items import ParsedFeed
from wirewatch.poll.jsonfeed import read_json
from wirewatch.poll.sitemap import read_sitemap
from wirewatch.poll.syndication import read_syndication

__all__ = ["ParsedFeed", "parse"]
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PAGE = re.compile(r"\s*(?:<!doctype[^>]{0,300}>\s*)?<html[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:\w+:)?(urlset|sitemapindex)[\s>]")


def parse(body: bytes, url: str, content_type: str, seen_at: datetime, known: bytes = b"") -> ParsedFeed:
    """What the feed at `url` announces, without items of the `known` marks (unread.py).

    Raises Retry with NOT_A_FEED, EMPTY, TOO_LARGE or ENCODING.
    """
    text = text_of(body, content_type)
    if not text.strip():
        raise Retry(Reason.EMPTY, "nothing was sent")
    if _PAGE.match(_COMMENT.sub("", text[:5000])):
        raise Retry(Reason.NOT_A_FEED, "a page of HTML")  # feedparser would take seconds to find nothing
    if text.startswith("{"):
        return read_json(text, url, seen_at)
    if _SITEMAP.search(text[:2000]):
        return read_sitemap(text, url, seen_at)
    return read_syndication(text, url, seen_at, known)
