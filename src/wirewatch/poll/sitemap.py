"""News sitemaps and their indices: what is new in them. Entities and DTDs are not read.

Formats: sitemaps.org/protocol.html; the news part by its namespace's element names, whatever prefix it has.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry
from wirewatch.poll.dates import parse_date
from wirewatch.poll.items import INDEX, Item, ParsedFeed, settled
from wirewatch.poll.text import TITLE, is_link, plain, resolved, site_of

CHILDREN = 5  # sitemaps of an index that are followed
OLD = timedelta(days=7)  # what a sitemap calls news and is older isn't; the format allows two days
STALE = timedelta(days=30)  # sitemaps of an index last changed before (field notes §1: Common Crawl's)
_LOCS = 60_000  # of an index; sitemaps.org allows 50,000
_NEWS_NAMESPACE = "sitemap-news"  # a part of its address, in each of its versions
Row = dict[str, str]


def read_sitemap(text: str, url: str, seen_at: datetime) -> ParsedFeed:
    """What a sitemap has that is news, or which of an index's sitemaps to look into. Raises Retry(NOT_A_FEED)."""
    pages, sitemaps, seen = list[Row](), list[Row](), 0
    for kind, row in _rows(text):
        seen += 1
        if kind == "sitemap":
            if len(sitemaps) < _LOCS:
                sitemaps.append(row)
        elif "news.publication_date" in row or "news.title" in row:
            pages.append(row)
    if sitemaps and not pages:
        return ParsedFeed(format=INDEX, children=_children(sitemaps, url, seen_at))
    if seen and not pages and _NEWS_NAMESPACE not in text[:5000]:
        raise Retry(Reason.NOT_A_FEED, "a sitemap without news")
    items = (item for row in pages if (item := _item(row, url, seen_at)) and _is_new(item, seen_at))
    entries, odd = settled(items, url, seen_at)
    name = next((row["news.name"] for row in pages if row.get("news.name")), "")
    language = next((row["news.language"] for row in pages if row.get("news.language")), "")
    return ParsedFeed(format="sitemap", entries=entries, odd=odd, title=plain(name, TITLE), language=plain(language, 35))


def _children(sitemaps: list[Row], url: str, seen_at: datetime) -> tuple[str, ...]:
    """The sitemaps of the same site to look into: news by name first, then the newest; stale ones and the index itself not."""
    home, ranked = site_of(url), list[tuple[bool, float, int, str]]()
    for n, row in enumerate(sitemaps):
        link, changed_at = resolved(url, row.get("loc", "")), parse_date(row.get("lastmod", ""), seen_at)
        age = (seen_at - changed_at).total_seconds() if changed_at else STALE.total_seconds()
        if is_link(link) and link != url and age <= STALE.total_seconds() and site_of(link) == home:
            ranked.append(("news" not in link.partition("://")[2].partition("/")[2].lower(), age, n, link))
    return tuple(dict.fromkeys(link for *_, link in sorted(ranked)))[:CHILDREN]


def _item(row: Row, base: str, seen_at: datetime) -> Item | None:
    link = resolved(base, row.get("loc", ""))
    if not is_link(link):
        return None
    raw = row.get("news.publication_date", "")
    title = plain(row.get("news.title", ""), TITLE)
    changed = row.get("lastmod", "")
    entry = Entry(url=link, title=title, published_at=parse_date(raw, seen_at), updated=changed[:100] if changed != raw else "")
    return Item(entry=entry, dated=bool(raw))


def _is_new(item: Item, seen_at: datetime) -> bool:
    return item.entry.published_at is None or item.entry.published_at >= seen_at - OLD


def _rows(text: str) -> Iterator[tuple[str, Row]]:
    """Each url or sitemap element: its own parts by local name, those of its news part as `news.title`.

    A picture or a film has a loc and a title, too: they aren't the page's.
    """
    from lxml import etree

    source = BytesIO(text.encode("utf-8", "replace"))
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "recover": True}
    try:
        for _, element in etree.iterparse(source, events=("end",), **options):
            kind = _local(element)
            if kind in ("url", "sitemap"):
                yield kind, dict(_parts(element))
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise Retry(Reason.NOT_A_FEED, f"sitemap: {error}") from error


def _parts(element: Any) -> Iterator[tuple[str, str]]:
    for part in element:
        if _local(part) == "news":
            yield from ((f"news.{_local(below)}", (below.text or "").strip()) for below in part.iter())
        else:
            yield _local(part), (part.text or "").strip()


def _local(element: Any) -> str:
    """An element's name without namespace or prefix; "" for a comment."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""
