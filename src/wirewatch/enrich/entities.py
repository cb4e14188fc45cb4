"""Entities: the gazetteer's names in a text, whatever their script and inflection.

Names are matched as sequences of folded tokens, never as raw strings. Where an alias begins with a capital the text must too
(headlines in capitals count), which takes 57 ordinary words taken for names in 126,000 down to 10 (search study, 2026-11); an
alias in capitals alone, such as UN, wants capitals. Names whose stem has three letters or fewer, and those listed in `exact`,
are compared letter by letter. The longest match wins. Then the article is asked: a surname that many bear (`short`) counts
beside the longer name only, and a word that a sentence's first capital makes look like a name (`words`) wants a witness.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from wirewatch.analysis.chain import Reading, Token, tokens
from wirewatch.model import EntityRule

SHORT = 3  # letters of a stem; Kосово gives `kos`, Russia `rus`, which other words give too
ACRONYM = 4  # letters of an alias in capitals that wants capitals in the text
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?…。！？:]\s+|\n)\s*[\"'“”„«»‘’(\[—–-]*\s*$|[\"“„«‘(\[]$")
SHORT_KATAKANA = 3  # letters; シリア begins シリアル, while プーチンロシア大統領 does speak of プーチン
_HANGUL, _KATAKANA = re.compile("[\uac00-\ud7a3]"), re.compile("[\u30a1-\u30fa\u30fc-\u30fe]")
_WORD_BEGINS = re.compile("(?:^|[^\uac00-\ud7a3])[남대반주친]?$")  # 남북한, 대북한, 친러시아: a prefix of one letter
_CYRILLIC, _LATIN = re.compile("[\u0400-\u052f]"), re.compile("[A-Za-z\u00c0-\u024f]")
BEFORE = 12  # characters before a word that tell whether it begins a sentence: its end, blanks, a dash, quotes


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
    shouted: int  # letters that must all be capitals, as many as here: YES folds like the Ukrainian ЄС; 0: need not
    script: re.Pattern[str] | None  # of a name in capitals: ES folds like the Russian ЕС
    short: bool  # does it want a longer name beside it?
    size: int  # tokens


class _Match(NamedTuple):
    first: int  # token
    last: int
    alias: _Alias


class Gazetteer:
    """Finds the entities of entities.yaml."""

    def __init__(self, entities: Sequence[EntityRule]) -> None:
        self.entities = tuple(entities)
        self._words = [frozenset(rule.words) for rule in self.entities]
        stems: dict[str, list[_Alias]] = defaultdict(list)
        exacts: dict[str, list[_Alias]] = defaultdict(list)
        for number, rule in enumerate(self.entities):
            for name in names(rule):
                into = exacts if name.exact else stems
                into[f" {name.key} "].append(_alias(name, number))
        self._stems, self._exacts = _Automaton(stems), _Automaton(exacts)

    def find(self, text: str, found: Reading | None = None, *, asked: bool = False) -> list[Found]:
        """The entities of a text in their order, overlapping ones decided for the longest; weak ones give none.

        `found`: the text's tokens, if they are known already. `asked`: the text is a query, whose capitals are meant.
        """
        found = found or Reading(text)
        matches = [*self._stems.matches(found.stems), *self._exacts.matches(found.exacts)]
        if not matches:
            return []
        chosen = _longest([match for match in matches if _as_written(text, found, match)], found)
        return [
            Found(rule.id, rule.name, rule.kind, *_span(found, match))
            for match in self._believed(text, found, chosen, asked=asked)
            if not (rule := self.entities[match.alias.entity]).weak
        ]

    def _believed(self, text: str, found: Reading, chosen: Sequence[_Match], *, asked: bool) -> list[_Match]:
        """The matches without the surnames and the sentences' first words that nothing else in the article speaks for."""
        doubtful = {match for match in chosen if not asked and self._may_be_a_word(text, found, match)}
        sure = {match.alias.entity for match in chosen if not match.alias.short and match not in doubtful}
        people = {number for number in sure if self.entities[number].kind == "person" and not self.entities[number].weak}
        for match in doubtful:
            number = match.alias.entity
            if number not in sure and people and not self._stands_as_a_word(text, found, number):
                sure.add(number)
        bearers = _bearers([match for match in chosen if match.alias.short and match.alias.entity in sure], chosen)
        return [match for match in chosen if (match in bearers if match.alias.short else match.alias.entity in sure)]

    def _may_be_a_word(self, text: str, found: Reading, match: _Match) -> bool:
        """Whether the name is an ordinary word that has its capital from the sentence, or from a line in capitals."""
        start, end = _span(found, match)
        word = text[start:end]
        if match.first != match.last or word.lower() not in self._words[match.alias.entity]:
            return False
        if len(word) > 1 and word.isupper():
            return text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0].isupper()
        return bool(_SENTENCE_BEGINS.search(text[max(0, start - BEFORE) : start]))

    def _stands_as_a_word(self, text: str, found: Reading, number: int) -> bool:
        return any(text[slice(*found.span(token))] in self._words[number] for token in range(len(found.stems)))


class Name(NamedTuple):
    """One alias of an entity as it is looked for."""

    text: str
    where: tuple[str | int, ...]  # in the entity's row of entities.yaml
    key: str  # its tokens, folded, with blanks between
    parts: tuple[Token, ...]
    exact: bool  # compared letter by letter
    short: bool


