"""How a poll ended, and when the next is due: what the state is told."""

import hashlib
import random
import re
from datetime import datetime

from wirewatch.errors import Reason, Retry
from wirewatch.model import Page
from wirewatch.poll.parse import ParsedFeed
from wirewatch.poll.schedule import Pace, after_failure, after_success
from wirewatch.safe import one_line
from wirewatch.state.feeds import FeedTask, Polled

PERMANENT = (301, 308)


def body_hash(body: bytes) -> str:
    """What tells one body of a feed from another."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def polled_well(task: FeedTask, page: Page, found: ParsedFeed | None, new: int, now: datetime) -> Polled:
    """The result of a poll that worked."""
    links = len(found.entries) if found else 0
    wish = max(found.ttl if found else 0.0, _max_age(page))
    pace = after_success(
        now, interval=task.interval, every=task.every, first=task.first_poll, new=new, links=links, wish=wish, dice=_dice()
    )
    same = page.status == 304
    return _result(
        pace,
        etag=page.header("etag") or (task.etag if same else ""),
        last_modified=page.header("last-modified") or (task.last_modified if same else ""),
        body_hash=task.body_hash if same else body_hash(page.body),
        outcome="unchanged" if found is None else "new" if new else "nothing-new",
        format=found.format if found else "",
        moved_to=page.final_url if page.hops and all(hop.status in PERMANENT for hop in page.hops) else "",
    )


def polled_badly(task: FeedTask, failed: Retry, now: datetime) -> Polled:
    """The result of a poll that failed: what was known of the feed stays known."""
    wish = failed.after.total_seconds() if failed.after is not None else None
    pace = after_failure(
        now, interval=task.interval, every=task.every, failures=task.failures, reason=failed.reason, wish=wish, dice=_dice()
    )
    return _result(
        pace,
        etag=task.etag,
        last_modified=task.last_modified,
        body_hash=task.body_hash,
        outcome="gone" if failed.reason is Reason.HTTP_410 else "failed",
        reason=failed.reason,
        detail=one_line(failed.detail, 300),
    )


def _result(
    pace: Pace,
    *,
    etag: str,
    last_modified: str,
    body_hash: str,
    outcome: str,
    reason: Reason | None = None,
    detail: str = "",
    format: str = "",
    moved_to: str = "",
) -> Polled:
    return Polled(
        next_poll_at=pace.next_at,
        not_before=pace.not_before,
        interval=pace.interval,
        failures=pace.failures,
        etag=etag,
        last_modified=last_modified,
        body_hash=body_hash,
        outcome=outcome,
        reason=reason,
        detail=detail,
        format=format,
        moved_to=moved_to,
    )


def _max_age(page: Page) -> float:
    """Seconds that the server calls its answer fresh for (RFC 9111, 5.2.2.1); no-cache takes that back."""
    control = page.header("cache-control").lower()
    found = re.search(r"max-age=(\d{1,9})", control)
    return float(found[1]) if found and "no-cache" not in control else 0.0


def _dice() -> float:
    return random.random()  # noqa: S311 - spreads polls, keeps no secret
