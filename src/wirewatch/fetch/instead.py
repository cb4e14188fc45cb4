"""The feed's own full text where its page can't be had: blocked, walled off or gone, but the outlet gave the text away."""

import html
import re
from datetime import UTC, datetime

from wirewatch.analysis.script import said
from wirewatch.errors import Reason
from wirewatch.model import FROM_FEED, Page
from wirewatch.state.captures import FetchTask

ENOUGH = 400  # letters of text; below, a feed's content is a teaser (WordPress cuts at 55 words, some 350 letters)
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
_TAG = re.compile(r"<[^<>]{0,2000}>")


def from_feed(task: FetchTask, reason: Reason) -> Page | None:
    """The entry's content as a page with status 0, if it is an article's and the page failed for such a reason.

    Not for a later look at an article: what its page said stands.
    """
    entry = task.entry
    if reason not in NOT_HAD or task.kind == "edit" or said(html.unescape(_TAG.sub("", entry.content))) < ENOUGH:
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
