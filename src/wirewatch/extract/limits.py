"""What is turned away, or trimmed, before any parser sees it. Numbers: the largest sound pages met, and what hung parsers."""

import re

from wirewatch.errors import Reason, Skip

MAX_CHARACTERS = 4_000_000  # the longest news page met had 1.5 million
MAX_TAG = 65_536  # characters of a tag; longer ones hold a picture or a page's state
MAX_ATTRIBUTES = 1_000  # of a tag; the most on 176 news pages: 740. libxml2 needs quadratic time: 20 s for 100,000
MAX_ELEMENTS = 60_000  # after the cut; 50,000 paragraphs take 4 s
MAX_BODY = 500_000  # characters
_MAGIC = {b"%PDF-": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip"}
_FEEDS = frozenset({"rss", "feed", "rdf", "rdf:rdf", "urlset", "sitemapindex", "opml"})
_PROLOGUE = re.compile(r"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<![^>\[]*(?:\[[^\]]*\])?[^>]*>\s*)*", re.DOTALL)
_TAG_NAME = re.compile(r"<([a-zA-Z][\w:.-]*)")
_LONG = re.compile(r"<[a-zA-Z/!?][^>]{4000}")  # a quick look; shorter ones cost 4 ms at the worst
_MANY_VALUES = 20_000  # of attributes, in all the page: so many in one tag cost a second
_ANY = re.compile(r"<[a-zA-Z/!?]")
_TAG = re.compile(r"""<[a-zA-Z/!?](?>[^>=]++|=\s*+(?>"[^"]*+"|'[^']*+')?+)*+>?""")  # in quotes anything may stand, `>` too
_QUOTED = re.compile(r"""=\s*+(?>"[^"]*+"|'[^']*+')""")
_ATTRIBUTE = re.compile(r"[\s/]+[^\s/>]")
_NESTING = re.compile(r"</?(?!(?:html|head|body|title|meta|link|script|style|p|h[1-6]|[bh]r)\b)[a-zA-Z][^<>]*>", re.IGNORECASE)
_UNREAD_FROM = 10_000  # characters
_UNREAD = re.compile(r"<(script|style|svg|template)\b|<!--", re.IGNORECASE)


def check_bytes(body: bytes) -> None:
    """Raises Skip(EMPTY or NOT_HTML) for what shows by its first bytes that it holds no text."""
    if not body.strip():
        raise Skip(Reason.EMPTY)
    for magic, name in _MAGIC.items():
        if body.startswith(magic):
            raise Skip(Reason.NOT_HTML, name)


def check_text(text: str) -> str:
    """`text` without what stops parsers or takes them quadratic time: over-long tags (mostly pictures in an attribute) and, if
    it is too long, scripts, styles and comments by the ten thousand characters.

    Raises Skip(EMPTY, NOT_HTML or EXTRACT_LIMIT).
    """
    if not text.strip():
        raise Skip(Reason.EMPTY)
    if _TAG_NAME.search(text) is None or text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        raise Skip(Reason.NOT_HTML, "no markup")
    _check_first_tag(text[:4000])
    if len(text) > MAX_CHARACTERS:
        text = _without_unread(text)
    crowded = len(text) > MAX_CHARACTERS or text.count("=") > _MANY_VALUES
    text = _without_long_tags(text, _ANY if crowded else _LONG)
    if len(text) > MAX_CHARACTERS:
        raise Skip(Reason.EXTRACT_LIMIT, f"{len(text)} characters")
    if not text.strip():
        raise Skip(Reason.EXTRACT_LIMIT, "nothing but tags too long to read")
    return text


def flattened(text: str) -> str:
    """`text` without the elements that are nested in each other, for a page that no parser gets to the bottom of."""
    return _NESTING.sub(" ", text)


def _without_long_tags(text: str, suspect: re.Pattern[str]) -> str:
    """`text` without the unbearable ones among the tags that begin where `suspect` meets; in a script nothing is a tag."""
    kept, start, at = list[str](), 0, 0
    while found := suspect.search(text, at):
        begin = found.start()
        if text.rfind("<script", at, begin) > text.rfind("</script", at, begin):
            at = text.find("</script", begin)
            if at < 0:
                break
            at += len("</script")
        elif tag := _TAG.match(text, begin):
            at = tag.end()
            if not _is_bearable(tag[0]):
                kept.append(text[start:begin])
                start = at
    return "".join(kept) + text[start:] if kept else text


def _is_bearable(tag: str) -> bool:
    if len(tag) < MAX_ATTRIBUTES:
        return True
    return len(tag) <= MAX_TAG and len(_ATTRIBUTE.findall(_QUOTED.sub("= ", tag))) <= MAX_ATTRIBUTES


def _without_unread(text: str) -> str:
    """`text` without long stretches that hold no text; the small ones stay, JSON-LD is among them."""
    kept, start, at = list[str](), 0, 0
    while opened := _UNREAD.search(text, at):
        end = re.compile(rf"</{opened[1]}\s*>" if opened[1] else "-->", re.IGNORECASE).search(text, opened.end())
        if end is None:
            break
        at = end.end()
        if at - opened.start() > _UNREAD_FROM:
            kept.append(text[start : opened.start()])
            start = at
    return "".join(kept) + text[start:]


def _check_first_tag(head: str) -> None:
    start = _PROLOGUE.match(head)
    first = _TAG_NAME.match(head, start.end() if start else 0)
    if first and first[1].lower() in _FEEDS:
        raise Skip(Reason.NOT_HTML, first[1])
