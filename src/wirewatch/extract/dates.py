"""When an article was published: what the page declares, then its feed, then what stands in its text. Never a guess.

htmldate alone takes a footer's year for 1 January, a header's clock for the news' day, and drops time and zone; so it is asked
last, on the narrowed tree, and not believed on such days.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared
from wirewatch.model import Entry

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # the oldest news on the web
_AHEAD = timedelta(days=1)  # a page of tomorrow: zones, and embargoes published a little early
_SAME_NEWS = timedelta(hours=36)  # a day without a time, or a time without a zone, is within that of the feed's date
_META = (
    "article:published_time",
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
_META_CHANGED = ("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "last-modified")
_BRACKET = re.compile(r"\[[^\]]*\]$")  # 2026-11-24T10:00+01:00[Europe/Belgrade]
_COLONLESS = re.compile(r"\s*([+-]\d\d)(\d\d)$")
_FRACTION = re.compile(r"\.(\d{1,9})\d*")
_TIME_OF_DAY = re.compile(r"\d[T ]\d?\d:\d\d")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as declared: `whole` if it came with a time and a zone."""

    at: datetime  # UTC; without a zone read as UTC, without a time as midnight
    whole: bool


def published(
    declared: Declared, entry: Entry, narrowed: HtmlElement, *, url: str, first_seen_at: datetime
) -> tuple[datetime | None, str]:
    """The publication's time in UTC and which rule gave it: json-ld, meta, feed, time or htmldate; (None, "") if none did."""
    feed = _plausible(entry.published_at, first_seen_at)
    for source, values in (("json-ld", _json_dates(declared, "datePublished")), ("meta", _meta_dates(declared, _META))):
        for value in values:
            moment = read(value)
            if moment and (at := _plausible(moment.at, first_seen_at)):
                if not moment.whole and feed and abs(feed - at) < _SAME_NEWS:
                    return feed, "feed"
                return at, source
    if feed:
        return feed, "feed"
    return _from_text(narrowed, url, first_seen_at)


def updated(declared: Declared, first_seen_at: datetime) -> datetime | None:
    """When the page says it was last changed, UTC. It may have been changed after it was first seen: no upper bound of a day."""
    for value in (*_json_dates(declared, "dateModified"), *_meta_dates(declared, _META_CHANGED)):
        moment = read(value)
        if moment and _EARLIEST <= moment.at <= first_seen_at + timedelta(days=365):
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
    if at is None:
        return None
    whole = at.tzinfo is not None and bool(_TIME_OF_DAY.search(text))
    try:
        return Moment((at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC), whole)
    except (OverflowError, ValueError):
        return None


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
        return Moment(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC), whole=True)
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


def _from_text(narrowed: HtmlElement, url: str, first_seen_at: datetime) -> tuple[datetime | None, str]:
    for element in narrowed.iter("time"):
        moment = read(element.get("datetime"))
        if moment and (at := _plausible(moment.at, first_seen_at)):
            return at, "time"
    found = find_date(
        narrowed, extensive_search=False, original_date=True, url=url, min_date=_EARLIEST.replace(tzinfo=None),
        max_date=(first_seen_at + _AHEAD).replace(tzinfo=None),
    )  # fmt: skip
    day = datetime.fromisoformat(found).replace(tzinfo=UTC) if found else None
    if day is None or (day.month, day.day) == (1, 1) or day.date() >= first_seen_at.astimezone(UTC).date():
        return None, ""
    return _plausible(day, first_seen_at), "htmldate"
