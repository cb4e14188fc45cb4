"""Dates as people write them, found in a short line: byline, dateline, a `<time>` without its attribute.

htmldate reads 2023年9月13日 as 1 January and loses every time of day; so these are read here.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from wirewatch.analysis.calendar import month, offset

_LONGEST = 200  # characters of a line; what is longer is a sentence and tells of other days
_YMD = r"(?P<y>(?:19|20)\d\d)"
_DAYS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        _YMD + r"\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]",
        r"(?<!\d)" + _YMD + r"(?P<sign>[-/.])\s?(?P<m>\d{1,2})(?P=sign)\s?(?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:de\s+)?(?P<n>[^\W\d_]{3,12})\.?,?\s+(?:de\s+)?" + _YMD + r"(?!\d)",
        r"(?<!\w)(?P<n>[^\W\d_]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+" + _YMD + r"(?!\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>(?:(?:19|20)\d\d|\d\d(?=\D)))(?!\d)",
        r"(?<![\d/])(?P<d>\d{1,2})/(?P<m>\d{1,2})/" + _YMD + r"(?![\d/])",
        r"[A-Z][a-z]{2} (?P<n>[A-Z][a-z]{2}) +(?P<d>\d{1,2}) \d\d:\d\d:\d\d (?:[A-Z]{3,4} )?" + _YMD,  # as Java and C print it
    )
)
_HALVES = {"오전": 0, "上午": 0, "午前": 0, "am": 0, "오후": 12, "下午": 12, "午後": 12, "pm": 12}
_CLOCK = re.compile(
    r"(?P<half>오전|오후|上午|下午|午前|午後)?\s?(?<![\d:.,])(?P<H>[01]?\d|2[0-3])(?:(?P<sign>[:.])(?P<M>[0-5]\d)(?:[:.](?P<S>[0-5]\d))?"
    r"(?![\d.])|[時时시]\s?(?P<minute>[0-5]?\d)[分분])(?:\s?(?P<ampm>[ap])\.?m\b)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\s*(?:Uhr|h|ч)?\s*\(?(?P<zone>(?:(?:GMT|UTC)\s?)?[+-]\d\d?(?::?\d\d)?|[A-Za-zМСКмск]{1,4})\b")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as declared or written."""

    at: datetime  # UTC; without a zone read as UTC, without a time as midnight
    has_time: bool = False
    has_zone: bool = False
    offset: timedelta = timedelta()  # of that zone, east of Greenwich

    @property
    def whole(self) -> bool:
        """Whether it came with a time and a zone."""
        return self.has_time and self.has_zone


def read_written(line: str) -> Moment | None:
    """The first date in `line`, with the time of day beside it; None if it holds none, or one that may be read two ways."""
    if len(line) > _LONGEST:
        return None
    found = min((match for form in _DAYS if (match := form.search(line))), key=lambda match: match.start(), default=None)
    day = _day(found) if found else None
    if found is None or day is None:
        return None
    clock = _CLOCK.search(line, found.start()) if ":" in found[0] else _CLOCK.search(line, found.end(), found.end() + 40)
    clock = clock or _CLOCK.search(line, max(0, found.start() - 20), found.start())
    return Moment(day) if clock is None else _timed(day, clock, line)


def undated(line: str) -> str:
    """`line` with a comma for each date and time of day: what is left of a byline are names."""
    for form in _DAYS:
        line = form.sub(",", line)
    return _CLOCK.sub(",", line)


def _day(found: re.Match[str]) -> datetime | None:
    part = found.groupdict()
    number, year = int(part["d"]), int(part["y"]) + (2000 if len(part["y"]) == 2 else 0)
    named = month(part["n"]) if "n" in part else int(part["m"])
    if "/" in found[0] and len(found[0].split("/")[0]) <= 2 and number <= 12 and named != number:
        return None  # 09/12/2023 is of September in one country and of December in the next
    try:
        return datetime(year, named, number, tzinfo=UTC)
    except ValueError:
        return None


def _timed(day: datetime, clock: re.Match[str], line: str) -> Moment:
    part = clock.groupdict()
    hour, minute = int(part["H"]), int(part["M"] or part["minute"])
    half = _HALVES.get(part["half"] or ((part["ampm"] or "").lower() + "m"))
    if half is not None:
        hour = hour % 12 + half
    at = day.replace(hour=hour, minute=minute, second=int(part["S"] or 0))
    zone = _ZONE.match(line, clock.end())
    east = offset(zone["zone"]) if zone else None
    if east is None:
        return Moment(at, has_time=True)
    return Moment(at.replace(tzinfo=timezone(east)).astimezone(UTC), has_time=True, has_zone=True, offset=east)
