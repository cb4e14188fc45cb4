"""A query's tree in Lucene's query-string syntax, over the fields of the index, as Kibana's search bar takes it."""

import re

from wirewatch.analysis.chain import exacts
from wirewatch.analysis.query import All, And, Exact, Field, Leaf, Node, Not, Or, Phrase, Prefix, Range, Word, beginnings
from wirewatch.index.document import rfc3339, tag_field

_TEXTS = {None: ("title", "body"), "title": ("title",), "body": ("body",), "author": ("authors",)}
_SPECIAL = re.compile(r"[^\w]", re.ASCII)
_DATES = {"published": "published_at", "first_seen": "first_seen_at"}


class _Unsaid(Exception):
    """Lucene's syntax has no words for it."""


def lucene(node: Node) -> str | None:
    """What meets the same articles there; None where that can't be said."""
    try:
        return _said(node)
    except _Unsaid:
        return None


def _said(node: Node) -> str:
    match node:
        case All():
            return "*:*"
        case Word() | Phrase() | Exact() | Prefix():
            return _words(node)
        case Field(name, value):
            return f"{tag_field(name, (value,))[0]}:{_quoted(value)}"
        case Range(name, since, until):
            bounds = [f'"{rfc3339(at)}"' if at else "*" for at in (since, until)]
            return f"{_DATES[name]}:[{bounds[0]} TO {bounds[1]}{'}' if until else ']'}"
        case Not(part):
            return f"(*:* AND NOT {_said(part)})"  # an exclusion alone meets nothing there
        case And(parts):
            return f"({' AND '.join(map(_said, parts))})"
        case Or(parts):
            return f"({' OR '.join(map(_said, parts))})"
    raise TypeError(f"{node!r} is no query")


def _words(leaf: Leaf) -> str:
    """In quotes also a single word: then co-op is met side by side, and AND is a word."""
    if not exacts(leaf.text):
        raise _Unsaid
    match leaf:
        case Prefix(text):
            before, starts = beginnings(text)
            if before:
                raise _Unsaid
            asked, form = [f"{_SPECIAL.sub(_escaped, start)}*" for start in starts], ".exact"
        case Exact(text):
            asked, form = [_quoted(text)], ".exact"
        case _:
            asked, form = [_quoted(leaf.text)], ".text" if leaf.field == "author" else ""
    ways = [f"{name}{form}:{each}" for name in _TEXTS[leaf.field] for each in asked]
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
