"""How a poll ended, what it taught, and when the next is due: what the state is told. Pure, but for the dice."""

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from wirewatch.errors import Reason, Retry
from wirewatch.model import Entry, Page
from wirewatch.net.answers import sendable
from wirewatch.poll.items import INDEX
from wirewatch.poll.moving import moved, returned
from wirewatch.poll.parse import ParsedFeed
from wirewatch.poll.rhythm import Rhythm, learn, unpack
from wirewatch.poll.schedule import Copy, Pace, after_failure, after_outage, after_success
from wirewatch.safe import one_line
from wirewatch.state.feeds import FeedTask, Learned, Polled

DAY = timedelta(days=1)
HISTORY = timedelta(days=14)  # of what a feed shows when it is first seen that says something about its rhythm
KEPT = 30  # polls that are remembered


@dataclass(frozen=True, slots=True)
class Brought:
    """What a feed shows, and what of it is new."""

    feed: ParsedFeed
    new: Sequence[Entry]


def body_hash(body: bytes) -> str:
    """What tells one body of a feed from another."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def validators(task: FeedTask, now: datetime) -> dict[str, str]:
    """The headers that let a server say that nothing has changed: what it gave, as it was given.

    None, once a day, to see whether they can be believed; for a feed whose validators can't; and for an index of sitemaps, which
    may stay the same while they change.
    """
    known = task.learned
    if known.lies or known.format == INDEX or known.full_at is None or now - known.full_at >= DAY:
        return {}
    headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in headers.items() if sendable(value)}


def polled_well(task: FeedTask, page: Page, brought: Brought | None, now: datetime) -> Polled:
    """The result of a poll that worked; nothing brought: the body is the one that is known."""
    known, new = task.learned, len(brought.new) if brought else 0
    shown = brought.feed.shown if brought else known.shown
    rhythm = _rhythm(task, brought, now)
    gap = now - task.last_success_at if task.last_success_at is not None and brought and 0 < shown == new else None
    wish = brought.feed.ttl if brought else known.wish
    pace = after_success(
        now,
        rhythm=rhythm,
        shown=shown,
        every=task.every,
        gap=gap.total_seconds() if gap is not None else None,
        wish=wish,
        copy=copy_of(page),
        last_new_at=now if new else task.last_new_at,
        dice=_dice(),
    )
    learned = replace(
        moved(_identified(known, page, new), task.url, page, now),
        rhythm=rhythm.pack(),
        shown=shown,
        wish=wish,
        format=brought.feed.format if brought else known.format,
        gaps=known.gaps + (gap is not None),
    )
    outcome = "unchanged" if brought is None else "new" if new else "nothing-new"
    return _polled(learned, pace, now, outcome, f"{new} of {shown}" if brought else "")


def _identified(known: Learned, page: Page, new: int) -> Learned:
    """With the validators and the hash of what came. A 304 leaves what it doesn't name."""
    etag, last_modified = page.header("etag"), page.header("last-modified")
    if page.status == 304:
        return replace(known, etag=etag or known.etag, last_modified=last_modified or known.last_modified)
    stood_still = bool(etag or last_modified) and (etag, last_modified) == (known.etag, known.last_modified)
    lies = known.lies or (stood_still and new > 0 and known.format != INDEX)
    known = replace(known, etag=etag, last_modified=last_modified, body_hash=body_hash(page.body))
    return replace(known, lies=lies, full_at=page.fetched_at)


def _rhythm(task: FeedTask, brought: Brought | None, now: datetime) -> Rhythm:
    """What is known of the feed's rhythm after this poll. At first sight its history is what it shows, with its dates."""
    known, until = unpack(task.learned.rhythm), now.timestamp()
    dates = [entry.published_at.timestamp() for entry in (brought.new if brought else ()) if entry.published_at]
    if task.last_success_at is not None:
        return learn(known, task.last_success_at.timestamp(), until, len(brought.new) if brought else 0, dates)
    shown = [entry.published_at for entry in (brought.feed.entries if brought else ()) if entry.published_at]
    history = [at.timestamp() for at in shown if now - HISTORY < at <= now]
    return learn(known, min(history), until, len(history), history) if history else known


def polled_badly(task: FeedTask, failed: Retry, now: datetime, *, outage: bool = False) -> Polled:
    """The result of a poll that failed: what was known of the feed stays known. `outage`: of our own network, and not counted."""
    known, wish = task.learned, failed.after.total_seconds() if failed.after is not None else None
    if outage:
        pace = after_outage(now, interval=known.interval, failures=known.failures, dice=_dice())
    else:
        pace = after_failure(
            now,
            interval=known.interval,
            every=task.every,
            failures=known.failures,
            reason=failed.reason,
            wish=wish,
            gone_at=task.gone_at,
            dice=_dice(),
        )
    detail = "most hosts can't be reached: our own network" if outage else one_line(failed.detail, 300)
    outcome = "gone" if failed.reason is Reason.HTTP_410 else "failed"
    result = _polled(returned(known, pace.failures), pace, now, outcome, str(failed.reason))
    closed = pace.not_before if failed.reason is not Reason.HTTP_410 else None
    return replace(result, reason=failed.reason, detail=detail, host_closed_until=closed)


def _polled(learned: Learned, pace: Pace, now: datetime, outcome: str, said: str) -> Polled:
    line = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {outcome} {said}".rstrip()
    recent = "\n".join([*learned.recent.splitlines(), line][-KEPT:])
    learned = replace(learned, interval=pace.interval, failures=pace.failures, recent=recent)
    return Polled(learned=learned, next_poll_at=pace.next_at, not_before=pace.not_before, outcome=outcome)


def copy_of(page: Page) -> Copy:
    """For how long the server gives the copy that came, and how old it is; a cache on the way says so (RFC 9111, 5.1)."""
    age = page.header("age").strip()
    return Copy(fresh_for(page), float(age) if age.isdecimal() and len(age) < 10 else None)


def fresh_for(page: Page) -> float:
    """Seconds that the server calls its answer fresh for: max-age (no-cache takes that back), else Expires (RFC 9111, 4.2.1)."""
    control = page.header("cache-control").lower()
    if "no-cache" in control or "no-store" in control:
        return 0.0
    if found := re.search(r"max-age=(\d{1,9})", control):
        return float(found[1])
    until, since = _date(page.header("expires")), _date(page.header("date")) or page.fetched_at
    return max((until - since).total_seconds(), 0.0) if until else 0.0


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _dice() -> float:
    return random.random()  # noqa: S311 - spreads polls, keeps no secret
