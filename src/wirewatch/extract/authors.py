"""Who wrote it: persons, as JSON-LD and meta tags name them, else as the byline shows them."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared, plain
from wirewatch.extract.title import fold
from wirewatch.extract.written import read_written, undated

Named = tuple[tuple[str, ...], str]  # persons and the rule that gave them
_MAX_AUTHORS = 20
_MAX_NAME = 100
_MAX_BYLINE = 200  # characters
_LABEL = 12  # letters beside a date that only label it: "Published", "Обновлено"
_AUTHOR = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_WRITTEN_BY = re.compile(r"writ|verfass|geschrieb|écrit|escrit|scritt|автор|аутор|напис|napis|作者|글쓴", re.IGNORECASE)
_BY = re.compile(
    r"^(?:(?:(?:written |story |text |words )?by|von|par|por|di|text|autor(?:in|i|ka|es?)?|author|автори?|аутори?|piše|пише|"
    r"текст|写真|取材|文|記者|记者|作者)\s*[:：/／・]\s*|(?:by|von|par|por|di|piše|пише|автор|аутор|autor|记者|記者)\s+)+",
    re.IGNORECASE,
)
_PARTED = re.compile(r"\s*(?:;|,|、|،|\||·|•|/(?!\S*\.)|\s&\s|\s\+\s|\s(?:and|und|et|и|і|та|e|y)\s)\s*", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]{0,100}\)")
_ROLE = re.compile(
    r"\s*(?:(?:선임|수습|인턴)?\s?기자|특파원|記者|特派员)?(?:\s*(?:입력|등록|수정|승인|stand|updated|published))?:?$"
    r"|\s+in [^\W\d].{1,30}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://|@|^www\.|^\W|\d{3}|\.(?:com|org|net|[a-z]{2})\)?$|/$", re.IGNORECASE)  # and captions
_NOBODY = frozenset("admin administrator webmaster user root author guest unknown none null админ администратор".split())
_DESKS = re.compile(  # a word by which a name is a desk's or an outlet's; agencies are credited like persons
    r"\b(?:editors?|editorial|staff|newsroom|newsdesk|desk|team|bureau|news(?! agency)|nachrichten|online|"
    r"redak(?:tion|cija|ce)\w*|redac\w+|redazione|rédaction|redação|newsteam|media|magazine|gmbh|reporters?|correspondents?|contributors?|tv|radio|"
    r"редак\w+|служба|новости|новини|вести|новинар\w*|корреспондент\w*)\b|编辑|編集|新闻|新聞|本报|本報|取材班|报道|편집|뉴스|취재",
    re.IGNORECASE,
)
_PARTICLE = r"(?:von|van|vom|zu|de|der|den|del|della|di|da|do|dos|du|la|le|el|al|bin|ibn|ter|ten|af|av|y|e|d'|o')"
_WORD = r"(?:Mc|Mac|O'|O’|d'|D'|l'|L'|al-|el-)?[^\W\d_a-zа-яёіїєґђјљњћџ][\w'’.`-]*"
_PERSON = re.compile(rf"{_WORD}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_WORD}){{1,4}}")
_HAN, _HANGUL, _KANJI_OR_KANA = r"[\u4e00-\u9fff]", r"[\uac00-\ud7af]", r"[\u4e00-\u9fff\u3040-\u30ff]"
_CJK_PERSON = re.compile(rf"{_HAN}{{2,4}}|{_HANGUL}{{2,4}}|{_HAN}{{1,4}}[ \u3000]{_KANJI_OR_KANA}{{1,4}}")
_PROFILE = re.compile(r"/(?:autor|author)")
_MOST = 60  # elements that look like a byline: what comes later is a list of others' articles
_ELSEWHERE = re.compile(r"comment|teaser|card|related|sidebar|bio|promo|newsletter", re.IGNORECASE)


def authors(tree: HtmlElement, declared: Declared) -> Named:
    """The persons named by JSON-LD, else by meta tags, else by the byline; nobody twice, no "Admin", no desk, no outlet."""
    article = declared.article
    offers: tuple[tuple[Iterable[str], str], ...] = (
        (_people(article.get("author"), declared), "json-ld"),
        (_people(article.get("creator"), declared), "json-ld"),
        ((name for tag in _tags(declared) for name in _split(tag)), "meta"),
        (_signed(tree), "byline"),
    )
    for names, source in offers:
        if kept := _kept(names, declared):
            return kept, source
    return (), ""


def _tags(declared: Declared) -> Iterator[str]:
    for key in _AUTHOR:
        yield from declared.meta.get(key, ())
    if _WRITTEN_BY.search(declared.first("twitter:label1")):
        yield declared.first("twitter:data1")


def is_byline(line: str) -> bool:
    """Whether a line tells who wrote the text and when, or only when, and nothing else."""
    if len(line) > _MAX_BYLINE or read_written(line) is None:
        return False
    rest = undated(line)
    names = _split(rest)
    others = [name for name in names if not is_person(name)]
    return len(fold(rest)) <= _LABEL or (len(others) < len(names) and all(len(fold(name)) <= _LABEL for name in others))


def _kept(names: Iterable[str], declared: Declared) -> tuple[str, ...]:
    outlets = {fold(_BRACKETS.sub("", name)) for name in declared.publishers}
    kept: dict[str, str] = {}
    for name in names:
        if _is_name(name) and fold(name) not in outlets:
            kept.setdefault(fold(name), name)
    return tuple(_without_offices(list(kept.values())))[:_MAX_AUTHORS]


def _without_offices(names: list[str]) -> list[str]:
    """Without what is written in capitals beside a name that isn't: `David Straub, MDR THÜRINGEN`."""
    if not names or not any(c.islower() for c in names[0]):
        return names
    return [name for name in names if not (name.isupper() and len(name) > 4)]


