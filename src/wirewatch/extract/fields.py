"""The other facts of a page, from what it declares; each with the rule that gave it."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared, plain
from wirewatch.extract.title import Sourced

_MAX_URL = 2_048
_MAX_SECTION = 100
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*")
_SUMMARIES = ("og:description", "description", "twitter:description")
_PICTURES = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
_SECTIONS = ("article:section", "og:article:section", "parsely-section", "section", "cxenseparse:recs:category")
_TIERS = ("article:content_tier", "og:article:content_tier", "content_tier")
_LOCKED = frozenset({"locked", "premium", "subscriber", "paid"})  # not metered: free for whom comes seldom


def _first(declared: Declared, names: tuple[str, ...]) -> Sourced:
    return next(((value, name) for name in names for value in declared.meta.get(name, ()) if value), ("", ""))


def description(declared: Declared) -> Sourced:
    """The page's own summary and which tag gave it, ("", "") if it has none."""
    text = declared.text("description")
    return _first(declared, _SUMMARIES) if any(map(declared.first, _SUMMARIES)) else (text, "json-ld" if text else "")


def image(declared: Declared, url: str) -> Sourced:
    """The lead picture's absolute address and which tag gave it, ("", "") if none is declared."""
    found, source = _first(declared, _PICTURES)
    link = absolute(found or _image(declared.article.get("image")), url)
    return (link, source or "json-ld") if link else ("", "")


def section(declared: Declared) -> Sourced:
    """The outlet's own section, as it names it, and which tag gave it; ("", "") if none is declared."""
    value = declared.article.get("articleSection")
    parts = value if isinstance(value, list) else [value]
    text = next((line for part in parts[:5] if isinstance(part, str) and (line := plain(part))), "")
    text, source = (text, "json-ld") if text else _first(declared, _SECTIONS)
    return (text, source) if len(text) <= _MAX_SECTION and "://" not in text else ("", "")


def paywall(declared: Declared) -> bool:
    """Whether the page says of itself that it isn't free to read."""
    free = [
        str(node.get("isAccessibleForFree", "")).strip().rsplit("/", 1)[-1].lower() for node in (declared.article, declared.page)
    ]
    return any(word in ("false", "no", "0") for word in free) or declared.first(*_TIERS).lower() in _LOCKED


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
