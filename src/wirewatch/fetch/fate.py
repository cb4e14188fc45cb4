"""What becomes of a capture after an answer or a failure: pure rules, in tables.

Sources of the numbers: the peers compared in the field notes; RFC 9110 for Retry-After; RFC 9309 for robots.txt.
"""

from datetime import UTC, datetime, timedelta

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.model import Page
from wirewatch.net.answers import LONGEST, retry_after, status_reason
from wirewatch.state.sameness import leads_to_article

BUSY = timedelta(minutes=15)  # after a 429 without Retry-After, doubled with each attempt
DOWN = timedelta(minutes=10)  # that a host is left alone which can't be connected to
NOT_TEXT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")

FINAL = frozenset(  # asking again would bring the same: `failed` at once
    {
        Reason.TOO_LARGE,
        Reason.BLOCKED_ADDRESS,
        Reason.BAD_URL,
        Reason.REDIRECTS,
        Reason.HTTP_401,
        Reason.HTTP_403,
        Reason.HTTP_404,
        Reason.HTTP_410,
        Reason.HTTP_4XX,
    }
)
CLOSES_HOST = frozenset({Reason.DNS, Reason.CONNECTION, Reason.TLS})  # the host's other pages would end alike


def refuse_type(status: int, content_type: str) -> None:
    """Raise Skip(NOT_HTML) for a picture, a film or a PDF, before its body is read."""
    kind = content_type.strip().lower()
    if status == 200 and kind.startswith(NOT_TEXT):
        raise Skip(Reason.NOT_HTML, kind[:80])


def refuse_status(page: Page, attempts: int) -> None:
    """Raise what becomes of a page whose status isn't 200; `attempts`: how often it failed before."""
    status, detail = page.status, f"status {page.status}"
    if status in (200, 203):
        if not page.body:
            raise Retry(Reason.EMPTY, "an empty body")
        return
    if status == 304 and page.asked_whether_changed:
        raise Skip(Reason.UNCHANGED)
    after = retry_after(page.header("retry-after"), datetime.now(UTC)) if status in (429, 503) else None
    if status == 429:
        raise Retry(Reason.HTTP_429, detail, after=after or min(BUSY * 2 ** min(attempts, 10), LONGEST))
    if status == 408:
        raise Retry(Reason.TIMEOUT, detail)
    raise Retry(status_reason(status), detail, after=after)


def is_moved(page: Page) -> bool:
    """Whether the page's last address is believed to be the article's, too, whatever kind of redirects led there.

    Many articles of a site may be led to one front page, section, login or consent page: such an address names no article.
    """
    return bool(page.hops) and leads_to_article(page.url, page.final_url)
