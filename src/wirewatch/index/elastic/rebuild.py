"""Filling a generation beside the live one, and the switch."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import Elasticsearch

from wirewatch.index.elastic.document import from_source
from wirewatch.index.elastic.errors import told
from wirewatch.index.elastic.generations import Generation, Generations
from wirewatch.index.elastic.writer import ElasticWriter
from wirewatch.model import Article, ArticleId

PAGE = 500  # articles looked at by one request


class ElasticRebuild:
    """See port.Rebuild."""

    def __init__(
        self,
        client: Elasticsearch,
        url: str,
        name: str,
        generations: Generations,
        writer: ElasticWriter,
        live: Generation,
        new: Generation,
    ) -> None:
        self._client, self._url, self._name, self._generations = client, url, name, generations
        self._writer, self._live, self._new = writer, live, new

    def write(self, articles: Sequence[Article]) -> Mapping[ArticleId, str]:
        """See port.Rebuild."""
        return self._writer.write_to(self._new, articles)

    def lacking(self, revisions: Mapping[ArticleId, int]) -> set[ArticleId]:
        """See port.Rebuild."""
        ids = list(revisions)
        there: dict[str, int] = {}
        for start in range(0, len(ids), PAGE):
            some = ids[start : start + PAGE]
            hits = self._ask(self._new, query={"terms": {"id": some}}, size=PAGE)
            there |= {hit["fields"]["id"][0]: int(hit["fields"]["revision"][0]) for hit in hits}
        return {each for each, revision in revisions.items() if there.get(each, -1) < revision}

    def left(self) -> Iterator[list[Article]]:
        """See port.Rebuild."""
        after: dict[str, Any] = {}
        while hits := self._ask(self._live, size=PAGE, sort=[{"id": "asc"}], **after):
            revisions = {ArticleId(hit["fields"]["id"][0]): int(hit["fields"]["revision"][0]) for hit in hits}
            after = {"search_after": hits[-1]["sort"]}
            if lacking := self.lacking(revisions):
                found = self._ask(self._live, query={"terms": {"id": sorted(lacking)}}, size=PAGE, whole=True)
                yield [from_source(hit["_source"]) for hit in found]

    def generation(self) -> str:
        """See port.Rebuild."""
        return self._new.name

    def switch(self) -> None:
        """See port.Rebuild."""
        self._generations.switch(self._live.number, self._new)

    def _ask(self, generation: Generation, *, whole: bool = False, **body: Any) -> list[Any]:
        kept: dict[str, Any] = {} if whole else {"source": False, "docvalue_fields": ["id", "revision"]}
        with told(self._url):
            index = f"{self._name}-v{generation.number}-*"
            answer = self._client.search(index=index, allow_no_indices=True, track_total_hits=False, **kept, **body)
        return list(answer["hits"]["hits"])
