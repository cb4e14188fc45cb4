"""Asking for an entity: who types one of its names also means the others, in whatever language and script.

A reader's wish, not a watch's: there `entity:ID` says it. `="…"`, a word in a field and what stands under NOT stay as typed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from wirewatch.analysis.chain import exacts, stems
from wirewatch.analysis.query import And, Field, Node, Or, Phrase, Word
from wirewatch.enrich.entities import Found, Gazetteer, names

MOST = 24  # of an entity's names that are asked for; every article that holds one has its id beside


@dataclass(frozen=True, slots=True)
class Also:
    """An entity that a query named, and what was searched beside the words typed."""

    id: str
    name: str
    names: tuple[str, ...]


def also_named(node: Node, gazetteer: Gazetteer) -> tuple[Node, tuple[Also, ...]]:
    """The query, its entities asked for by their ids and under all their names, too; and those entities.

    A name that many bear (Kim) names nobody.
    """
    found: dict[str, Also] = {}
    return _wider(node, gazetteer, found), tuple(found.values())


def _wider(node: Node, gazetteer: Gazetteer, found: dict[str, Also]) -> Node:
    match node:
        case Word(text, None) | Phrase(text, None):
            asked = _named(text, gazetteer)
            return _either(node, asked[0], gazetteer, found) if len(asked) == 1 and _is_all_of(text, asked[0]) else node
        case And(parts):
            wider = [each for run in _runs(parts) for each in _run(run, gazetteer, found)]
            return wider[0] if len(wider) == 1 else And(tuple(wider))
        case Or(parts):
            return Or(tuple(_wider(part, gazetteer, found) for part in parts))
    return node


def _runs(parts: Sequence[Node]) -> Iterator[list[Node]]:
    """The parts, words that stand beside each other together."""
    for _, run in groupby(parts, key=lambda part: isinstance(part, Word) and part.field is None):
        yield list(run)


def _run(run: Sequence[Node], gazetteer: Gazetteer, found: dict[str, Also]) -> Iterator[Node]:
    words = [part for part in run if isinstance(part, Word) and part.field is None]
    if not words:
        yield from (_wider(part, gazetteer, found) for part in run)
        return
    text, at, n = " ".join(word.text for word in words), 0, 0
    asked = _named(text, gazetteer)
    while n < len(words):
        end = at + len(words[n].text)
        named = next((each for each in asked if at <= each.start and each.start < end), None)
        taken = [words[n]]
        while named and end < named.end and n + len(taken) < len(words):
            taken.append(words[n + len(taken)])
            end += 1 + len(taken[-1].text)
        part = taken[0] if len(taken) == 1 else And(tuple(taken))
        yield _either(part, named, gazetteer, found) if named else part
        n, at = n + len(taken), end + 1


def _named(text: str, gazetteer: Gazetteer) -> list[Found]:
    """The entities that the words name; what was typed without capitals may be a name all the same, or a word (дума)."""
    return gazetteer.find(text, asked=True) or gazetteer.find(" ".join(word[:1].upper() + word[1:] for word in text.split(" ")))


def _is_all_of(text: str, named: Found) -> bool:
    return not exacts(text[: named.start]) and not exacts(text[named.end :])


def _either(typed: Node, named: Found, gazetteer: Gazetteer, found: dict[str, Also]) -> Node:
    rule = next(rule for rule in gazetteer.entities if rule.id == named.id)
    by_stems: dict[tuple[str, ...], str] = {}  # spellings that fold alike are asked once: each asking would add to the score
    for name in names(rule):
        if not name.short:
            by_stems.setdefault(tuple(stems(name.text)), name.text)
    others = tuple(by_stems.values())[:MOST]
    found.setdefault(rule.id, Also(rule.id, rule.name, others))
    return Or((typed, Field("entity", rule.id), *(Phrase(name) for name in others)))
