"""Title, authors and the other facts of a page, from what it declares and shows."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared, plain

_MAX_TITLE = 1_000
_MAX_AUTHORS = 20
_MAX_NAME = 100
_MAX_URL = 2_048
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*")
_NOBODY = frozenset(
    "admin administrator webmaster editor editors staff redaktion redakcija redaction redaccion redazione редакция редакція "
    "редакција newsroom user root author unknown none null".split()
)
_AUTHOR = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_BY = re.compile(r"^(?:by|von|par|por|di|автор|аутор|piše|пише)\s*:?\s+", re.IGNORECASE)
_PARTED = re.compile(r"\s*(?:;|,|\||\s&\s|\s(?:and|und|et|и|і|y)\s)\s*", re.IGNORECASE)
_PLACE = re.compile(r"https?://|@|^www\.", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s+(?:[|–—•·»«]|-|::)\s+")


def headings(tree: HtmlElement) -> list[str]:
    """The page's h1s, from top to bottom; at most ten."""
    return [text for heading in list(tree.iter("h1"))[:10] if (text := plain(heading.text_content()))]


def title(tree: HtmlElement, declared: Declared, tops: list[str]) -> str:
    """The headline: an h1 that the declared titles hold; else what is declared, without the site's name; "" if nothing is."""
    element = tree.find(".//title")
    tab = plain(element.text_content()) if element is not None else ""
    said = [text for text in (declared.text("headline"), declared.first("og:title", "twitter:title"), tab) if text]
    for top in tops:
        if any(_folded(top) in _folded(text) for text in said) and len(_folded(top)) > 3:
            return top[:_MAX_TITLE]
    if not said:
        return tops[0][:_MAX_TITLE] if tops else ""
    return _without_site(said[0], declared)[:_MAX_TITLE]


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _without_site(text: str, declared: Declared) -> str:
    site = _folded(declared.first("og:site_name"))
    parts = _SEPARATORS.split(text)
    if site and len(parts) > 1 and _folded(parts[-1]) == site:
        return text[: text.rindex(parts[-1])].rstrip(" |–—•·»«-:")
    return text


def authors(declared: Declared) -> tuple[str, ...]:
    """The persons named by JSON-LD, else by meta tags, as they are written there; nobody twice, no "Admin"."""
    names = list(_people(declared.article.get("author"), declared)) or list(_people(declared.article.get("creator"), declared))
    if not names:
        names = [name for key in _AUTHOR for tag in declared.meta.get(key, ()) for name in _split(tag)]
    return _named(names, declared)


def persons(text: str, declared: Declared) -> tuple[str, ...]:
    """The persons in a line of names."""
    return _named(_split(plain(text)), declared)


def _named(names: list[str], declared: Declared) -> tuple[str, ...]:
    site = _folded(declared.first("og:site_name"))
    kept = {_folded(name): name for name in reversed(names) if _is_name(name) and _folded(name) != site}
    return tuple(reversed(kept.values()))[:_MAX_AUTHORS]


def _people(value: Any, declared: Declared, depth: int = 0) -> Iterator[str]:
    if depth > 3:
        return
    if isinstance(value, list):
        for part in value[:_MAX_AUTHORS]:
            yield from _people(part, declared, depth + 1)
    elif isinstance(value, str):
        yield from _split(plain(value))
    elif isinstance(value, dict):
        known = declared.nodes.get(str(value.get("@id"))) if "name" not in value else None
        yield from _people((known or value).get("name"), declared, depth + 1)


def _split(text: str) -> list[str]:
    return [name for part in _PARTED.split(_BY.sub("", text)) if (name := part.strip(" .,;:-–|"))]


def _is_name(text: str) -> bool:
    return 1 < len(text) <= _MAX_NAME and text.casefold() not in _NOBODY and not _PLACE.search(text)


def description(declared: Declared) -> str:
    """The page's own summary, "" if it has none."""
    return declared.first("og:description", "description", "twitter:description") or declared.text("description")


def image(declared: Declared, url: str) -> str:
    """The lead picture's absolute address, "" if none is declared."""
    found = declared.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
    return absolute(found or _image(declared.article.get("image")), url)


def _image(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    return value if isinstance(value, str) else ""


def canonical(tree: HtmlElement, url: str) -> str:
    """The address the page calls its own, absolute; "" if it doesn't. Not to be believed: it may name anyone's page."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return absolute(link.get("href") or "", url)
    return ""


def language(tree: HtmlElement) -> str | None:
    """The language the page declares for itself, as a BCP 47 tag with hyphens; often only its CMS's default."""
    tag = (tree.get("lang") or tree.get("xml:lang") or "").strip()
    return tag.replace("_", "-") if _LANGUAGE.fullmatch(tag) else None


def absolute(link: str, base: str) -> str:
    """`link` as an http(s) address of bearable length, else ""."""
    try:
        found = urljoin(base, link.strip()) if link.strip() else ""
        good = urlsplit(found).scheme in ("http", "https") and len(found) <= _MAX_URL
    except ValueError:
        return ""
    return found if good else ""
