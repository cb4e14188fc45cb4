"""What feeds say as text, and the addresses in it: cleaned once, here."""

import html
import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

LINK, TITLE, SUMMARY, CONTENT = 2048, 1000, 5000, 200_000  # characters
_TAG = re.compile(r"<(?:!--.{0,5000}?-->|[a-zA-Z/!?][^<>]{0,2000}>)", re.DOTALL)
_NUMBERS = re.compile(r"[\d.]+")
_BAD_IN_LINK = re.compile(r"[\x00-\x20\x7f-\x9f<>\"\ud800-\udfff]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # JSON and entities may still spell them


def plain(markup: str, limit: int) -> str:
    """Markup, escaped once or twice, as plain text of one line."""
    text = markup[: limit * 10]
    if "<" in text or "&" in text:
        for _ in range(2):
            text = html.unescape(_TAG.sub(" ", text))
        text = _TAG.sub(" ", text)
    return " ".join(_ILLEGAL.sub(" ", text).split())[:limit]


def full_text(*candidates: str) -> str:
    """The longest of several bodies in HTML, "" if it is longer than any article."""
    longest = max(candidates, key=len, default="")
    return _ILLEGAL.sub(" ", longest) if len(longest) <= CONTENT else ""


def as_html(text: str) -> str:
    """Plain text as HTML, a paragraph for each line."""
    lines = (html.escape(line) for line in text.splitlines() if line.strip())
    return "".join(f"<p>{line}</p>" for line in lines)


def resolved(base: str, link: str) -> str:
    """The link as an absolute address, "" if it can't be one."""
    try:
        return urljoin(base, link.strip()) if link.strip() else ""
    except ValueError:
        return ""


def is_link(link: str) -> bool:
    """Whether a feed's link can be asked for: http or https, a host, nothing that would break a request."""
    if len(link) > LINK or _BAD_IN_LINK.search(link):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def site_of(url: str) -> str:
    """Whose address it is: the registered domain (`bbc.co.uk` of `www.bbc.co.uk`), of an IP address host and port.

    The list of public suffixes is the one that tld brings along; names below a hoster's (`a.github.io`) are sites of their own.
    """
    try:
        parts = urlsplit(url)
        return _site(parts.hostname or "", parts.netloc.rpartition("@")[2].lower())
    except ValueError:
        return ""


@lru_cache(4096)
def _site(name: str, netloc: str) -> str:
    from tld import get_fld

    if "xn--" in name:
        with suppress(UnicodeError):
            name = netloc = name.encode("ascii").decode("idna")
    known = get_fld(f"http://{name}", fail_silently=True, search_private=True)
    if known or _NUMBERS.fullmatch(name) or ":" in name:
        return known or netloc
    return ".".join(name.split(".")[-2:]) if "." in name else netloc  # a suffix that the list doesn't know has one label