def names(rule: EntityRule) -> Iterator[Name]:
    """Every alias of an entity that has a word in it."""
    listed = {_key(tokens(text), exact=True) for text in rule.exact}
    for language, aliases in rule.aliases.items():
        for n, text in enumerate(aliases):
            parts = tokens(text)
            exact = is_short(parts) or _key(parts, exact=True) in listed
            yield from _name(text, ("aliases", language, n), parts, exact=exact, short=False)
    for n, text in enumerate(rule.exact):
        yield from _name(text, ("exact", n), tokens(text), exact=True, short=False)
    for n, text in enumerate(rule.short):
        yield from _name(text, ("short", n), tokens(text), exact=False, short=True)


def is_short(parts: Sequence[Token]) -> bool:
    """Whether a name is one word whose stem other words have too."""
    return len(parts) == 1 and parts[0].text.isascii() and len(parts[0].text) <= SHORT


def _name(text: str, where: tuple[str | int, ...], parts: Sequence[Token], *, exact: bool, short: bool) -> Iterator[Name]:
    if parts:
        yield Name(text, where, _key(parts, exact=exact), tuple(parts), exact, short)


def _key(parts: Sequence[Token], *, exact: bool) -> str:
    return " ".join([part.exact if exact else part.text for part in parts])


def _alias(name: Name, number: int) -> _Alias:
    capitals = tuple(_capital(name.text, part.start) for part in name.parts)
    shouted = name.text.isupper() and sum(char.isalpha() for char in name.text) <= ACRONYM
    letters = sum(part.end - part.start for part in name.parts) if shouted else 0
    script = next((script for script in (_CYRILLIC, _LATIN) if letters and script.search(name.text)), None)
    return _Alias(number, capitals, letters, script, name.short, len(name.parts))


class _Automaton:
    """All aliases of one form at once (Aho-Corasick): the time doesn't grow with their number."""

    def __init__(self, aliases: dict[str, list[_Alias]]) -> None:
        self.aliases = [list(dict.fromkeys(each)) for each in aliases.values()]  # languages that spell alike give one
        self.automaton = AhoCorasick(list(aliases)) if aliases else None

    def matches(self, forms: Sequence[str]) -> Iterator[_Match]:
        """Each alias whose tokens stand in the text."""
        folded = f" {' '.join(forms)} "
        for pattern, start, _ in self.automaton.find_matches_as_indexes(folded, overlapping=True) if self.automaton else ():
            first = folded.count(" ", 0, start)
            for alias in self.aliases[pattern]:
                yield _Match(first, first + alias.size - 1, alias)


def _span(found: Reading, match: _Match) -> tuple[int, int]:
    return found.span(match.first)[0], found.span(match.last)[1]


def _capital(text: str, start: int) -> bool:
    return text[start : start + 1].isupper()


def _as_written(text: str, found: Reading, match: _Match) -> bool:
    part, alias = [found.span(token) for token in range(match.first, match.last + 1)], match.alias
    if not _stands_alone(text, part[0][0], part[-1][1]):
        return False
    if alias.shouted:
        written = "".join([text[start:end] for start, end in part])
        if alias.script and not alias.script.search(written):
            return False
        return len(written) == alias.shouted and written.isupper()  # as a whole: the 23 of KN-23 has no capitals
    return all(_capital(text, start) for (start, _), needed in zip(part, alias.capitals, strict=True) if needed)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Bigrams see no word's edge: a Korean name begins its word (particles follow it), one in katakana begins its run."""
    if text[start] < "\u3000":
        return True
    if _HANGUL.match(text[start]):
        return bool(_WORD_BEGINS.search(text[max(0, start - 2) : start]))
    if not _KATAKANA.match(text[start]):
        return True
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return not _KATAKANA.match(before) and not (end - start <= SHORT_KATAKANA and _KATAKANA.match(after))


def _longest(matches: Sequence[_Match], found: Reading) -> list[_Match]:
    """Of matches that share a letter, the longest, and of equal ones the earlier; several entities of one span all stay.

    Letters, not tokens: of 北韩国境 the pairs 北韩 and 韩国 are two tokens that share one.
    """
    taken: dict[int, tuple[int, int]] = {}
    chosen: dict[tuple[int, int, int], _Match] = {}
    for match in sorted(matches, key=lambda match: (match.first - match.last, match.first, match.alias.short)):
        span = _span(found, match)
        if all(taken.get(place, span) == span for place in range(*span)):
            taken.update(dict.fromkeys(range(*span), span))
            chosen.setdefault((match.first, match.last, match.alias.entity), match)
    return [chosen[key] for key in sorted(chosen)]


def _bearers(shorts: Sequence[_Match], chosen: Sequence[_Match]) -> set[_Match]:
    """Of the short names that stand in one place for several entities, the one whose longer name was read last."""
    best: dict[int, tuple[int, _Match]] = {}
    for match in shorts:
        number = match.alias.entity
        read = [other.first for other in chosen if other.alias.entity == number and not other.alias.short]
        last = max((first for first in read if first < match.first), default=-min(read, default=0) - 1)
        if match.first not in best or last > best[match.first][0]:
            best[match.first] = last, match
    return {match for _, match in best.values()}
