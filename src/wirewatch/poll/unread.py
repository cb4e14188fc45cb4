"""Which items of a feed were read at its last poll, word for word: mostly all but two, and those needn't be read again.

It takes a plain feed to tell: one item after another, nothing in or between them that could give another one a meaning. What
isn't plain is read whole. A mark stands for an item's text (with the tags around it: base, namespaces), its link and its guid.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from wirewatch.poll.items import ENTRIES, MARK

TEXT, ADDRESS = 8, 4  # bytes of a mark's parts: of the text; of the link, and of the guid
_OPENING = re.compile(r"<(?:item|entry)[\s>]")
_TAG = re.compile(r"<[^<>]*>")
_PREFIX = re.compile(r"xmlns:([\w.-]+)\s*=\s*[\"']([^\"'<>]*)")
_NOTHING = bytes(ADDRESS)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A feed's text in pieces."""

    head: str
    items: Sequence[str]
    texts: Sequence[bytes]  # the first part of each item's mark
    tail: str

    def without(self, known: bytes) -> "tuple[Pieces, bytes]":
        """What is left without the items that have these marks, and the marks of those."""
        by_text = {each[:TEXT]: each for each in _each(known)}
        left = [(item, text) for item, text in zip(self.items, self.texts, strict=True) if text not in by_text]
        kept = b"".join(by_text[text] for text in self.texts if text in by_text)
        return Pieces(self.head, [item for item, _ in left], [text for _, text in left], self.tail), kept

    def text(self) -> str:
        """The feed's text again."""
        return self.head + "".join(self.items) + self.tail


def pieces(text: str, url: str) -> Pieces | None:
    """The pieces of a plain feed that came from `url`; None of one that isn't plain."""
    name = "item" if "</item>" in text else "entry"
    end = f"</{name}>"
    *items, tail = text.split(end)
    if not 0 < len(items) <= ENTRIES or _has_comment(text) or not (first := _OPENING.search(items[0])):
        return None
    head, items[0] = items[0][: first.start()], items[0][first.start() :]
    items = [item.lstrip() for item in items]
    if f"<{name}" in head or not all(_is_one(item, f"<{name}") for item in items):
        return None
    if any("xmlns:" in item for item in items) and not _has_one_meaning(text):
        return None
    around = blake2b("".join([url, *_TAG.findall(head)]).encode("utf-8", "replace"), digest_size=16).digest()
    texts = [blake2b(item.encode("utf-8", "replace"), digest_size=TEXT, key=around).digest() for item in items]
    return Pieces(head, [item + end for item in items], texts, tail)


def _is_one(item: str, opening: str) -> bool:
    """Whether an item begins in it, and nothing before or besides."""
    return _OPENING.match(item) is not None and item.count(opening) == 1


def _has_comment(text: str) -> bool:
    """Whether there is a comment outside of CDATA sections: it may hide items."""
    if "<!--" not in text:
        return False
    first, *others = text.split("<![CDATA[")
    return "<!--" in first or any("<!--" in other.partition("]]>")[2] for other in others)


def _has_one_meaning(text: str) -> bool:
    """Whether each prefix stands for one namespace, and no other does: feedparser keeps an item's for those that follow."""
    pairs = set(_PREFIX.findall(text))
    return len(pairs) == len({prefix for prefix, _ in pairs}) == len({namespace for _, namespace in pairs})


def mark(text: bytes, link: str, guid: str) -> bytes:
    """The mark of an item with this text."""
    return text + _short(link) + _short(guid)


def _short(address: str) -> bytes:
    return blake2b(address.encode("utf-8", "replace"), digest_size=ADDRESS).digest() if address else _NOTHING


def repeat(kept: bytes, marks: Sequence[bytes]) -> bool:
    """Whether a link or a guid of these items comes twice, of which those that are kept never met each other before."""
    every = [*_each(kept), *marks]
    links = {each[TEXT:-ADDRESS] for each in every}
    guids = [each[-ADDRESS:] for each in every if each[-ADDRESS:] != _NOTHING]
    return len(links) < len(every) or len(set(guids)) < len(guids)


def _each(marks: bytes) -> list[bytes]:
    return [marks[at : at + MARK] for at in range(0, len(marks), MARK)]
