"""Enrich: what an extracted article is about."""

from dataclasses import dataclass

from wirewatch.analysis.chain import Reading, both
from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.language import identify
from wirewatch.enrich.topics import Topics
from wirewatch.model import Extract


@dataclass(frozen=True, slots=True)
class Enriched:
    """Language, script, entities in the order in which the article names them, topics and why it is on each."""

    language: str
    script: str
    entities: tuple[str, ...]
    entity_names: tuple[str, ...]
    people: tuple[str, ...]
    organisations: tuple[str, ...]
    places: tuple[str, ...]
    topics: tuple[str, ...]
    topic_reasons: tuple[str, ...]


def enrich(extract: Extract, *, prior: str | None, country: str | None, gazetteer: Gazetteer, topics: Topics) -> Enriched:
    """Tag an article; `prior` and `country` are its source's."""
    language, script = identify(extract.title, extract.body, prior, country)
    text = f"{extract.title}\n{extract.body}"
    (stems, exacts), (more_stems, more_exacts) = both(extract.title), both(extract.body)  # as others ask for them
    mentions = gazetteer.find(text, Reading(text, (stems + more_stems, exacts + more_exacts)))
    found = {each.id: each for each in mentions}  # first mention first

    def names(kind: str) -> tuple[str, ...]:
        return tuple(each.name for each in found.values() if each.kind == kind)

    reasons = topics.why(mentions, extract.title, extract.body)
    return Enriched(
        language=language,
        script=script,
        entities=tuple(found),
        entity_names=tuple(each.name for each in found.values()),
        people=names("person"),
        organisations=names("organisation"),
        places=names("place"),
        topics=tuple(reasons),
        topic_reasons=tuple(" … ".join(sentences) for sentences in reasons.values()),
    )
