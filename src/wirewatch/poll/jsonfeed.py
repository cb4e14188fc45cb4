"""JSON Feed 1 and 1.1 (jsonfeed.org/version/1.1)."""

import json
from datetime import datetime
from typing import Any

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry
from wirewatch.poll.dates import parse_date
from wirewatch.poll.items import Item, ParsedFeed, settled
from wirewatch.poll.text import SUMMARY, TITLE, as_html, full_text, is_link, plain, resolved


def read_json(text: str, url: str, seen_at: datetime) -> ParsedFeed:
    """What a JSON Feed announces. Raises Retry(NOT_A_FEED)."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Retry(Reason.NOT_A_FEED, f"JSON: {error}") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        raise Retry(Reason.NOT_A_FEED, "JSON, but no JSON Feed")
    items = feed.get("items")
    rows = (item for item in (items if isinstance(items, list) else []) if isinstance(item, dict))
    entries, odd = settled((_item(row, url, seen_at) for row in rows), url, seen_at)
    return ParsedFeed(
        format="json",
        entries=entries,
        odd=odd,
        title=plain(_text(feed, "title"), TITLE),
        language=plain(_text(feed, "language"), 35),
    )


def _item(row: dict[str, Any], base: str, seen_at: datetime) -> Item | None:
    guid = _text(row, "id")
    link = resolved(base, _text(row, "url") or _text(row, "external_url")) or (guid if is_link(guid) else "")
    if not is_link(link):
        return None
    published, updated = _text(row, "date_published"), _text(row, "date_modified")
    text = _text(row, "content_text")
    entry = Entry(
        url=link,
        title=plain(_text(row, "title"), TITLE),
        summary=plain(_text(row, "summary") or text, SUMMARY),
        published_at=parse_date(published, seen_at) or parse_date(updated, seen_at),
        updated=plain(updated, 100) if updated != published else "",
        content=full_text(_text(row, "content_html"), as_html(text)),
    )
    return Item(entry=entry, guid=guid, guid_is_link=True, dated=bool(published or updated))


def _text(row: dict[str, Any], name: str) -> str:
    """A value as text; numbers stand for themselves (an id may be one), objects say nothing."""
    value = row.get(name)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
