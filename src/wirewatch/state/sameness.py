"""Which further addresses are an article's: its other dresses (AMP, mobile, print), and what a page or a redirect claims.

A key alone stays exact (identity.py). Two addresses become one article only where the second key follows from the first by a
rule that no two articles break, or where the site itself says so and the address agrees. False merges lose articles, false
splits cost a request: in doubt they stay two. The tests' table of pairs holds what was decided.
"""

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from wirewatch.errors import Reason, Skip
from wirewatch.state.identity import is_tracker, key_of

_DRESS_HOSTS = ("m", "mobile", "amp")
_DRESS_PATHS = ("amp", "print", "mobile")
_FLAGS = frozenset({"amp", "isamp", "print", "printable", "mobile"})  # ?amp, ?print=1
_VIEWS = frozenset({"output", "outputtype", "view", "format", "mode", "display"})  # ?outputType=amp
_CACHE = re.compile(r"/[a-z]/(s/)?(?P<rest>[^/]+\.[^/]+/.*)")  # developers.google.com/amp/cache/overview: /c/s/host/path
_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+")
_MIXED = re.compile(r"(?=\w*\d)(?=\w*[^\W\d])\w{8,}")  # an id of letters and digits
_DATE = re.compile(r"(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?)?")
_AMP_ENDING = re.compile(r"\.amp(?=\.html?$|$)")
_ENDING = re.compile(r"\.(?:html?|s?html|php|aspx?|jsp|cms|kcmsf)$", re.IGNORECASE)
_LETTERS = 6  # of a segment in a script without spaces that name an article


class Claim(Enum):
    """How far the word of a page, or a redirect, that another address is the article's own can be trusted."""

    STRONG = "the addresses agree"
    WEAK = "only if the text agrees"
    NONE = "not believed"


def further_keys(url: str) -> tuple[str, ...]:
    """The keys of the same article without its dress; () where there is none. Raises Skip(BAD_URL) as key_of."""
    try:
        plain = _plain(url)
    except ValueError as error:
        raise Skip(Reason.BAD_URL, f"{url[:200]!r}: {error}"[:300]) from error
    return (key_of(plain),) if plain != url and key_of(plain) != key_of(url) else ()


def undressed(url: str) -> str:
    """The address that an AMP, mobile or print version is made of; `url` itself if it is none, or can't be read."""
    try:
        return _plain(url)
    except ValueError:
        return url


def _plain(url: str) -> str:
    """As `undressed`. Raises ValueError for some paths that urllib takes for hosts: https://a.example//[b/amp."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return url
    if (cached := _cached(host, parts.path)) is not None:
        host, _, path = cached.partition("/")
        return _plain(urlunsplit(("https", host, f"/{path}", _without(parts.query, _is_caches), "")))
    label, _, rest = host.partition(".")
    if label in _DRESS_HOSTS and site_of(host) != host:
        host = rest
    netloc = f"{host}:{port}" if port else host
    path, query = _plain_path(parts.path), _without(parts.query, _is_dress)
    if (host, path, query) == (parts.hostname, parts.path, parts.query):
        return url
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _cached(host: str, path: str) -> str | None:
    """What Google's AMP cache or viewer shows, as host and path."""
    if host.endswith(".cdn.ampproject.org"):
        found = _CACHE.fullmatch(path)
        return found["rest"] if found else None
    if host.startswith("www.google.") and path.startswith("/amp/"):
        return path.removeprefix("/amp/").removeprefix("s/")
    return None


def _plain_path(path: str) -> str:
    *left, last = path.split("/")
    left.append(_AMP_ENDING.sub("", last))
    for dress in _DRESS_PATHS:
        if left.count(dress) == 1:
            left.remove(dress)
            break
    without = "/".join(left) or "/"
    return without if without != path and names_article(without) else path


def _without(query: str, unwanted: Callable[[str], bool]) -> str:
    return "&".join(pair for pair in query.split("&") if not unwanted(pair))


def _is_caches(pair: str) -> bool:
    return pair.startswith(("usqp=", "amp_"))


