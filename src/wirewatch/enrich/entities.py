"""Entities: the gazetteer's names in a text, whatever their script and inflection.

Names are matched as sequences of folded tokens, never as raw strings. Where an alias begins with a capital the text must too
(headlines in capitals count), which takes 57 ordinary words taken for names in 126,000 down to 10 (search study, 2026-11); an
alias in capitals alone, such as UN, wants capitals. Names whose stem has three letters or fewer are compared letter by letter.
The longest match wins.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ahocorasick_rs import AhoCorasick

from wirewatch.analysis.chain import Token, tokens
from wirewatch.model import EntityRule

SHORT = 3  # letters of a stem; Kосово gives `kos`, Russia `rus`, which other words give too


@dataclass(frozen=True, slots=True)
class Found:
    """An entity where it stands in a text."""

    id: str
    name: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Alias:
    entity: int
    capitals: tuple[bool, ...]  # of each token: must it begin with one?
    shouted: bool  # must all of it be in capitals?
    size: int  # tokens


class Gazetteer:
    """Finds the entities of entities.yaml."""

    def __init__(self, entities: Sequence[EntityRule]) -> None:
        self.entities = tuple(entities)
        stems: dict[str, list[_Alias]] = defaultdict(list)
        exacts: dict[str, list[_Alias]] = defaultdict(list)
        for number, rule in enumerate(self.entities):
            for text in (alias for aliases in rule.aliases.values() for alias in aliases):
                self._add(text, number, exacts if _is_short(text) else stems, exact=_is_short(text))
            for text in rule.exact:
                self._add(text, number, exacts, exact=True)
        self._stems, self._exacts = _Automaton(stems), _Automaton(exacts)

    def find(self, text: str) -> list[Found]:
        """The entities of a text in their order, overlapping ones decided for the longest; weak ones give none."""
        found = tokens(text)
        matches = [*self._stems.matches(text, found, exact=False), *self._exacts.matches(text, found, exact=True)]
        return [
            Found(rule.id, rule.name, rule.kind, found[first].start, found[last].end)
            for first, last, number in _longest(matches)
            if not (rule := self.entities[number]).weak
        ]

    def _add(self, text: str, number: int, into: dict[str, list[_Alias]], *, exact: bool) -> None:
        parts = tokens(text)
        if not parts:
            return
        key = " ".join(part.exact if exact else part.text for part in parts)
        capitals = tuple(_capital(text, part) for part in parts)
        shouted = text.isupper() and sum(char.isalpha() for char in text) <= 4
        into[f" {key} "].append(_Alias(number, capitals, shouted, len(parts)))


class _Automaton:
    """All aliases of one form at once (Aho-Corasick): the time doesn't grow with their number."""

    def __init__(self, aliases: dict[str, list[_Alias]]) -> None:
        self.aliases = list(aliases.values())
        self.automaton = AhoCorasick(list(aliases)) if aliases else None

    def matches(self, text: str, found: Sequence[Token], *, exact: bool) -> Iterator[tuple[int, int, int]]:
        """First token, last token and entity of each alias that stands in the text, as its capitals demand."""
        words = [token.exact if exact else token.text for token in found]
        hits = self.automaton.find_matches_as_indexes(f" {' '.join(words)} ", overlapping=True) if self.automaton else []
        if not hits:
            return
        at = {place: n for n, place in enumerate(accumulate((len(word) + 1 for word in words), initial=0))}
        for pattern, start, _ in hits:
            first = at[start]
            for alias in self.aliases[pattern]:
                part = found[first : first + alias.size]
                if _as_written(text, part, alias):
                    yield first, first + alias.size - 1, alias.entity


def _is_short(text: str) -> bool:
    parts = tokens(text)
    return len(parts) == 1 and parts[0].text.isascii() and len(parts[0].text) <= SHORT


def _capital(text: str, token: Token) -> bool:
    return text[token.start : token.start + 1].isupper()


def _as_written(text: str, part: Sequence[Token], alias: _Alias) -> bool:
    if alias.shouted:
        return all(text[token.start : token.end].isupper() for token in part)
    return all(_capital(text, token) for token, needed in zip(part, alias.capitals, strict=True) if needed)


def _longest(matches: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Of matches that share a token, the longest, and of equal ones the earlier; several entities of one span all stay."""
    taken: dict[int, tuple[int, int]] = {}
    chosen = []
    for first, last, number in sorted(set(matches), key=lambda match: (match[0] - match[1], match)):
        span = (first, last)
        if all(taken.get(place, span) == span for place in range(first, last + 1)):
            taken.update(dict.fromkeys(range(first, last + 1), span))
            chosen.append((first, last, number))
    return sorted(chosen)
