"""A feed's bytes to entries: RSS, Atom and their kin by feedparser, JSON Feed and news sitemaps by us.

Formats are told by content, never by media type. `bozo` decides nothing: feeds with faults have all their entries.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry
from wirewatch.poll.dates import parse_date
from wirewatch.poll.encoding import text_of

ENTRIES = 2000  # the most that a poll takes in (field study: rss-fetcher's limit)
LINK, TITLE, SUMMARY, CONTENT = 2048, 1000, 5000, 200_000  # characters
CHILDREN = 5  # sitemaps of an index that are followed
_TAG = re.compile(r"<(?:!--.{0,5000}?-->|[a-zA-Z/!?][^<>]{0,2000}>)", re.DOTALL)
_SPACE = re.compile(r"\s+")
_BAD_IN_LINK = re.compile(r"[\x00-\x20\x7f-\x9f<>\"]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What a feed announces."""

    format: str  # rss20, atom10 …, json, sitemap, sitemap-index
    entries: tuple[Entry, ...] = ()
    ttl: float = 0.0  # seconds that the feed asks not to be polled for
    children: tuple[str, ...] = ()  # of a sitemap index: sitemaps of the same host


def parse(body: bytes, url: str, content_type: str, seen_at: datetime) -> ParsedFeed:
    """What the feed at `url` announces. Raises Retry with NOT_A_FEED, EMPTY, TOO_LARGE or ENCODING."""
    text = text_of(body, content_type)
    if not text.strip():
        raise Retry(Reason.EMPTY, "nothing was sent")
    if text.startswith("{"):
        return _json(text, url, seen_at)
    if re.search(r"<(?:\w+:)?(urlset|sitemapindex)[\s>]", text[:2000]):
        return _sitemap(text, url, seen_at)
    return _feed(text, url, seen_at)


def _feed(text: str, url: str, seen_at: datetime) -> ParsedFeed:
    import feedparser

    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    source = BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace"))
    try:
        found = feedparser.parse(source, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        raise Retry(Reason.NOT_A_FEED, f"{type(error).__name__}: {error}") from error
    if not found.get("version") and not found.entries:
        raise Retry(Reason.NOT_A_FEED, "neither RSS, Atom, JSON Feed nor a news sitemap")
    entries = (entry for item in found.entries if (entry := _entry(item, text, seen_at)) and entry.url != url)
    return ParsedFeed(format=found.get("version") or "rss", entries=_first(entries), ttl=_ttl(found.feed))


def _entry(item: Any, text: str, seen_at: datetime) -> Entry | None:
    link = str(item.get("link") or "").strip()
    if not link and item.get("guidislink"):
        link = str(item.get("id") or "")
    if item.get("guidislink") and link == item.get("id") and link not in text and html.escape(link) not in text:
        return None  # a guid such as 12345, which feedparser made an address of
    if not is_link(link):
        return None
    raw_published, raw_updated = str(item.get("published") or ""), str(item.get("updated") or "")
    content = max((str(part.get("value") or "") for part in item.get("content") or []), key=len, default="")
    return Entry(
        url=link,
        title=plain(str(item.get("title") or ""), TITLE),
        summary=plain(str(item.get("summary") or ""), SUMMARY),
        published_at=parse_date(raw_published, seen_at) or parse_date(raw_updated, seen_at),
        updated=raw_updated[:100] if raw_updated != raw_published else "",
        content=content if len(content) <= CONTENT else "",
    )


def _ttl(feed: Any) -> float:
    """Seconds between polls as the feed wishes: RSS's ttl, or the syndication module's period and frequency."""
    try:
        if feed.get("ttl"):
            return max(0.0, float(feed["ttl"]) * 60)
        periods = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
        period = periods.get(str(feed.get("sy_updateperiod", "")).strip().lower(), 0)
        return max(0.0, period / max(float(feed.get("sy_updatefrequency") or 1), 0.01))
    except (ValueError, OverflowError):
        return 0.0


def _json(text: str, url: str, seen_at: datetime) -> ParsedFeed:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Retry(Reason.NOT_A_FEED, f"JSON: {error}") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise Retry(Reason.NOT_A_FEED, "JSON, but no JSON Feed")
    items = feed.get("items")
    rows = (item for item in (items if isinstance(items, list) else []) if isinstance(item, dict))
    return ParsedFeed(format="json", entries=_first(_json_entry(item, url, seen_at) for item in rows))


def _json_entry(item: dict[str, Any], base: str, seen_at: datetime) -> Entry | None:
    link = _resolved(base, str(item.get("url") or item.get("external_url") or ""))
    if not is_link(link):
        return None
    content = str(item.get("content_html") or "")
    return Entry(
        url=link,
        title=plain(str(item.get("title") or ""), TITLE),
        summary=plain(str(item.get("summary") or item.get("content_text") or ""), SUMMARY),
        published_at=parse_date(str(item.get("date_published") or ""), seen_at),
        updated=str(item.get("date_modified") or "")[:100],
        content=content if len(content) <= CONTENT else "",
    )


def _sitemap(text: str, url: str, seen_at: datetime) -> ParsedFeed:
    rows = list(_sitemap_rows(text))
    children = [row["loc"] for kind, row in rows if kind == "sitemap" and row.get("loc", "") != url]
    if children:
        host = urlsplit(url).netloc
        near = [link for link in dict.fromkeys(children) if is_link(link) and urlsplit(link).netloc == host]
        return ParsedFeed(format="sitemap-index", children=tuple(near[:CHILDREN]))
    news = [row for kind, row in rows if kind == "url" and "publication_date" in row]
    if not news:
        raise Retry(Reason.NOT_A_FEED, "a sitemap without news")
    return ParsedFeed(format="sitemap", entries=_first(_sitemap_entry(row, seen_at) for row in news))


def _sitemap_rows(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each url or sitemap element with its text parts by local name; entities and DTDs are not read."""
    from lxml import etree

    source = BytesIO(text.encode("utf-8", "replace"))
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "recover": True}
    try:
        for _, element in etree.iterparse(source, events=("end",), **options):
            kind = _local(element)
            if kind in ("url", "sitemap"):
                yield kind, {_local(part): (part.text or "").strip() for part in element.iter()}
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Retry(Reason.NOT_A_FEED, f"sitemap: {error}") from error


def _local(element: Any) -> str:
    """An element's name without namespace or prefix; "" for a comment."""
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _sitemap_entry(row: dict[str, str], seen_at: datetime) -> Entry | None:
    link = row.get("loc", "")
    if not is_link(link):
        return None
    return Entry(
        url=link,
        title=plain(row.get("title", ""), TITLE),
        published_at=parse_date(row["publication_date"], seen_at),
        updated=row.get("lastmod", "")[:100],
    )


def is_link(link: str) -> bool:
    """Whether a feed's link can be asked for: http or https, a host, nothing that would break a request."""
    if len(link) > LINK or _BAD_IN_LINK.search(link):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def plain(markup: str, limit: int) -> str:
    """Markup, escaped once or twice, as plain text of one line."""
    text = markup[: limit * 10]
    for _ in range(2):
        text = html.unescape(_TAG.sub(" ", text))
    return _SPACE.sub(" ", _TAG.sub(" ", text)).strip()[:limit]


def _first(entries: Iterable[Entry | None]) -> tuple[Entry, ...]:
    kept = (entry for entry in entries if entry is not None)
    return tuple(entry for entry, _ in zip(kept, range(ENTRIES), strict=False))


def _resolved(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
