"""A watch as a search: what it asks beside its query, for every home and the index in memory alike."""

from wirewatch.index.port import Search
from wirewatch.model import Watch


def narrowed(watch: Watch) -> Search:
    """What a watch asks beside its query."""
    return Search(topics=watch.topics, entities=watch.entities, languages=watch.languages, sources=watch.sources)
