"""The sentence of an article that shows why it has an entity or is on a topic."""

from collections.abc import Sequence
from functools import cached_property

from wirewatch.analysis.highlight import mark
from wirewatch.enrich.entities import Found, Gazetteer
from wirewatch.enrich.topics import ENTITY, SENTENCE, Topics
from wirewatch.model import Article, EntityRule, TopicRule


class Showing:
    """Finds the sentence. The matcher is built when it is first needed: most runs have nothing to show."""

    def __init__(self, entities: Sequence[EntityRule], topics: Sequence[TopicRule]) -> None:
        self._entities, self._topics = entities, Topics(topics)

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer(self._entities)

    def __call__(self, article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
        """The sentence that names most of the entities, or is the topics' best reason, names between <em> and </em>; "": none."""
        if not entities and not topics:
            return ""
        text = f"{article.title}\n{article.body}"
        found = self._gazetteer.find(text)
        wanted = set(entities) or self._of(topics)
        sentences = [match.span() for match in SENTENCE.finditer(text)]
        if not entities:
            why = self._topics.why(found, article.title, article.body)
            reasons = {reason for topic in topics for reason in why.get(topic, ())}
            sentences = [span for span in sentences if text[slice(*span)].strip() in reasons]
        best = max(sentences, key=lambda span: len({each.id for each in _inside(found, wanted, *span)}), default=None)
        if best is None or (entities and not _inside(found, wanted, *best)):
            return ""
        start, end = best
        return mark(text[start:end], [(each.start - start, each.end - start) for each in _inside(found, wanted, start, end)])

    def _of(self, topics: Sequence[str]) -> set[str]:
        """The entities by which the topics are known."""
        rules = [rule for rule in self._topics.rules if rule.id in topics]
        terms = [term for rule in rules for group in (*rule.all, *rule.near, rule.any) for term in group]
        return {term.removeprefix(ENTITY) for term in terms if term.startswith(ENTITY)}


def _inside(found: Sequence[Found], wanted: set[str], start: int, end: int) -> list[Found]:
    """The first mention at each place; two entities of one span are marked once."""
    there = {each.start: each for each in found if each.id in wanted and start <= each.start and each.end <= end}
    return [there[at] for at in sorted(there)]
