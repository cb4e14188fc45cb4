"""What a server's answer means, to polls and pages alike: pure rules."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from wirewatch.errors import Reason

LONGEST = timedelta(hours=24)  # that a server may send us away for
LONGEST_VALUE = 200  # characters of a header that is sent back
_NAMED = {code: Reason(f"http-{code}") for code in (401, 403, 404, 410, 429)}


def status_reason(status: int) -> Reason:
    """The reason for a status that is no success."""
    if status in _NAMED:
        return _NAMED[status]
    return Reason.HTTP_4XX if 400 <= status < 500 else Reason.HTTP_5XX if status >= 500 else Reason.HTTP_OTHER


def sendable(value: str) -> str:
    """A header's value that may be sent back as it is, as validators are; else none."""
    return value if len(value) <= LONGEST_VALUE and value.isascii() and value.isprintable() else ""


def retry_after(value: str, now: datetime) -> timedelta | None:
    """How long a Retry-After header sends us away: seconds or an HTTP date, at most a day; None if it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        wait = timedelta(seconds=min(int(value[:9]), 86400))
    else:
        try:
            at = parsedate_to_datetime(value)
            wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(wait, LONGEST) if wait > timedelta(0) else None
