"""One page, step by step: what it gave, what was cut and narrowed away, and how long each step took."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from wirewatch.errors import Skip
from wirewatch.extract.page import extract
from wirewatch.extract.tree import DROPPED
from wirewatch.model import Entry, Extract, Page

_SHOWN = 160  # characters of a part
_MOST = 200  # parts; a page has some twenty


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something with a text that was taken out of the tree."""

    step: str  # cut or narrow
    element: str  # as a CSS selector: nav#top.menu
    characters: int
    text: str  # its beginning, one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What became of a page, and how."""

    extract: Extract | None  # None: no article
    reason: str  # why it is none, "" if it is one
    steps: tuple[tuple[str, float], ...]  # name and seconds of CPU, in their order
    dropped: dict[str, int]  # elements without a text that were dropped, by tag
    parts: tuple[Part, ...]


def explain(page: Page, entry: Entry, first_seen_at: datetime, *, recall: bool = False) -> Explained:
    """As `extract`, watched. Takes as long, and may hang as that may."""
    watcher = _Watcher()
    found, reason = None, ""
    try:
        found = extract(
            page.body, url=page.final_url, content_type=page.header("content-type"), entry=entry, first_seen_at=first_seen_at,
            recall=recall, step=watcher,
        )  # fmt: skip
    except Skip as skip:
        reason = str(skip)
    return Explained(
        extract=found,
        reason=reason,
        steps=tuple(watcher.steps),
        dropped=dict(watcher.dropped),
        parts=tuple(watcher.parts[:_MOST]),
    )


@dataclass(slots=True)
class _Watcher:
    """Notes the time of each step, and what it took out of the tree; its own time doesn't count."""

    steps: list[tuple[str, float]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    parents: dict[HtmlElement, HtmlElement | None] = field(default_factory=dict)  # of the tree as it was
    since: float = field(default_factory=time.process_time)

    def __call__(self, name: str, tree: HtmlElement | None = None) -> None:
        self.steps.append((name, time.process_time() - self.since))
        if tree is not None:
            self._compare(name, tree)
        self.since = time.process_time()

    def _compare(self, name: str, tree: HtmlElement) -> None:
        left = {element: element.getparent() for element in tree.iter(etree.Element)}
        for element, parent in self.parents.items():
            if element not in left and element.tag in DROPPED:
                self.dropped[element.tag] += 1
            elif element not in left and (parent is None or parent in left):
                self._took(name, element)
        self.parents = left

    def _took(self, step: str, element: HtmlElement) -> None:
        text = " ".join(element.text_content().split())
        if text:
            part = Part(step=step, element=_selector(element), characters=len(text), text=text[:_SHOWN])
            self.parts.append(part)


def _selector(element: HtmlElement) -> str:
    name = f"#{element.get('id')}" if element.get("id") else ""
    return f"{element.tag}{name}" + "".join(f".{each}" for each in (element.get("class") or "").split()[:2])
