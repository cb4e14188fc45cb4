"""A feed that moved for good. Pure.

One 301 may be a mistake that is taken back within the hour, and a feed that follows it is lost (field notes of 2026-11); so a
move is believed only when several polls over two days saw it. A temporary redirect (302, 307) is followed, never believed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.model import Page
from wirewatch.state.feeds import Learned

PERMANENT = (301, 308)
TIMES, FOR = 3, timedelta(hours=48)  # that a move is seen until it is believed
LOST = 3.0  # points of failure at the new address, after which the one of feeds.yaml is asked again


def moved(known: Learned, url: str, page: Page, now: datetime) -> Learned:
    """What is known of the move of the feed at `url` (of feeds.yaml) after a poll that worked."""
    if not page.hops or any(hop.status not in PERMANENT for hop in page.hops):
        return replace(known, moved_to="", moved_since=None, moved_times=0)
    if page.final_url != known.moved_to or known.moved_since is None:
        return replace(known, moved_to=page.final_url, moved_since=now, moved_times=1)
    times = known.moved_times + 1
    if times < TIMES or now - known.moved_since < FOR:
        return replace(known, moved_times=times)
    lives_at = page.final_url if page.final_url != url else ""
    return replace(known, moved_to="", moved_since=None, moved_times=0, lives_at=lives_at)


def returned(known: Learned, failures: float) -> Learned:
    """After a poll that failed: the new address may have been a mistake, then the old one is asked."""
    return replace(known, lives_at="") if known.lives_at and failures >= LOST else known
