"""From what a document announces to its entries: which items are one, and what is odd about the document."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest
from itertools import islice

from wirewatch.model import Entry
from wirewatch.poll.text import is_link, site_of

ENTRIES = 2000  # the most that a poll takes in (field notes §1: rss-fetcher's limit)
READ = 60_000  # items looked at: a sitemap may have 50,000 (sitemaps.org)
REPEATED = 0.05  # share of repeats from which a mark tells nothing (field notes §1: FreshRSS)
INDEX = "sitemap-index"  # the format of a document that announces nothing itself
MARK = 16  # bytes of an entry's mark (unread.py)
_LOOKED_AT = 200  # links whose site is looked up: enough for a share


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item before it is known to be an entry."""

    entry: Entry
    guid: str = ""
    guid_is_link: bool = False  # the feed doesn't say that it is none
    dated: bool = False  # it has a date, readable or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddities:
    """What is odd about a document, for `feeds check`; counts of items."""

    items: int = 0
    repeated_links: int = 0
    repeated_guids: int = 0
    undated: int = 0
    unread_dates: int = 0
    elsewhere: int = 0  # links that lead to other sites, of the first 200
    with_text: int = 0  # items that carry a full text


NOTHING_ODD = Oddities()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What a feed announces."""

    format: str  # rss20, atom10 …, json, sitemap, INDEX
    entries: tuple[Entry, ...] = ()
    ttl: float = 0.0  # seconds that the feed asks not to be polled for
    children: tuple[str, ...] = ()  # of a sitemap index: sitemaps of the same site
    title: str = ""
    language: str = ""  # as the feed says
    odd: Oddities = NOTHING_ODD
    marks: tuple[bytes, ...] | None = None  # of the entries, in their order (unread.py); None: they can't be known again
    kept: bytes = b""  # marks of further entries, which the last poll brought as they are

    @property
    def shown(self) -> int:
        """How many entries the document has."""
        return len(self.entries) + len(self.kept) // MARK


def settled(items: Iterable[Item | None], url: str, seen_at: datetime) -> tuple[tuple[Entry, ...], Oddities]:
    """The entries of a document in its order, each once, at most 2000 (then the newest); and what is odd about it.

    An address is an entry's identity. Where more than 5 % of the addresses repeat, guids that are addresses take their place;
    an item that comes twice, by its address or by guid and title, counts as it was last edited. Guids that repeat tell nothing.
    """
    found = [item for item in islice(items, READ) if item is not None]
    links, guids = _repeats(item.entry.url for item in found), _repeats(item.guid for item in found if item.guid)
    odd = _oddities(found, url, links, guids)
    if _too_many(links, len(found)) and guids < links:
        found = [_by_guid(item) for item in found]
    by_guid = not _too_many(guids, len(found))
    once: dict[str, Item] = {}
    first: dict[tuple[str, str], str] = {}  # guid and title → the address under which it stands
    for item in found:
        address = item.entry.url
        if by_guid and item.guid and item.entry.title:
            address = first.setdefault((item.guid, item.entry.title), address)
        if address not in once or _is_later(item.entry, once[address].entry):
            once[address] = item
    return _newest([item.entry for item in once.values()], seen_at), odd


def _repeats(values: Iterable[str]) -> int:
    return sum(n - 1 for n in Counter(values).values())


def _too_many(repeats: int, of: int) -> bool:
    return repeats > max(1, math.ceil(of * REPEATED))


def _by_guid(item: Item) -> Item:
    usable = item.guid_is_link and is_link(item.guid)
    return replace(item, entry=replace(item.entry, url=item.guid)) if usable else item


def _is_later(entry: Entry, than: Entry) -> bool:
    if entry.updated != than.updated and entry.updated[:4].isdigit() and than.updated[:4].isdigit():
        return entry.updated > than.updated  # RFC 3339 sorts by itself, zones aside
    return entry.published_at is not None and than.published_at is not None and entry.published_at > than.published_at


def _newest(entries: Sequence[Entry], seen_at: datetime) -> tuple[Entry, ...]:
    if len(entries) <= ENTRIES:
        return tuple(entries)
    kept = nlargest(ENTRIES, range(len(entries)), key=lambda n: (entries[n].published_at or seen_at, -n))
    return tuple(entries[n] for n in sorted(kept))


def _oddities(items: Sequence[Item], url: str, links: int, guids: int) -> Oddities:
    home = site_of(url)
    return Oddities(
        items=len(items),
        repeated_links=links,
        repeated_guids=guids,
        undated=sum(not item.dated for item in items),
        unread_dates=sum(item.dated and item.entry.published_at is None for item in items),
        elsewhere=sum(site_of(item.entry.url) != home for item in items[:_LOOKED_AT]),
        with_text=sum(bool(item.entry.content) for item in items),
    )
