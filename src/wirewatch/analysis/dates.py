"""Dates in a query: `2023-09-13`, `2023-09-01..2023-09-30`, `>=2023-09`, with or without times and zones."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

Period = tuple[datetime | None, datetime | None]  # from, and before; None: without that bound

_FORM = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"([T ](?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d))?(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_BOUND = re.compile(r"(>=|<=|>|<)(.*)")


class NotADate(ValueError):
    """Says in one line what is wrong with a date, and what would be right."""


def period(text: str, zone: tzinfo) -> Period:
    """The time that `text` means, as [from, before), in UTC. What is written without a zone is of `zone`.

    A date is as long as it is written: `2023` is a year, `2023-09` a month, `2023-09-13T10:00` a minute. Both ends of
    `a..b` are in; either may be left out.
    """
    if bound := _BOUND.fullmatch(text):
        start, end = _span(bound[2], zone)
        return {">=": (start, None), ">": (end, None), "<": (None, start), "<=": (None, end)}[bound[1]]
    first, dots, last = text.partition("..")
    if not dots:
        return _span(text, zone)
    if not first and not last:
        raise NotADate("wants a date beside its ..")
    since, until = (_span(first, zone)[0] if first else None), (_span(last, zone)[1] if last else None)
    if since is not None and until is not None and since >= until:
        raise NotADate(f"{text} ends before it begins")
    return since, until


def _span(text: str, zone: tzinfo) -> tuple[datetime, datetime]:
    found = _FORM.fullmatch(text)
    if not found:
        raise NotADate(f"{text!r} is no date; write 2023-09-13, 2023-09-01..2023-09-30, >=2023-09 or 2023-09-13T10:00Z")
    year, month, day, hour, minute, second = (int(found[name] or 0) for name in _FORM.groupindex if name != "zone")
    try:
        if found["zone"]:
            zone = datetime.fromisoformat(f"2000-01-01T00:00{found['zone']}").tzinfo or UTC
        start = datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=zone)
        if found["hour"]:
            lasts = timedelta(seconds=1) if found["second"] else timedelta(minutes=1)
            return start.astimezone(UTC), start.astimezone(UTC) + lasts
        if day:
            end = start + timedelta(days=1)  # on the wall's clock: a day may have 23 hours
        elif month:
            end = start.replace(year=year + month // 12, month=month % 12 + 1)
        else:
            end = start.replace(year=year + 1)
        return start.astimezone(UTC), end.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotADate(f"{text!r} is in no calendar") from error
