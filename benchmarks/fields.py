"""Title, authors and dates against a truth written by hand, ours and trafilatura's."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction

from benchmarks.measure import row
from wirewatch.extract.page import find
from wirewatch.extract.title import fold
from wirewatch.model import Entry, Extract

URL = "https://news.example.org/article"
SEEN = datetime(2026, 11, 1, tzinfo=UTC)
Truth = dict[str, Any]


def show(folder: Path) -> None:
    """Print the shares of pages on which each field is right."""
    truths = list(json.loads((folder / "truth.json").read_text()).items())
    pages = [gzip.decompress((folder / name).read_bytes()) for name, _ in truths]
    ours, theirs = [_ours(page) for page in pages], [_trafilatura(page) for page in pages]
    for name, bar, judge, mine, other in (
        ("title equal after normalising", "≥ .85", same_title, [e.title for e in ours], [t[0] for t in theirs]),
        ("authors equal as a set", "≥ .82", same_authors, [e.authors for e in ours], [t[1] for t in theirs]),
        ("day of publication", "≥ .985", same_day, [e.published_at for e in ours], [t[2] for t in theirs]),
    ):
        row(f"{name}: wirewatch; trafilatura", f"{_share(judge, mine, truths)}; {_share(judge, other, truths)}", bar)
    timed = [(e.published_at, t) for e, (_, t) in zip(ours, truths, strict=True) if _has_time(t["published"])]
    right = sum(same_minute(at, truth) for at, truth in timed)
    row(f"time within a minute, on the {len(timed)} pages whose truth has one", f"{right / len(timed):.3f}", "≥ .99")


def _share(judge: Callable[[Any, Truth], bool], found: list[Any], truths: list[tuple[str, Truth]]) -> str:
    return f"{sum(judge(value, truth) for value, (_, truth) in zip(found, truths, strict=True)) / len(truths):.3f}"


def _ours(page: bytes) -> Extract:
    return find(page, url=URL, content_type="text/html", entry=Entry(url=URL), first_seen_at=SEEN)[0]


def _trafilatura(page: bytes) -> tuple[str, list[str], date | None]:
    found = bare_extraction(page, url=URL, with_metadata=True, include_comments=False)
    day = getattr(found, "date", None)
    names = (getattr(found, "author", None) or "").split("; ")
    return getattr(found, "title", "") or "", [name for name in names if name], date.fromisoformat(day) if day else None


def same_title(found: str, truth: Truth) -> bool:
    """Letters and digits are the same, whatever their case."""
    return fold(found) == fold(truth["title"] or "")


def same_authors(found: list[str], truth: Truth) -> bool:
    """The same set of names."""
    return {fold(name) for name in found} == {fold(name) for name in truth["authors"] or ()}


def same_day(found: date | None, truth: Truth) -> bool:
    """The same day, in the zone of the truth."""
    true = datetime.fromisoformat(truth["published"]) if truth["published"] else None
    if found is None or true is None:
        return found is None and true is None
    if isinstance(found, datetime):
        found = found.astimezone(true.tzinfo or UTC).date()
    return found == true.date()


def same_minute(found: datetime | None, truth: Truth) -> bool:
    """Within a minute; a truth without its zone is met by the same clock in any zone of Europe."""
    true = datetime.fromisoformat(truth["published"])
    if found is None:
        return False
    zones = [timedelta()] if true.tzinfo else [timedelta(hours=hours) for hours in (0, 1, 2, 3)]
    return any(abs(found + zone - true.replace(tzinfo=true.tzinfo or UTC)) <= timedelta(minutes=1) for zone in zones)


def _has_time(published: str | None) -> bool:
    return published is not None and datetime.fromisoformat(published).time() != datetime.min.time()
