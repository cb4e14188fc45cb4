"""RSS, Atom and their kin, by feedparser: every version of them, with WordPress's, Google's and Yandex's additions.

`bozo` decides nothing: feeds with faults have all their entries. feedparser resolves links and guids against the address it is
given; a guid such as 12345 then looks like one.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry
from wirewatch.poll.dates import parse_date
from wirewatch.poll.items import READ, Item, Oddities, ParsedFeed, settled
from wirewatch.poll.text import SUMMARY, TITLE, full_text, is_link, plain, resolved
from wirewatch.poll.unread import Pieces, mark, pieces, repeat

_ORIGINAL = ("feedburner_origlink", "pheedo_origlink")  # the article behind a feed proxy's link
_FULL = ("yandex_full-text", "rambler_fulltext", "turbo_content", "content_encoded")
_LONG = 1500  # characters of a description that is no teaser any more; some outlets put the whole article there
_GUID = re.compile(r"<(?:\w+:)?guid([^<>]{0,1000})>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,2048})", re.IGNORECASE)
_NO_LINK = re.compile(r"isPermaLink\s*=\s*[\"']\s*false", re.IGNORECASE)
_PERIODS = {
    "always": 3600, "hourly": 3600, "daily": 86_400, "dayly": 86_400, "weekly": 604_800, "monthly": 2_592_000,
    "yearly": 31_536_000,
}  # fmt: skip


def read_syndication(text: str, url: str, seen_at: datetime, known: bytes = b"") -> ParsedFeed:
    """What a feed announces; without the items of the `known` marks, if the others don't depend on them.
    Raises Retry(NOT_A_FEED).
    """
    whole = pieces(text, url)
    if whole is not None and known:
        left, kept = whole.without(known)
        found = _read(left.text(), url, seen_at, left) if kept else None
        if found is not None and found.marks is not None and not repeat(kept, found.marks):
            return replace(found, kept=kept)
    return _read(text, url, seen_at, whole)


def _read(text: str, url: str, seen_at: datetime, parts: Pieces | None) -> ParsedFeed:
    found = _parsed(text, url)
    if not found.get("version") and not found.entries and (parts is None or parts.items):
        raise Retry(Reason.NOT_A_FEED, "neither RSS, Atom, JSON Feed nor a news sitemap")
    guids = {html.unescape(raw.strip()) for attributes, raw in _GUID.findall(text) if not _NO_LINK.search(attributes)}
    items = [_item(raw, guids, url, seen_at) for raw in found.entries[:READ]]
    entries, odd = settled(items, url, seen_at)
    return ParsedFeed(
        format=found.get("version") or "rss",
        entries=entries,
        ttl=_ttl(found.feed),
        title=plain(_said(found.feed, "title"), TITLE),
        language=plain(_said(found.feed, "language"), 35),
        odd=odd,
        marks=_marks(items, odd, parts) if parts is not None and not found.bozo else None,
    )


def _marks(items: Sequence[Item | None], odd: Oddities, parts: Pieces) -> tuple[bytes, ...] | None:
    """The entries' marks; None if one depends on another."""
    if len(items) != len(parts.texts) or odd.repeated_links or odd.repeated_guids:
        return None
    pairs = zip(parts.texts, items, strict=True)
    return tuple(mark(text, item.entry.url, item.guid) for text, item in pairs if item is not None)


def _parsed(text: str, url: str) -> Any:
    import feedparser

    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    source = BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("utf-8", "replace"))
    try:
        return feedparser.parse(source, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except RecursionError as error:
        raise Retry(Reason.NOT_A_FEED, "nested too deep") from error
    except Exception as error:
        raise Retry(Reason.NOT_A_FEED, f"{type(error).__name__}: {error}") from error


def _item(raw: Any, guids: set[str], base: str, seen_at: datetime) -> Item | None:
    """`guids`: those that stand in the text and don't say that they are no addresses."""
    guid, link = _said(raw, "id"), _link(raw, base)
    if raw.get("guidislink") and link in ("", guid):
        link = guid if guid in guids else ""
    if not is_link(link) or link == base:
        return None
    published, updated = _said(raw, "published") or _said(raw, "created"), _said(raw, "updated")
    bodies = [str(part.get("value") or "") for part in raw.get("content") or [] if isinstance(part, dict)]
    bodies += [summary] if len(summary := _said(raw, "summary")) >= _LONG else []
    entry = Entry(
        url=link,
        title=plain(_said(raw, "title"), TITLE),
        summary=plain(summary, SUMMARY),
        published_at=parse_date(published, seen_at) or parse_date(updated, seen_at),
        updated=updated[:100] if updated != published else "",
        content=full_text(*bodies, *(_said(raw, name) for name in _FULL)),
    )
    return Item(entry=entry, guid=guid, guid_is_link=guid in guids, dated=bool(published or updated))


def _link(raw: Any, base: str) -> str:
    """The item's address; the article's own where a proxy's stands beside it."""
    for name in _ORIGINAL:
        if is_link(original := _said(raw, name)):
            return original
    return resolved(base, _said(raw, "link"))


def _said(part: Any, name: str) -> str:
    """A value's text; feedparser gives other things for some elements that stand where they shouldn't."""
    value = part.get(name)
    return value.strip() if isinstance(value, str) else ""


def _ttl(feed: Any) -> float:
    """Seconds between polls as the feed wishes: RSS's ttl, or the syndication module's period and frequency."""
    try:
        if feed.get("ttl"):
            return max(0.0, float(feed["ttl"]) * 60)
        period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower(), 0)
        return max(0.0, period / max(float(feed.get("sy_updatefrequency") or 1), 0.01))
    except (ValueError, TypeError, OverflowError):
        return 0.0
