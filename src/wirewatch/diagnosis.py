"""What is wrong with a feed, and what to do: a look at it, put into words. Pure."""

from datetime import datetime, timedelta

from wirewatch.errors import Reason
from wirewatch.finding import Look

QUIET = timedelta(days=7)  # without anything new; as state/feeds.py calls a feed silent
_ADVICE = {
    Reason.DNS: "the name isn't known: a spelling mistake, a move, or no network here",
    Reason.CONNECTION: "no connection: try again later, or look in a browser",
    Reason.TLS: "its certificate isn't sound: tell the outlet; http:// may work",
    Reason.TIMEOUT: "too slow: try again later, or raise [fetch] timeout",
    Reason.TOO_LARGE: "larger than a feed may be: choose another of its feeds",
    Reason.BLOCKED_ADDRESS: "leads into a private network: if it is yours, name that in [fetch] allow_networks",
    Reason.HTTP_401: "wants a login: choose another of its feeds",
    Reason.HTTP_403: "refuses us: set [fetch] contact, then ask the outlet",
    Reason.HTTP_404: "gone: `wirewatch feeds add` with the outlet's home page finds where it went",
    Reason.HTTP_410: "gone for good: `wirewatch feeds remove`, then `feeds add` with the home page",
    Reason.HTTP_429: "asked too often: raise [fetch] per_host_delay",
    Reason.HTTP_5XX: "the server is at fault: try again later",
    Reason.NOT_A_FEED: "a page, but no feed: `wirewatch feeds add` with the outlet's home page finds its feeds",
    Reason.EMPTY: "nothing was sent: try again later",
    Reason.ROBOTS: "robots.txt forbids it: ask the outlet",
    Reason.ROBOTS_UNREACHABLE: "robots.txt can't be read: try again later",
    Reason.REDIRECTS: "redirects that don't end, or lead to another site: look in a browser",
}


def problems(look: Look, now: datetime, *, pages_forbidden: bool = False) -> list[str]:
    """What is wrong, each with what to do; empty: nothing is."""
    if look.reason is not None:
        advice = _ADVICE.get(look.reason, f"{look.detail or look.reason}: look in a browser")
        return [f"a page, but no feed: it names {look.named}, which may be one" if look.named else advice]
    found, odd = [], look.odd
    if look.moved_to and look.moved_to != look.url:
        found.append(f"moved for good: put {look.moved_to} into feeds.yaml")
    if not look.entries:
        found.append("holds nothing: choose another of its feeds if it stays so")
    elif look.newest is not None and look.newest < now - QUIET:
        found.append(f"nothing new for {(now - look.newest).days} days: is there another feed?")
    if odd.items > 3 and odd.repeated_links > odd.items // 2 and look.entries < odd.items // 2:
        found.append(f"{odd.items} items share {look.entries} addresses: choose another of its feeds")
    if pages_forbidden:
        found.append("robots.txt forbids its pages: they will be skipped; ask the outlet")
    return found


def notes(look: Look) -> list[str]:
    """What is odd, and is dealt with."""
    odd = look.odd
    return [
        text
        for given, text in (
            (odd.items and odd.undated == odd.items, "no dates: when first seen counts"),
            (odd.unread_dates, f"{odd.unread_dates} dates unclear: when first seen counts"),
            (odd.repeated_guids > odd.items // 20, f"{odd.repeated_guids} guids repeat: addresses count"),
            (odd.elsewhere > min(odd.items, 200) // 2, f"{odd.elsewhere} links lead to other sites"),
            (odd.with_text and odd.with_text == odd.items, "carries full texts"),
        )
        if given
    ]
