"""What a page declares about itself: JSON-LD, meta tags and microdata, read once, before the tree is cut."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from wirewatch.extract.charset import clean

MAX_JSON = 512 * 1024  # characters; a block of 5 MB costs 678 MB of memory
_MAX_NODES = 2_000
_MAX_VALUE = 5_000  # characters of a meta tag
_ARTICLE = re.compile(r"(?:Article|Report|[Bb]logPosting|LiveBlogPosting|NewsItem|ClaimReview)$")
_ORGANISATION = re.compile(r"Organi[sz]ation$|Corporation$|Newspaper$")
_PAGE = ("WebPage", "ItemPage", "VideoObject", "CreativeWork")
_FRAME = re.compile(r"^\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?);?\s*$")
_MARKUP = re.compile(r"<[^<>]{1,300}>")

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Declared:
    """The page's own word."""

    article: Node = field(default_factory=dict)  # the JSON-LD node that describes the article
    page: Node = field(default_factory=dict)  # that of the page around it
    nodes: dict[str, Node] = field(default_factory=dict)  # by @id: authors are often only referred to
    meta: dict[str, list[str]] = field(default_factory=dict)  # by property, name or itemprop, in lower case
    published: tuple[str, ...] = ()  # datePublished as microdata beside the text
    publishers: tuple[str, ...] = ()  # names of the outlet and of other organisations

    def first(self, *names: str) -> str:
        """The first meta tag of these names, in their order, that says anything; "" if none."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")

    def text(self, key: str) -> str:
        """A text of the article's JSON-LD, "" if it isn't there or no text."""
        value = self.article.get(key)
        return plain(value) if isinstance(value, str) else ""


def plain(text: str) -> str:
    """One line of text from a value that may hold entities, markup and line breaks."""
    text = clean(text[: 4 * _MAX_VALUE])
    if "&" in text:
        text = clean(html.unescape(text))
    if "<" in text:
        text = _MARKUP.sub("", text)
    return " ".join(text.split())[:_MAX_VALUE]


def read_declared(tree: HtmlElement) -> Declared:
    """What the (uncut) tree's JSON-LD and meta tags say."""
    nodes = [node for block in _blocks(tree) for node in _nodes(block)][:_MAX_NODES]
    by_id = {node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 2}
    articles = [node for node in nodes if _is(node, _ARTICLE)]
    dated = [node for node in articles if node.get("datePublished")]
    pages = [node for node in nodes if any(kind in _PAGE for kind in _kinds(node))]
    article, meta = next(iter(dated or articles), {}), _meta(tree)
    return Declared(
        article,
        next(iter(pages), {}),
        by_id,
        meta,
        tuple(islice(_microdata(tree), 3)),
        tuple(_publishers([article, *nodes], meta)),
    )


def _microdata(tree: HtmlElement) -> Iterator[str]:
    body = tree.find("body")
    for element in body.iter(etree.Element) if body is not None else ():  # quicker than an XPath over all elements
        if element.get("itemprop") == "datePublished":
            yield plain(element.get("content") or element.get("datetime") or element.text_content())


def _publishers(nodes: list[Node], meta: dict[str, list[str]]) -> Iterator[str]:
    for name in ("og:site_name", "publisher", "article:publisher", "application-name", "dc.publisher", "copyright"):
        yield from meta.get(name, ())
    for node in nodes:
        part = node if _is(node, _ORGANISATION) else node.get("publisher")
        if isinstance(part, dict):
            yield from (plain(name) for name in (part.get("name"), part.get("alternateName")) if isinstance(name, str))


def _blocks(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iter("script"):
        text = script.text or ""
        if "ld+json" not in (script.get("type") or "").lower() or len(text) > MAX_JSON:
            continue
        try:
            yield json.loads(_FRAME.sub("", text).strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """Every object, those on top first; deep ones hold nothing of the article itself."""
    if isinstance(value, list):
        for part in value[:_MAX_NODES]:
            yield from _nodes(part, depth)
    elif isinstance(value, dict) and depth < 4:
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "isPartOf"):
            if isinstance(value.get(key), dict | list):
                yield from _nodes(value[key], depth + 1)


def _kinds(node: Node) -> list[str]:
    kinds = node.get("@type")
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _is(node: Node, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(kind) for kind in _kinds(node))


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        content = tag.get("content")
        if name and content:
            found.setdefault(name.strip().lower(), []).append(plain(content))
    return found