def _people(value: Any, declared: Declared, depth: int = 0) -> Iterator[str]:
    if isinstance(value, list):
        for part in value[:_MAX_AUTHORS] if depth < 4 else ():
            yield from _people(part, declared, depth + 1)
    elif isinstance(value, str):
        yield from _split(plain(value))
    elif isinstance(value, dict):
        known = declared.nodes.get(str(value.get("@id"))) if "name" not in value else None
        yield from _people((known or value).get("name") or _both_names(known or value), declared, depth + 1)


def _both_names(node: dict[str, Any]) -> str:
    parts = (node.get("givenName"), node.get("familyName"))
    return " ".join(part for part in parts if isinstance(part, str))


def _signed(tree: HtmlElement) -> Iterator[str]:
    """The names of the first byline that holds any, with those of the links and spans beside it."""
    holder = None
    for element in islice(_bylines(tree), _MOST):
        if (holder is not None and holder is not element.getparent()) or _is_elsewhere(element):
            continue
        text = " ".join(undated(element.text_content()[: 2 * _MAX_BYLINE]).split())
        if len(text) <= _MAX_BYLINE and (found := [name for name in _split(text) if is_person(name)]):
            yield from found
            holder = element.getparent()


def _bylines(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Elements that look like a byline, from top to bottom. By hand: an XPath that looks at four attributes takes 2 ms."""
    for element in tree.iter(etree.Element):
        get = element.get
        marks = f"{get('class', '')} {get('id', '')} {get('rel', '')} {get('itemprop', '')}".lower()
        if "author" in marks or "byline" in marks or (element.tag == "a" and _PROFILE.search(get("href", ""))):
            yield element


def _is_elsewhere(element: HtmlElement) -> bool:
    above = (element, *element.iterancestors())
    return any(
        part.tag in ("aside", "footer", "nav") or _ELSEWHERE.search(f"{part.get('class') or ''} {part.get('id') or ''}")
        for part in above
        if part.tag not in ("body", "html")
    )


def _split(text: str) -> list[str]:
    """The names in a line; none if it doesn't begin with one: "The Example, London, England" is an address."""
    if "://" in text:
        return []
    parts = _PARTED.split(_BY.sub("", _BRACKETS.sub(" ", text).strip()))
    names = [name for part in parts if (name := _ROLE.sub("", _BY.sub("", part.strip(" ,;:-–—|"))).strip())]
    return names if names and _is_name(names[0]) else []


def _is_name(text: str) -> bool:
    nobody = len(text) < 2 or len(text) > _MAX_NAME or text.casefold() in _NOBODY
    return not nobody and not _ADDRESS.search(text) and not _DESKS.search(text)


def is_person(text: str) -> bool:
    """Whether a line found beside the text is a first and a last name; what isn't is mostly a button."""
    return bool(_PERSON.fullmatch(text) or _CJK_PERSON.fullmatch(text)) and _is_name(text)
