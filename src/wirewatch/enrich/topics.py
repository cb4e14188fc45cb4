"""Topics: rules over entities and words, and the sentences that say why an article is on one."""

import re
from collections.abc import Iterator, Sequence

from wirewatch.analysis.chain import both, forms
from wirewatch.enrich.entities import Found
from wirewatch.model import TopicRule

ENTITY = "entity:"
REASONS = 3  # sentences shown for a topic …
LONGEST = 300  # … and of each so many characters
_PARAGRAPH = re.compile(r"[^\n]+")
SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？]+[\"'”“»)\]]*\s*|[^.!?。！？\n]+")
Groups = Sequence[Sequence[str]]


class Topics:
    """Says which topics of topics.yaml an article is on, and why."""

    def __init__(self, rules: Sequence[TopicRule]) -> None:
        self.rules = tuple(rules)
        self._words = {
            term: f" {' '.join(both(term)[0])} "
            for rule in rules
            for group in (*rule.all, *rule.near, rule.any, rule.none)
            for term in group
            if not term.startswith(ENTITY)
        }

    def of(self, found: Sequence[Found], title: str, body: str) -> tuple[str, ...]:
        """The ids of the topics that an article is on. `found`: what the gazetteer finds in title, line break, body."""
        whole = _Part({each.id for each in found}, f" {' '.join(both(title)[0])} \n {' '.join(both(body)[0])} ")
        return tuple(rule.id for rule in self.rules if self._holds(rule, whole) and self._near(rule, found, title, body))

    def why(self, found: Sequence[Found], title: str, body: str) -> dict[str, tuple[str, ...]]:
        """For each topic that the article is on, the sentences that show it: those that meet most of the rule's groups."""
        on = set(self.of(found, title, body))
        return {rule.id: self._reasons(rule, found, f"{title}\n{body}") for rule in self.rules if rule.id in on}

    def _holds(self, rule: TopicRule, part: "_Part") -> bool:
        """What must hold in the whole article; the groups of `near` must be there before a paragraph is looked at."""
        groups = (*rule.all, *rule.near, *([rule.any] if rule.any else []))
        return self._met(groups, part) == len(groups) and not self._met([rule.none], part)

    def _near(self, rule: TopicRule, found: Sequence[Found], title: str, body: str) -> bool:
        text = f"{title}\n{body}"
        return not rule.near or any(
            self._met(rule.near, _part(text, found, start, end)) == len(rule.near) for start, end in _spans(_PARAGRAPH, text)
        )

    def _reasons(self, rule: TopicRule, found: Sequence[Found], text: str) -> tuple[str, ...]:
        groups = (*rule.near, *rule.all, *([rule.any] if rule.any else []))
        scored = [(self._met(groups, _part(text, found, *span)), span) for span in _spans(SENTENCE, text)]
        best = sorted(((met, span) for met, span in scored if met), key=lambda pair: (-pair[0], pair[1]))[:REASONS]
        return tuple(_cut(text[start:end].strip()) for _, (start, end) in sorted(best, key=lambda pair: pair[1]))

    def _met(self, groups: Groups, part: "_Part") -> int:
        """How many of the groups have a term in this part of the article."""
        return sum(any(self._stands(term, part) for term in group) for group in groups)

    def _stands(self, term: str, part: "_Part") -> bool:
        return term.removeprefix(ENTITY) in part.entities if term.startswith(ENTITY) else self._words[term] in part.folded


class _Part:
    """A stretch of an article: which entities stand in it, and its folded words."""

    __slots__ = ("entities", "folded")

    def __init__(self, entities: set[str], folded: str) -> None:
        self.entities, self.folded = entities, folded


def _part(text: str, found: Sequence[Found], start: int, end: int) -> _Part:
    entities = {each.id for each in found if start <= each.start < end}
    return _Part(entities, f" {' '.join(forms(text[start:end])[0])} ")


def _cut(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST else sentence[:LONGEST].rstrip() + "…"


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(text))
