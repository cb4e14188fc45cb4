"""Paces and moments as people write them. Light: Airflow reads this file each time it looks at a DAG."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from wirewatch.errors import UserError

_WEEK, _DAY = re.compile(r"\d{4}-?W\d\d"), re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d-?\d")  # to fromisoformat
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def pace(value: object) -> float:
    """Seconds from `30s`, `5m`, `1h` or `1d`. Raises ValueError with one line."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", str(value).strip())
    if not found:
        raise ValueError(f"{value!r} is no pace; write 30s, 5m, 1h or 1d")
    return float(found[1]) * _UNITS[found[2]]


def pace_text(seconds: float) -> str:
    """Seconds as a pace is written: `5m` for 300."""
    size, unit = next(
        ((size, unit) for unit, size in reversed(_UNITS.items()) if seconds >= size and seconds % size == 0), (1, "s")
    )
    return f"{seconds / size:g}{unit}"


def moment(text: str | None, option: str, zone: tzinfo = UTC, *, end: bool = False) -> datetime | None:
    """A time from `7d` (ago), a date or an RFC 3339 time, of `zone` if it names none. Raises UserError with the option's name.

    `end`: a date stands for the end of its day, so that `--until 2026-11-20` takes in what came on that day.
    """
    if text is None:
        return None
    try:
        return datetime.now(UTC) - timedelta(seconds=pace(text))
    except (ValueError, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        return (_end(at, text) if end else at).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UserError(f"{option}: {text!r} is no time; write 7d, 12h, 2026-11-01 or 2026-11-01T10:00Z") from error


def _end(at: datetime, text: str) -> datetime:
    """The end of what `text` names: a day, a week, or that very moment."""
    days = 7 if _WEEK.fullmatch(text) else 1 if _DAY.fullmatch(text) else 0
    return at + timedelta(days=days) if at.date() < date.max - timedelta(days=days) else at


def later(text: str, option: str) -> datetime:
    """A time to come from `7d` (from now), a date or an RFC 3339 time; without a zone it is UTC. Raises UserError."""
    now = datetime.now(UTC)
    try:
        at = now + timedelta(seconds=pace(text))
    except ValueError:
        at = moment(text, option) or now
    except OverflowError as error:
        raise UserError(f"{option}: {text!r} is too far off") from error
    if at <= now:
        raise UserError(f"{option}: {text!r} is over; write 2h, 7d (from now), or a date to come")
    return at
