"""What a page's head asks of whoever fetched it: to go on to another address, or not to index it; and which it calls its own.

Read from the page's first bytes, by plain searches whose time grows with the length alone: no parser has seen the page yet.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

READ = 64 * 1024  # bytes; a head that is longer holds scripts
LONGEST_WAIT = 5  # seconds of a meta refresh; what waits longer is a page that renews itself
_UNREAD = (b"script", b"style", b"noscript", b"template", b"textarea", b"title")
_TAG = re.compile(r"<(meta|link)\b([^<>]{0,4000})>", re.IGNORECASE)
_WORDS = (b"refresh", b"noindex", b"none")  # without one of these no meta tag asks anything
_TELLING = ("canonical", *(word.decode() for word in _WORDS), "&#")
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_REFRESH = re.compile(r"""\s*(\d{1,9})(?:\.\d*)?\s*[;,]\s*(?:url\s*=)?\s*["']?([^"'\s]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """A page's head."""

    onward: str = ""  # where a meta refresh leads at once, absolute; "" if nowhere
    canonical: str = ""  # absolute; "" where it names none, or itself. Not to be believed: it may name anyone's page
    robots: tuple[tuple[str, str], ...] = ()  # meta tags that may keep robots off: the robot's name ("robots": all), directives


def read_head(body: bytes, url: str) -> Head:
    """The head of the page at `url`."""
    if not _says_something(body[:READ], url):
        return Head()
    text = without(body[:READ], _UNREAD).decode("utf-8", "replace")
    onward, canonical, robots = "", "", []
    for kind, given in _tags(text):
        if kind == "link":
            if "canonical" in given.get("rel", "").lower().split():
                canonical = canonical or _elsewhere(url, given.get("href", ""))
        elif given.get("http-equiv", "").lower() == "refresh":
            onward = onward or _refresh(url, given.get("content", ""))
        elif given.get("content") and given.get("name"):
            robots.append((given["name"].lower(), given["content"].lower()))
    return Head(onward, canonical, tuple(robots))


def _says_something(start: bytes, url: str) -> bool:
    """Whether a closer look is worth its time: most pages ask nothing, and call their own address theirs."""
    start, own = start.lower(), url.lower().encode()
    if any(_asks(tag) for tag in _of_kind(start, b"<meta")):
        return True
    links = (tag for tag in _of_kind(start, b"<link") if b"canonical" in tag)
    return any(b'"%b"' % own not in tag and b"'%b'" % own not in tag for tag in links)


def _asks(tag: bytes) -> bool:
    """Whether a meta tag may ask something; its words may be written as numbers of letters."""
    return any(word in tag for word in _WORDS) or (b"&#" in tag and (b"robots" in tag or b"http-equiv" in tag))


def _of_kind(start: bytes, opening: bytes) -> Iterator[bytes]:
    return (piece.partition(b">")[0] for piece in start.split(opening)[1:])


def without(page: bytes, tags: tuple[bytes, ...]) -> bytes:
    """The page without comments and without these elements; what isn't closed goes to the end."""
    lower = page.lower()
    for start, end in ((b"<!--", b"-->"), *((b"<%b" % tag, b"</%b" % tag) for tag in tags)):
        if start in lower:
            page, lower = _cut_out(page, lower, start, end)
    return page


def _cut_out(page: bytes, lower: bytes, start: bytes, end: bytes) -> tuple[bytes, bytes]:
    """The page and its small letters without what stands between `start` and `end`."""
    kept, at = list[slice](), 0
    while (begin := lower.find(start, at)) >= 0:
        kept.append(slice(at, begin))
        close = lower.find(end, begin + len(start))
        at = close + len(end) if close >= 0 else len(lower)
    kept.append(slice(at, None))
    return b"".join(page[part] for part in kept), b"".join(lower[part] for part in kept)


def _tags(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The name and the attributes of each meta and link tag that may ask or say something."""
    for found in _TAG.finditer(text):
        if not any(word in found[2].lower() for word in _TELLING):
            continue
        pairs = ((part[1].lower(), html.unescape(part[2] or part[3] or part[4] or "")) for part in _ATTRIBUTE.finditer(found[2]))
        yield found[1].lower(), dict(reversed(list(pairs)))  # of an attribute given twice the first counts


def _refresh(url: str, content: str) -> str:
    found = _REFRESH.match(content)
    if not found or int(found[1]) > LONGEST_WAIT:
        return ""
    return _elsewhere(url, found[2])


def _elsewhere(url: str, link: str) -> str:
    onward = _joined(url, link)
    return onward if onward.partition("#")[0] != url.partition("#")[0] else ""


def _joined(url: str, link: str) -> str:
    try:
        found = urljoin(url, link.strip()) if link.strip() else ""
    except ValueError:
        return ""
    return found if found.startswith(("http://", "https://")) else ""
