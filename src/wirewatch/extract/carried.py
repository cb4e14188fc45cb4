"""The body of a page that shows none: the state a script carries, from which the browser would have made the text.

As in `tree.narrow`: from the whole state down to where the running text is.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from wirewatch.analysis.script import said
from wirewatch.extract.declared import plain
from wirewatch.extract.title import fold

_MAX_STATE = 4_000_000  # characters of a page's scripts that are read
_LEAST = 1_000  # characters of a script from which on it may carry a text
_MAX_DEPTH = 60
_RUNNING = 60  # letters from which on a string is running text and no label
_LOOK = 5_000  # characters by which a string is known for running text
_READ_FOR_TITLE = 100_000  # characters
_SHARE = 0.6  # of the running text: where no part holds so much, the parts are the text's paragraphs
_ASSIGNED = re.compile(r"(?:^|[;\s])(?:window|self|globalThis)?\.?[\w$.\[\]\"']{1,80}\s*=\s*(?=[{\[])")
_PARSED = re.compile(r"JSON\.parse\(\s*(?=\")")
_BLOCK_END = re.compile(r"<(?:/?(?:p|div|h[1-6]|li|ul|ol|blockquote|tr|table)|br)\b[^<>]*>", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\W\d]\s*[.!?…:»”\"](?:\s|<|$)|[。！？]|다\.")
_NO_TEXT = re.compile(
    r"^\s*(?:https?:|/|data:|[{\[#@]|function\b|var\b)|\{\w|[;}]\s*\}|=>|[\w-]+:[^;\s]+;[\w-]+:"
)  # code, styles, pictures
_UNSAID = frozenset(  # what stands beside a text: other articles, descriptions of pictures, texts of the site
    "caption alt description summary excerpt teaser seo meta comments related recommended relatedarticles messages translations "
    "i18n locale config styles css disclaimer cookie consent".split()
)


def carried_body(tree: HtmlElement, title: str) -> str:
    """The longest text about the title that a script of the uncut tree carries as data, a line for each paragraph; else ""."""
    texts = (_text_of(state) for state in _states(tree))
    return max((text for text in texts if _is_about(title, text)), key=said, default="")


def _is_about(title: str, text: str) -> bool:
    """Whether half of the title's runs of letters stand in the text: scripts also carry terms of use and other articles."""
    letters, size = fold(title), 2 if said(title) > 1.4 * len(title) else 4  # in Han, kana and Hangul two letters make a word
    runs = {letters[n : n + size] for n in range(len(letters) - size + 1)}
    folded = fold(text[:_READ_FOR_TITLE])
    return bool(runs) and sum(run in folded for run in runs) * 2 >= len(runs)


def lines_of(markup: str) -> str:
    """A fragment's text, a line for each block."""
    return "\n".join(line for part in _BLOCK_END.sub("\n", markup).split("\n") if (line := plain(part)))


def _states(tree: HtmlElement) -> Iterator[Any]:
    left = _MAX_STATE
    for script in tree.iter("script"):
        text, kind = script.text or "", (script.get("type") or "").lower()
        if len(text) < _LEAST or len(text) > left or "ld+json" in kind:
            continue
        left -= len(text)
        if (state := _state(text, kind)) is not None:
            yield state


def _state(text: str, kind: str) -> Any:
    """The value of a script of data, or the one that a script begins by assigning."""
    start = 0
    if "json" not in kind:
        found = _ASSIGNED.search(text[:2_000]) or _PARSED.search(text[:2_000])
        if found is None:
            return None
        start = found.end()
    decoder = json.JSONDecoder(strict=False)
    try:
        value, _ = decoder.raw_decode(text, start + len(text[start:]) - len(text[start:].lstrip()))
        return json.loads(value, strict=False) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None


def _text_of(state: Any) -> str:
    node = state
    weights: dict[int, int] = {}
    whole = _weigh(state, weights, 0)
    while isinstance(node, dict | list):
        parts = list(node.values()) if isinstance(node, dict) else node
        heavy = next((part for part in parts if _weight(part, weights) >= max(1, _SHARE * _weight(node, weights))), None)
        if heavy is None:
            break
        node = heavy
    if not whole:
        return ""
    return "\n".join(dict.fromkeys(line for text in _texts(node, 0) for line in lines_of(text).split("\n") if line))


def _weigh(node: Any, weights: dict[int, int], depth: int) -> int:
    """The running text in and below `node`, noted for each list and object."""
    if isinstance(node, str):
        return _said(node)
    if depth > _MAX_DEPTH or not isinstance(node, dict | list):
        return 0
    parts = [part for key, part in node.items() if key.lower() not in _UNSAID] if isinstance(node, dict) else node
    weights[id(node)] = sum(_weigh(part, weights, depth + 1) for part in parts)
    return weights[id(node)]


def _weight(node: Any, weights: dict[int, int]) -> int:
    return _said(node) if isinstance(node, str) else weights.get(id(node), 0)


def _said(text: str) -> int:
    if said(text) < _RUNNING or _NO_TEXT.search(text[:_LOOK]) or not _SENTENCE.search(text[:_LOOK]):
        return 0
    return said(text)


def _texts(node: Any, depth: int) -> Iterator[str]:
    if isinstance(node, str):
        if _said(node):
            yield node
    elif depth <= _MAX_DEPTH and isinstance(node, dict | list):
        for key, part in node.items() if isinstance(node, dict) else enumerate(node):
            if str(key).lower() not in _UNSAID:
                yield from _texts(part, depth + 1)
