"""Keeping times: whole months of articles, and whole files of pages, are dropped once they are past theirs."""

from datetime import UTC, datetime

from wirewatch.index.port import Index

FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def oldest_kept(now: datetime, keep: int) -> datetime:
    """The beginning of the oldest month that is kept whole; `keep` in months, this one not counted, 0 for ever."""
    if not keep:
        return FIRST
    months = now.year * 12 + now.month - 1 - keep
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def past(index: Index, before: datetime) -> dict[str, int]:
    """The index's months that ended before, with their number of articles, oldest first."""
    return {month: held for month, held in sorted(index.months().items()) if month < f"{before:%Y.%m}"}
