"""What is turned away, or trimmed, before any parser sees it. Numbers: the largest sound pages met, and what hung parsers."""

import re

from wirewatch.errors import Reason, Skip

MAX_CHARACTERS = 4_000_000  # the longest news page met had 1.5 million
MAX_TAG = 65_536  # characters; 100,000 attributes in one tag (1 MB) keep libxml2 busy for 20 s
MAX_ELEMENTS = 60_000  # after the cut; 50,000 paragraphs take 4 s
MAX_BODY = 500_000  # characters
_MAGIC = {b"%PDF-": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip"}
_FEEDS = frozenset({"rss", "feed", "rdf", "rdf:rdf", "urlset", "sitemapindex", "opml"})
_PROLOGUE = re.compile(r"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<![^>\[]*(?:\[[^\]]*\])?[^>]*>\s*)*", re.DOTALL)
_TAG_NAME = re.compile(r"<([a-zA-Z][\w:.-]*)")
_LONG_TAG = re.compile(rf"<[a-zA-Z/!?][^<>]{{{MAX_TAG},}}>?")


def check_bytes(body: bytes) -> None:
    """Raises Skip(EMPTY or NOT_HTML) for what shows by its first bytes that it holds no text."""
    if not body.strip():
        raise Skip(Reason.EMPTY)
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            raise Skip(Reason.NOT_HTML, name)


def check_text(text: str) -> str:
    """`text` without over-long tags (mostly pictures in an attribute). Raises Skip(EMPTY, NOT_HTML or EXTRACT_LIMIT)."""
    if not text.strip():
        raise Skip(Reason.EMPTY)
    if len(text) > MAX_CHARACTERS:
        raise Skip(Reason.EXTRACT_LIMIT, f"{len(text)} characters")
    found = _TAG_NAME.search(text)
    if found is None or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        raise Skip(Reason.NOT_HTML, "no markup")
    _check_first_tag(text[:4000])
    if max(map(len, text.split("<"))) > MAX_TAG:  # far quicker than the expression, and nearly always enough
        return _LONG_TAG.sub("", text)
    return text


def _check_first_tag(head: str) -> None:
    start = _PROLOGUE.match(head)
    first = _TAG_NAME.match(head, start.end() if start else 0)
    if first and first[1].lower() in _FEEDS:
        raise Skip(Reason.NOT_HTML, first[1])
