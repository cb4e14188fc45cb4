"""Dates as feeds write them. A date without a zone is no moment: it is None, never a guess, never "now".

feedparser reads MSK, KST and CEST as UTC and invents dates out of Korean ones and of epoch seconds (field study, 2026-11); so the
raw string is read here.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from wirewatch.analysis.calendar import month, offset

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # how far in the future a clock may be wrong
_HALF = r"(?:(?P<half>오전|오후|上午|下午|午前|午後)\s*)?"
_CLOCK = (
    r"(?:[T\s,]*(?:u|у|в|о|at)?\s*" + _HALF + r"(?P<H>\d{1,2})[:시時时]\s?(?P<M>\d{2})[분分]?"
    r"(?::(?P<S>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<ampm>[ap])\.?m\.?(?![a-z]))?)?"
)
_ZONE = r"\s*(?P<zone>Z|(?:(?:GMT|UTC)\s?)?[+-]\d{1,2}(?::?\d{2})?|[A-Za-zМСКмск]{2,4})?(?:\s*\([^()]{0,40}\))?"
_DAY_NAME = r"(?:[^\W\d]+\.?,?\s+)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})" + _CLOCK + _ZONE,
        _DAY_NAME + r"(?P<d>\d{1,2})\.?[\s-]+(?P<n>[^\W\d]+)\.?[\s-]+(?P<y>\d{4}|\d{2}(?=\s))\.?" + _CLOCK + _ZONE,
        _DAY_NAME + r"(?P<n>[^\W\d]+)\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})" + _CLOCK + _ZONE,
        r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})\.?" + _CLOCK + _ZONE,
        r"(?P<y>\d{4})\s?[년年]\s?(?P<m>\d{1,2})\s?[월月]\s?(?P<d>\d{1,2})\s?[日일](?:\s*\(.\))?" + _CLOCK + _ZONE,
        r"(?P<y>\d{4})\.\s?(?P<m>\d{1,2})\.\s?(?P<d>\d{1,2})\.?(?:\s*\(.\))?" + _CLOCK + _ZONE,
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})T(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?(?P<half>)(?P<ampm>)" + _ZONE,
        r"[A-Z][a-z]{2} (?P<n>[A-Z][a-z]{2}) +(?P<d>\d{1,2}) (?P<H>\d{2}):(?P<M>\d{2}):(?P<S>\d{2})(?P<half>)(?P<ampm>) "
        r"(?P<zone>[A-Za-z]{3,4}) (?P<y>\d{4})",  # as Java prints it
    )
)
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?")  # seconds or milliseconds since 1970


def parse_date(raw: str, seen_at: datetime) -> datetime | None:
    """The moment that `raw` names, in UTC; a bare day is its midnight. None for what names none, lacks its zone, or can't be.

    Accepted: 1995 to a day after `seen_at`.
    """
    raw = raw.strip()[:100]
    at = next((_moment(found) for form in _FORMS if (found := form.fullmatch(raw))), None)
    if at is None and (epoch := _EPOCH.fullmatch(raw)):
        at = datetime.fromtimestamp(int(epoch[1]), UTC)
    return at if at is not None and EARLIEST <= at <= seen_at + AHEAD else None


def _moment(found: re.Match[str]) -> datetime | None:
    part = found.groupdict()
    number = month(part["n"]) if "n" in part else int(part["m"])
    year = int(part["y"]) + (2000 if len(part["y"]) == 2 else 0)  # RFC 822 has two digits; there were no feeds before 1999
    try:
        day = datetime(year, number, int(part["d"]), tzinfo=UTC)
        if part["H"] is None:
            return day
        east = offset(part["zone"])
        if east is None:
            return None
        second = min(int(part["S"] or 0), 59)
        local = day.replace(hour=_hour(part), minute=int(part["M"]), second=second, tzinfo=timezone(east))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _hour(part: dict[str, str]) -> int:
    """Of the day; the half of the day stands before the hour in Korean, Chinese and Japanese, behind it in English."""
    hour, half = int(part["H"]), part["half"] or (part["ampm"] or "").lower()
    if not half:
        return hour
    return hour % 12 + (12 if half in ("오후", "下午", "午後", "p") else 0)
