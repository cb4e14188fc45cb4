"""Topics: rules over entities and words."""

from collections.abc import Collection, Sequence

from wirewatch.analysis.chain import both
from wirewatch.model import TopicRule


class Topics:
    """Says which topics of topics.yaml an article is on."""

    def __init__(self, rules: Sequence[TopicRule]) -> None:
        self.rules = tuple(rules)
        self._words = {
            term: f" {' '.join(both(term)[0])} "
            for rule in rules
            for group in (*rule.all, rule.any, rule.none)
            for term in group
            if not term.startswith("entity:")
        }

    def of(self, entities: Collection[str], title: str, body: str) -> tuple[str, ...]:
        """The ids of the topics that an article with these entities is on."""
        folded = f" {' '.join(both(title)[0])} \n {' '.join(both(body)[0])} "

        def met(terms: Sequence[str]) -> bool:
            return any(term[7:] in entities if term.startswith("entity:") else self._words[term] in folded for term in terms)

        return tuple(
            rule.id
            for rule in self.rules
            if all(met(group) for group in rule.all) and (not rule.any or met(rule.any)) and not met(rule.none)
        )
