"""The page as a tree: parsed once, then cut and narrowed to where the running text is.

Most of extraction's time is elements times regular expressions, so every element less counts.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from wirewatch.analysis.script import said
from wirewatch.errors import Reason, Skip
from wirewatch.extract.limits import MAX_ELEMENTS, flattened

DROPPED = ("script", "style", "svg", "iframe", "template", "canvas", "link", "source")
_SPARED = (  # dropped unless they hold an article: badly closed <nav> and <noscript> swallow whole pages
    "nav footer aside noscript button select input audio video object embed map fieldset menu dialog".split()
)
_UNREAD = frozenset({"h1", "a", "button", "select", "textarea", "noscript", "nav", "footer", "figcaption"})
_CROWD = 1000  # links in one element are no prose; trafilatura needs quadratic time, 120 s for 40,000
_CROWDED = etree.XPath(f"//*[count(a) > {_CROWD}]")
_KEPT_EMPTY = frozenset({"html", "head", "body", "br", "hr", "td", "th"})  # they part what stands beside them
_RUNNING = 80  # characters from which on an element's own text is running text and not a label
_LONG_PARAGRAPH = 200
_LONG_CELL = 500  # characters: no datum has so many
_TABLE = ("td", "th", "tr", "tbody", "thead", "table")
_WHOLE = 1000  # a page with less running text is left whole
_SHARE = 0.9  # of the running text; at .7 recall collapses


@dataclass(frozen=True, slots=True)
class Parsed:
    """A page's tree."""

    root: HtmlElement
    is_cut_off: bool  # libxml2 gave up within the page, even in its patient mode


def parse(text: str) -> Parsed:
    """The page's tree, without links by the thousand. What libxml2 gives up (255 levels) is tried once more without its
    limits, and then without the nesting.

    Raises Skip(EMPTY).
    """
    root, gave_up = _parse(text, huge=False)
    if gave_up:
        root, gave_up = _parse(text, huge=True)
    if gave_up:  # 2,048 levels
        root, gave_up = _parse(flattened(text), huge=True)
    for crowd in _CROWDED(root) if _exceeds(root.iter("a"), _CROWD) else ():
        etree.strip_elements(crowd, "a")
    return Parsed(root, gave_up)


def _exceeds(elements: Iterator[HtmlElement], most: int) -> bool:
    return next(islice(elements, most, None), None) is not None


def _parse(text: str, *, huge: bool) -> tuple[HtmlElement, bool]:
    options = {"remove_comments": True, "remove_pis": True, "collect_ids": False, "default_doctype": False}
    parser = HTMLParser(encoding="utf-8", huge_tree=huge, **options)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))  # lxml.html's own is Python: +5 %
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Skip(Reason.EMPTY, "no elements") from error
    return root, any(error.type_name == "ERR_RESOURCE_LIMIT" for error in parser.error_log.filter_from_fatals())


def cut(tree: HtmlElement) -> None:
    """Drop what is no text, and what frames a page. Raises Skip(EXTRACT_LIMIT) if too much is left."""
    etree.strip_elements(tree, *DROPPED, with_tail=False)
    for element in list(tree.iter(*_SPARED)):
        if element.getparent() is not None and not _holds_article(element):
            element.drop_tree()
    _unframe(tree)
    elements = count(tree)
    if elements > MAX_ELEMENTS:
        raise Skip(Reason.EXTRACT_LIMIT, f"{elements} elements")


def _unframe(tree: HtmlElement) -> None:
    """Turn tables that hold an article, as old pages' layouts do, into plain blocks: a table's text comes out as cells."""
    for cell in reversed(list(tree.iter("td"))):  # the innermost first: nested ones would be measured again and again
        if cell.tag == "td" and said(cell.text_content()) > _LONG_CELL:
            beside = [other for other in cell.itersiblings("td") if _is_menu(other)]
            beside += [other for other in cell.itersiblings("td", preceding=True) if _is_menu(other)]
            for menu in beside:
                menu.drop_tree()
            for part in (cell, *cell.iterancestors(*_TABLE)):
                part.tag = "div"


def _is_menu(cell: HtmlElement) -> bool:
    linked = sum(len(link.text_content()) for link in cell.iter("a"))
    return 2 * linked > len(cell.text_content().strip())


def count(tree: HtmlElement) -> int:
    """How many elements the tree has."""
    return int(tree.xpath("count(//*)"))


def _holds_article(element: HtmlElement) -> bool:
    return any(True for _ in element.iter("h1", "article", "main")) or any(
        len(part) > _LONG_PARAGRAPH for part in paragraphs(element)
    )


def paragraphs(tree: HtmlElement) -> Iterator[str]:
    """The text of each `<p>`."""
    for paragraph in tree.iter("p"):
        yield paragraph.text_content().strip()


def narrow(tree: HtmlElement) -> int:
    """Delete what stands beside the running text, and what is empty; gives the page's running text in characters."""
    body = tree.find("body")
    if body is None:
        return 0
    whole = _narrow(body)
    for element in reversed(list(body.iter(etree.Element))):
        if not len(element) and element.tag not in _KEPT_EMPTY and not (element.text and element.text.strip()):
            element.drop_tree()
    return whole


def _narrow(body: HtmlElement) -> int:
    weight = _running_text(body)
    whole = weight[body]
    if whole < _WHOLE:
        return whole
    node = body
    while (child := next((child for child in node if weight[child] >= _SHARE * whole), None)) is not None:
        for sibling in [sibling for sibling in node if sibling is not child]:
            node.remove(sibling)
        node = child
    return whole


def _running_text(body: HtmlElement) -> defaultdict[HtmlElement, int]:
    """For each element the running text in it and below; text right in links and menus isn't read."""
    elements = list(body.iter(etree.Element))
    own: defaultdict[HtmlElement, int] = defaultdict(int)
    for element in elements:
        text, tail = element.text, element.tail
        if text and element.tag not in _UNREAD and (text := text.strip()):
            own[element] += said(text)
        if tail and element is not body and (tail := tail.strip()):
            own[element.getparent()] += said(tail)
    below: defaultdict[HtmlElement, int] = defaultdict(int)
    for element in reversed(elements):
        mine = own.get(element, 0)
        total = below.get(element, 0) + (mine if mine > _RUNNING else 0)
        if total and element.tag not in _UNREAD:
            below[element] = total
            if element is not body:
                below[element.getparent()] += total
        else:
            below.pop(element, None)
    return below
