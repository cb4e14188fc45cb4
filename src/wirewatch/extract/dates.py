"""When an article was published: what the page declares, then its feed, then what it shows. Never a guess.

htmldate alone takes a footer's year for 1 January, a header's clock for the news' day, and drops time and zone; so it is asked
last, on the narrowed tree, and not believed on such days.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared
from wirewatch.extract.written import Moment, read_written
from wirewatch.model import Entry

Dated = tuple[datetime | None, str]  # a time in UTC and the rule that gave it; (None, "") if none did
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # the oldest news on the web
_AHEAD = timedelta(days=1)  # a page of tomorrow: zones, and embargoes published a little early
_SAME_NEWS = timedelta(hours=36)  # a day without a time, or a time without a zone, is within that of the feed's date
_META = (
    "article:published_time",
    "article:published:time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "article.published",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publication_date",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
)
_META_CHANGED = (
    "article:modified_time", "article:modified:time", "og:article:modified_time", "og:updated_time", "datemodified",
    "last-modified",
)  # fmt: skip
_BRACKET = re.compile(r"\[[^\]]*\]$")  # 2026-11-24T10:00+01:00[Europe/Belgrade]
_COLONLESS = re.compile(r"\s*([+-]\d\d)(\d\d)$")
_FRACTION = re.compile(r"\.(\d{1,9})\d*")
_TIME_OF_DAY = re.compile(r"\d[T ]\d?\d:\d\d")


def declared_date(declared: Declared, entry: Entry, first_seen_at: datetime) -> Dated:
    """The publication's time by the page's own word, else by its feed's: json-ld, microdata, meta or feed.

    What is declared without its zone takes it from the page's other dates, or yields to the feed's date nearby.
    """
    feed = _plausible(entry.published_at, first_seen_at)
    found = list(_declared(declared, first_seen_at))
    if not found:
        return feed, "feed" if feed else ""
    moment, source = _completed(found, _changes(declared))
    if not moment.whole and feed and abs(feed - moment.at) < _SAME_NEWS:
        return feed, "feed"
    return moment.at, source


def _declared(declared: Declared, first_seen_at: datetime) -> Iterator[tuple[Moment, str]]:
    sources: tuple[tuple[str, Iterable[Any]], ...] = (
        ("json-ld", _json_dates(declared, "datePublished")),
        ("microdata", declared.published),
        ("meta", _meta_dates(declared, _META)),
    )
    for source, values in sources:
        for value in values:
            moment = read(value)
            if moment and _plausible(moment.at, first_seen_at):
                yield moment, source


def _completed(found: list[tuple[Moment, str]], changes: list[Moment]) -> tuple[Moment, str]:
    """The first date; if it lacks time or zone, the same moment as another date of the page tells it whole."""
    first, source = found[0]
    if first.whole:
        return first, source
    for other, named in found[1:]:
        if other.whole and (_same_clock(first, other) if first.has_time else abs(other.at - first.at) < _SAME_NEWS):
            return other, named
    if first.has_time:
        for other in (*(moment for moment, _ in found), *changes):
            if other.whole and _same_clock(first, other):
                return other, source
            if other.whole and other.offset:
                return Moment(first.at - other.offset, has_time=True, has_zone=True, offset=other.offset), source
    return first, source


def _same_clock(local: Moment, whole: Moment) -> bool:
    """Whether both show the same time of day, one with its zone."""
    return abs(local.at - (whole.at + whole.offset)) < timedelta(minutes=1)


def _changes(declared: Declared) -> list[Moment]:
    values = (*_json_dates(declared, "dateModified"), *_meta_dates(declared, _META_CHANGED))
    return [moment for value in values if (moment := read(value))]


def updated(declared: Declared, first_seen_at: datetime) -> datetime | None:
    """When the page says it was last changed, UTC. It may have been changed after it was first seen: no upper bound of a day."""
    for moment in _changes(declared):
        if _EARLIEST <= moment.at <= first_seen_at + timedelta(days=365):
            return moment.at
    return None


def read(value: Any) -> Moment | None:
    """A date as machines write it: ISO 8601 with its usual slips, RFC 822, or seconds or milliseconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value))
    if not isinstance(value, str):
        return None
    text = _BRACKET.sub("", value.strip()[:64]).strip()
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return _epoch(float(text))
    at = _iso(text) or _rfc822(text)
    if at is None or at.tzinfo is None:
        written = read_written(text)  # knows the zones' names, and months in other languages
        if at is None or (written and written.whole):
            return written
    offset = at.utcoffset()
    try:
        utc = (at if offset is not None else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return Moment(utc, bool(_TIME_OF_DAY.search(text)), offset is not None, offset or timedelta())


def _iso(text: str) -> datetime | None:
    text = _FRACTION.sub(lambda found: "." + found[1][:6].ljust(6, "0"), text)
    text = _COLONLESS.sub(r"\1:\2", text) if ":" in text else text
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
    text = re.sub(r"\s+(?=[+-]\d\d:|Z$)", "", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _epoch(number: float) -> Moment | None:
    try:
        return Moment(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC), has_time=True, has_zone=True)
    except (OverflowError, ValueError, OSError):
        return None


def _plausible(at: datetime | None, first_seen_at: datetime) -> datetime | None:
    return at if at and _EARLIEST <= at <= first_seen_at + _AHEAD else None


def _json_dates(declared: Declared, key: str) -> Iterator[Any]:
    for node in (declared.article, declared.page):
        value = node.get(key)
        yield from value[:3] if isinstance(value, list) else [value]


def _meta_dates(declared: Declared, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from declared.meta.get(name, ())


def shown_date(narrowed: HtmlElement, lines: Sequence[str], url: str, first_seen_at: datetime) -> Dated:
    """What a reader sees: `<time>` in the narrowed tree, the date in one of the `lines`; last, what htmldate finds.

    Rules: time, byline or htmldate.
    """
    for element in narrowed.iter("time"):
        moment = read(element.get("datetime") or "") or read_written(element.text_content())
        if moment and (at := _plausible(moment.at, first_seen_at)):
            return at, "time"
    for line in lines:
        moment = read_written(line)
        if moment and _plausible(moment.at, first_seen_at) and _is_told(moment, first_seen_at):
            return moment.at, "byline"
    found = find_date(
        narrowed, extensive_search=False, original_date=True, url=url, min_date=_EARLIEST.replace(tzinfo=None),
        max_date=(first_seen_at + _AHEAD).replace(tzinfo=None),
    )  # fmt: skip
    day = datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None
    if day is None or not _is_told(Moment(day), first_seen_at):
        return None, ""
    return _plausible(day, first_seen_at), "htmldate"


def _is_told(moment: Moment, first_seen_at: datetime) -> bool:
    """Not a page's clock, nor a footer's year: today counts with a time only, 1 January never without one."""
    if moment.has_time:
        return True
    return (moment.at.month, moment.at.day) != (1, 1) and moment.at.date() < first_seen_at.astimezone(UTC).date()
