"""The body: trafilatura on the narrowed tree, precision first and guarded; its full cascade where that finds little.

Chosen by measurement: on news F1 .970 against .960 of trafilatura's default, at twice its speed.
"""

import logging

from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from wirewatch.analysis.script import said
from wirewatch.extract.steps import Step, unseen
from wirewatch.extract.tree import Parsed, count, cut, narrow, paragraphs, parse

for _name in ("trafilatura", "htmldate", "justext", "readability"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # they tell of each page what its outcome tells anyway

_PRECISE = Extractor(output_format="python", comments=False, fast=True, precision=True)
_FAST = Extractor(output_format="python", comments=False, fast=True)
_FULL = Extractor(output_format="python", comments=False)
_SHORT = 500  # characters below which a better answer is looked for
_SHORT_LIST = 1_000  # the same, for forums and lists (measured on 990 pages)
_MOST = 0.5  # of the running text: who has that much needs no other answer
_MANY = 5_000  # elements from which on the cascade's last resort, justext, gets slow: 17 s for 8,000 short blocks
_RUNNING = 80
_LONGEST_LINE = 200_000  # characters; the longest articles met have half as many in all: a longer line is no paragraph
POOR = 200  # below this whatever else may hold the text is asked: captions, the page's data, the feed
LEAST = 120  # below this it is no article: galleries gave 19, "not found" pages 30, the shortest sound articles some 390


def find_body(text: str, page: Parsed, step: Step = unseen, *, recall: bool = False) -> str:
    """The body of the page `text`, parsed as `page`, whose tree is cut and narrowed on the way; "" if there is none.

    `recall`: for forums, blogs and lists, whose text stands in many places: nothing is narrowed, no precision asked.
    Raises Skip(EXTRACT_LIMIT).
    """
    cut(page.root)
    step("cut", page.root)
    running = 0 if recall else narrow(page.root)
    step("narrow", page.root)
    body = _read(page.root, _FAST) if recall else _strict(page.root)
    doubted = said(body) < _SHORT_LIST if recall else said(body) < min(_SHORT, max(POOR, _MOST * running))
    if doubted and not page.is_cut_off:
        body = longer(body, _from_whole(parse(text).root, said(body)))
    step("body")
    return body


def _from_whole(tree: HtmlElement, least: int) -> str:
    """What the full cascade finds on the uncut page; captions are paragraphs where they say more than `least`."""
    captions = list(tree.iter("figcaption"))
    if sum(said(caption.text_content()) for caption in captions) > max(LEAST, least):
        for part in (*captions, *tree.iter("figure")):
            part.tag = "p" if part.tag == "figcaption" else "div"
    return _read(tree, _FULL if count(tree) <= _MANY else _FAST)


def longer(body: str, other: str) -> str:
    """The one that says more."""
    return other if said(other) > said(body) else body


def _strict(tree: HtmlElement) -> str:
    precise = _read(tree, _PRECISE)
    running = sum(len(part) for part in paragraphs(tree) if len(part) > _RUNNING)
    if said(precise) >= _SHORT and len(precise) >= 0.4 * running:
        return precise
    fast = _read(tree, _FAST)
    return precise if precise and len(precise) >= 0.6 * len(fast) else fast


def _read(tree: HtmlElement, options: Extractor) -> str:
    document = bare_extraction(tree, options=options)
    text = (getattr(document, "text", None) or "").strip()
    if len(text) > _LONGEST_LINE:
        text = "\n".join(line for line in text.split("\n") if len(line) <= _LONGEST_LINE)
    return text