def _is_dress(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    if name in _FLAGS:
        return value in ("", "1", "true", "yes")
    return name in _VIEWS and value in ("amp", "print", "mobile")


def claim(url: str, claimed: str) -> Claim:
    """What to make of a page at `url` that says, by its canonical link or by a redirect, that it is `claimed`."""
    try:
        if key_of(url) == key_of(claimed) or site_of(_host(url)) != site_of(_host(claimed)):
            return Claim.NONE
    except Skip:
        return Claim.NONE
    ours, theirs = names(url), names(claimed)
    if is_front(claimed) or _is_bare_script(url, claimed):
        return Claim.NONE
    if ours.numbers and theirs.numbers:
        return Claim.STRONG if ours.numbers & theirs.numbers else Claim.NONE
    if ours.words & theirs.words and not (ours.numbers and not theirs.numbers and _in_query(url, ours.numbers)):
        return Claim.STRONG
    return Claim.WEAK


def leads_to_article(url: str, end: str) -> bool:
    """Whether a redirect's end may be the article's own address: it names one, and a move within a site keeps its name."""
    try:
        within = site_of(_host(url)) == site_of(_host(end))
    except Skip:
        return False
    return names_article(end) and (not within or claim(url, end) is not Claim.NONE)


class Names:
    """What in an address tells one article from another: long numbers, and words in a row."""

    __slots__ = ("numbers", "words")

    def __init__(self, numbers: frozenset[str], words: frozenset[str]) -> None:
        self.numbers, self.words = numbers, words


def names(url: str) -> Names:
    """The numbers (of four digits and more, no dates), ids and slugs in path and query."""
    parts = urlsplit(url)
    query = [value or name for name, value in parse_qsl(parts.query, keep_blank_values=True) if not is_tracker(name)]
    numbers, words = set[str](), set[str]()
    for segment in [*unquote(parts.path).split("/"), *query]:
        bare = _ENDING.sub("", segment)
        found = {number for number in _NUMBER.findall(bare) if len(number) >= 4 and not _DATE.fullmatch(number)}
        numbers |= found
        if not found:
            numbers |= {word.lower() for word in _MIXED.findall(bare)}
        told = _WORD.findall(bare)
        if len(told) >= 3 or sum(len(word) for word in told if not word.isascii()) >= _LETTERS:
            words.add(" ".join(told).lower())
    return Names(frozenset(numbers), frozenset(words))


def names_article(url_or_path: str) -> bool:
    """Whether an address looks like one article's own, not like a section's, a login's or the front page's."""
    found = names(url_or_path)
    return bool(found.numbers or found.words)


def is_front(url: str) -> bool:
    """Whether it is a site's front page."""
    parts = urlsplit(url)
    path = _ENDING.sub("", parts.path.strip("/").lower())
    return not parts.query and (
        path in ("", "index", "home", "default", "naslovna") or re.fullmatch(r"[a-z]{2}", path) is not None
    )


def _is_bare_script(url: str, claimed: str) -> bool:
    """Whether the claim leaves out what tells articles apart: /news.php?id=1 that calls itself /news.php."""
    ours, theirs = urlsplit(url), urlsplit(claimed)
    left = {name for name, _ in parse_qsl(theirs.query, keep_blank_values=True)}
    dropped = [name for name, _ in parse_qsl(ours.query, keep_blank_values=True) if name not in left and not is_tracker(name)]
    return ours.path == theirs.path and bool(dropped) and not names_article(theirs.path)


def _in_query(url: str, numbers: frozenset[str]) -> bool:
    return any(number in value for _, value in parse_qsl(urlsplit(url).query) for number in numbers)


def _host(url: str) -> str:
    return key_of(url).partition("/")[0]


@lru_cache(10_000)
def site_of(host: str) -> str:
    """The domain that its owner registered, by the public suffix list: `b.co.uk` of `a.b.co.uk`; a numeric host whole."""
    from tld import Result, get_tld  # here: it reads the list, which costs 0.1 s

    name, _, port = host.rpartition(":") if host.rpartition("]")[2].count(":") else (host, "", "")
    found = get_tld(f"https://{name}/", as_object=True, fail_silently=True, search_private=True)
    labels = name.split(".")
    last_two = name if labels[-1].isdigit() or "]" in name else ".".join(labels[-2:])
    site = found.fld if isinstance(found, Result) else last_two
    return f"{site}:{port}" if port else site
