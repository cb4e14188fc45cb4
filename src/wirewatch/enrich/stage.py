"""Enrich: what an extracted article is about."""

from dataclasses import dataclass

from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.language import identify
from wirewatch.enrich.topics import Topics
from wirewatch.model import Extract


@dataclass(frozen=True, slots=True)
class Enriched:
    """Language, script, entities in the order in which the article names them, and topics."""

    language: str
    script: str
    entities: tuple[str, ...]
    entity_names: tuple[str, ...]
    topics: tuple[str, ...]


def enrich(extract: Extract, *, prior: str | None, country: str | None, gazetteer: Gazetteer, topics: Topics) -> Enriched:
    """Tag an article; `prior` and `country` are its source's."""
    language, script = identify(extract.title, extract.body, prior, country)
    text = f"{extract.title}\n{extract.body}"
    names = {found.id: found.name for found in gazetteer.find(text)}  # first mention first
    return Enriched(language, script, tuple(names), tuple(names.values()), topics.of(names, extract.title, extract.body))
