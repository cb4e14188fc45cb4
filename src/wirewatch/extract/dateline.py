"""The short lines in which a page tells its date: about the headline, and behind a label."""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from wirewatch.extract.title import fold

_LONGEST = 150  # characters; a longer paragraph is the article's first
_MOST = 80  # elements that are looked at
_FOLLOWING = etree.XPath(f"following::*[position() <= {_MOST}]")
_TEXTS = etree.XPath("//body//text()[not(parent::script or parent::style or parent::noscript)]")
_LABEL = (
    r"published|posted|date|datum|veröffentlicht|stand|erschienen|objavljeno|објављено|датум|дата|опубликовано|опубліковано|"
    r"发布时间|发表时间|發佈時間|公開日?|配信|입력|등록|승인"
)
_LABELLED = re.compile(rf"(?<!\w)(?:{_LABEL})(?!\w)[^\w]{{0,8}}([^\n]{{0,8}}\d[^\n]{{0,50}})", re.IGNORECASE)
_SPACE = re.compile(r"\s+")


def datelines(tree: HtmlElement, title: str) -> list[str]:
    """Lines of the uncut tree that may hold its date: after the headline first, then before it, then behind a label."""
    top = _headline(tree, fold(title))
    about = [] if top is None else [*_after(top), *_before(top)]
    text = _SPACE.sub(" ", " ".join(_TEXTS(tree))[:500_000])
    return about + [found[1] for found in _LABELLED.finditer(text)][:5]


def _headline(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The heading that shows the title, else the first h1."""
    headings = islice(tree.iter("h1", "h2", "h3"), _MOST)
    shown = (heading for heading in headings if title and title in fold(heading.text_content()[:1000]))
    return next(shown, tree.find(".//h1"))


def _after(top: HtmlElement) -> Iterator[str]:
    """Up to where the text begins."""
    for element in _FOLLOWING(top):
        line = _line(element)
        if element.tag == "p" and len(line) > _LONGEST:
            return
        if 0 < len(line) <= _LONGEST:
            yield line


def _before(top: HtmlElement) -> Iterator[str]:
    """Within the headline's own block: what stands higher is the site's, with its clock."""
    block = top.getparent()
    outer = block.getparent() if block is not None else None
    for element in islice(
        (outer if outer is not None and outer.tag not in ("body", "html") else block).iter(etree.Element), _MOST
    ):
        if element is top:
            return
        if 0 < len(line := _line(element)) <= _LONGEST:
            yield line


def _line(element: HtmlElement) -> str:
    return "" if element.tag in ("script", "style") else " ".join(element.text_content().split())
