"""Dates as feeds write them. A date without a zone is no moment: it is None, never a guess, never "now".

feedparser reads MSK, KST and CEST as UTC and invents dates out of Korean ones (field study, 2026-11); so the raw string is read
here.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # how far in the future a clock may be wrong
ZONES = {  # hours east of Greenwich
    "z": 0, "gmt": 0, "utc": 0, "ut": 0, "wet": 0, "bst": 1, "cet": 1, "west": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
    "мск": 3, "kst": 9, "jst": 9, "hkt": 8, "est": -5, "edt": -4,
    "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_MONTHS = (  # beginnings by which a month is known in English, Serbian (both scripts), Russian and Ukrainian
    "jan јан янв січ", "feb феб фев лют", "mar мар берез", "apr апр квіт", "may maj мај мая май трав", "jun јун июн черв",
    "jul јул июл лип", "aug avg авг серп", "sep сеп сен верес", "oct okt окт жовт", "nov нов ноя листоп", "dec дец дек груд",
)  # fmt: skip
MONTHS = {start: n for n, starts in enumerate(_MONTHS, 1) for start in starts.split()}
_CLOCK = r"(?:[T\s,]*(?:u|у|в|о|at)?\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
_ZONE = r"\s*(Z|[+-]\d{1,2}:?\d{2}|[A-Za-zМСКмск]{2,4})?"
_DAY_NAME = r"(?:[^\W\d]+\.?,?\s+)?"
_FORMS = tuple(
    (re.compile(day + _CLOCK + _ZONE, re.IGNORECASE), named_month)
    for day, named_month in (
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", False),
        (_DAY_NAME + r"(?P<d>\d{1,2})\.?[\s-]+(?P<n>[^\W\d]+)\.?[\s-]+(?P<y>\d{4})\.?", True),
        (_DAY_NAME + r"(?P<n>[^\W\d]+)\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})", True),
        (r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})\.?", False),
        (r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]", False),
    )
)


def parse_date(raw: str, seen_at: datetime) -> datetime | None:
    """The moment that `raw` names, in UTC; a bare day is its midnight. None for what names none, lacks its zone, or can't be.

    Accepted: 1995 to a day after `seen_at`.
    """
    raw = raw.strip()[:100]
    for form, named_month in _FORMS:
        if found := form.fullmatch(raw):
            at = _moment(found, named_month)
            return at if at is not None and EARLIEST <= at <= seen_at + AHEAD else None
    return None


def _moment(found: re.Match[str], named_month: bool) -> datetime | None:
    month = _month(found["n"]) if named_month else int(found["m"])
    hour, minute, second, zone = found.groups()[-4:]
    try:
        day = datetime(int(found["y"]), month, int(found["d"]), tzinfo=UTC)
        if hour is None:
            return day
        offset = _offset(zone)
        if offset is None:
            return None
        local = day.replace(hour=int(hour), minute=int(minute), second=min(int(second or 0), 59), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int:
    name = name.lower()
    return next((n for start, n in MONTHS.items() if name.startswith(start)), 0)


def _offset(zone: str | None) -> timedelta | None:
    """Of a named or numeric zone; beyond -12 to +14 hours it is none (RFC 5322 allows more, the earth doesn't)."""
    if not zone:
        return None
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").zfill(4)
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
        return offset if timedelta(hours=-12) <= offset <= timedelta(hours=14) else None
    hours = ZONES.get(zone.lower())
    return None if hours is None else timedelta(hours=hours)
