"""The feed's own full text where its page can't be had: blocked, walled off or gone, but the outlet gave the text away."""

import html
import re
from datetime import UTC, datetime

from wirewatch.analysis.script import FULL_TEXT, said
from wirewatch.errors import Reason
from wirewatch.model import FROM_FEED, Page
from wirewatch.state.captures import LOOKS, FetchTask
from wirewatch.state.ending import FETCH_WAITS

NOT_HAD = frozenset(  # never robots.txt or noindex: who forbids the page doesn't want it kept
    {
        Reason.HTTP_401,
        Reason.HTTP_403,
        Reason.HTTP_404,
        Reason.HTTP_410,
        Reason.HTTP_4XX,
        Reason.CHALLENGE,
        Reason.CONSENT_WALL,
        Reason.PAYWALL,
    }
)
AT_LAST = frozenset(  # only when all attempts are spent
    {
        Reason.DNS,
        Reason.CONNECTION,
        Reason.TLS,
        Reason.TIMEOUT,
        Reason.PROTOCOL,
        Reason.TRUNCATED,
        Reason.ENCODING,
        Reason.EMPTY,
        Reason.HTTP_429,
        Reason.HTTP_5XX,
    }
)
_TAG = re.compile(r"<[^<>]{0,2000}>")


def from_feed(task: FetchTask, reason: Reason) -> Page | None:
    """The entry's content as a page with status 0, if it is an article's and the page failed for such a reason.

    Not for a later look at an article: what its page said stands.
    """
    entry = task.entry
    lost = reason in NOT_HAD or (reason in AT_LAST and task.attempts >= len(FETCH_WAITS))
    if not lost or task.kind in LOOKS or said(html.unescape(_TAG.sub("", entry.content))) < FULL_TEXT:
        return None
    title = html.escape(entry.title)
    body = f'<!DOCTYPE html><meta charset="utf-8"><title>{title}</title><article><h1>{title}</h1>{entry.content}</article>'
    return Page(
        url=task.url,
        final_url=task.url,
        status=0,
        headers=(("content-type", FROM_FEED),),
        body=body.encode("utf-8", "replace"),
        fetched_at=datetime.now(UTC),
        took=0.0,
    )
