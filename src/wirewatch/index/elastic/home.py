"""The Index on an Elasticsearch 9 server: reading by the alias, writing into the generations."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.analysis.highlight import sentences
from wirewatch.analysis.query import Node
from wirewatch.index.elastic.client import check_version, connect
from wirewatch.index.elastic.document import from_source
from wirewatch.index.elastic.errors import told
from wirewatch.index.elastic.explain import Explained
from wirewatch.index.elastic.generations import Generations
from wirewatch.index.elastic.query import build, ranked
from wirewatch.index.elastic.rebuild import ElasticRebuild
from wirewatch.index.elastic.writer import ElasticWriter
from wirewatch.index.favour import FRESH_SHARE, HALF_LIFE, ranks
from wirewatch.index.parts import asked
from wirewatch.index.port import Answer, Hit, Search
from wirewatch.model import Article, ArticleId
from wirewatch.settings.schema import IndexSettings

PAGE = 500  # articles a request of a scan
MOST = 10_000  # hits of one answer: the server's index.max_result_window
NEWEST_FIRST = [{"shown_at": "desc"}, {"id": "asc"}]
KEEP = "2m"  # how long a scan's view stays between two pages


def open_elastic(where: IndexSettings) -> "ElasticIndex":
    """The index on the server of `index.url`. Raises Unavailable and UserError: not reachable, not known, another version."""
    client = connect(where)
    check_version(client, where.url)
    index = ElasticIndex(client, where.url, where.name)
    index.generation()
    return index


class ElasticIndex:
    """See port.Index; threads may share one."""

    def __init__(self, client: Elasticsearch, url: str, name: str) -> None:
        self._client, self._url, self._name = client, url, name
        self.generations = Generations(client, url, name)

    @contextmanager
    def writing(self, stop: threading.Event | None = None) -> Iterator[ElasticWriter]:
        """See port.Index; many may write at once. `stop` ends the waiting for a server that is busy or down."""
        writer = ElasticWriter(self._client, self._url, self._name, self.generations, stop or threading.Event())
        writer.check()
        yield writer

    @contextmanager
    def rebuilding(self, stop: threading.Event | None = None) -> Iterator[ElasticRebuild]:
        """See port.Index. Needs a login that may manage templates and indices."""
        live, new = self.generations.beside()
        writer = ElasticWriter(self._client, self._url, self._name, self.generations, stop or threading.Event())
        yield ElasticRebuild(self._client, self._url, self._name, self.generations, writer, live, new)

    def get(self, ids: Sequence[ArticleId]) -> list[Article]:
        """See port.Index."""
        found: dict[ArticleId, Article] = {}
        for start in range(0, len(ids), PAGE):
            some = list(ids[start : start + PAGE])
            answer = self._ask(query={"terms": {"id": some}}, size=len(some), track_total_hits=False)
            found |= {hit["_id"]: from_source(hit["_source"]) for hit in answer["hits"]["hits"]}
        return [found[each] for each in ids if each in found]

    def search(self, node: Node, ask: Search) -> Answer:
        """See port.Index. Raises UserError for a query that can't be asked."""
        by_date = ask.sort == "date" or not ranks(node)
        query = build(node, ask)
        scored = query if by_date else _freshened(ranked(node, ask))
        body: dict[str, Any] = {"query": scored, "size": max(0, min(ask.limit, MOST))}
        body["sort"] = NEWEST_FIRST if by_date else [{"_score": "desc"}, *NEWEST_FIRST]
        if ask.stories:
            body["collapse"] = {"field": "story_id"}
            body["aggs"] = {"stories": {"cardinality": {"field": "story_id", "precision_threshold": 40_000}}}
        explained = Explained(body, () if by_date else asked(node)) if ask.explain else None
        more = explained.more() if explained else {}
        answer = self._ask(**body, **more, track_total_hits=True, search_type="dfs_query_then_fetch")
        hits = answer["hits"]["hits"]
        tellings = self._tellings(query, [hit["_source"]["story_id"] for hit in hits]) if ask.stories and hits else {}
        total = answer["aggregations"]["stories"]["value"] if ask.stories and "aggregations" in answer else _total(answer)
        found = [_hit(hit, node, tellings) for hit in hits]
        if explained:
            found = [explained.hit(made, hit) for made, hit in zip(found, hits, strict=True)]
        return Answer(hits=tuple(found), total=int(total), asked=explained.asked if explained else "")

    def scan(self, node: Node, ask: Search) -> Iterator[Article]:
        """See port.Index."""
        query = build(node, ask)
        with told(self._url):
            try:
                view = self._client.open_point_in_time(index=self._name, keep_alive=KEEP)["id"]
            except ApiError as error:
                if error.status_code == 404:  # no month has been written yet
                    return
                raise
        try:
            after: dict[str, Any] = {}
            while hits := self._page(view, query, after):
                for hit in hits:
                    yield from_source(hit["_source"])
                after = {"search_after": hits[-1]["sort"]}
        finally:
            self._client.options(ignore_status=404).close_point_in_time(id=view)

    def total(self) -> int:
        """See port.Index."""
        return _total(self._ask(size=0, track_total_hits=True))

    def generation(self) -> str:
        """See port.Index."""
        return self.generations.live().name

    def stale(self) -> str:
        """See port.Index."""
        return self.generations.stale()

    def months(self) -> dict[str, int]:
        """See port.Index."""
        live = self.generations.live().number
        with told(self._url):
            return {
                name.rpartition("-")[2]: int(self._client.count(index=name)["count"]) for name in self.generations.indices(live)
            }

    def drop(self, month: str) -> None:
        """See port.Index. Needs a login that may manage the index."""
        with told(self._url):
            for each in self.generations.all():
                name = f"{self._name}-v{each.number}-{month}"
                self._client.options(ignore_status=404).indices.delete(index=name)

    def close(self) -> None:
        """See port.Index."""
        self._client.close()

    def _page(self, view: str, query: dict[str, Any], after: dict[str, Any]) -> list[Any]:
        with told(self._url):
            pit = {"id": view, "keep_alive": KEEP}
            answer = self._client.search(pit=pit, query=query, size=PAGE, sort=NEWEST_FIRST, track_total_hits=False, **after)
        return list(answer["hits"]["hits"])

    def _ask(self, **body: Any) -> Any:
        with told(self._url):
            return self._client.search(index=self._name, ignore_unavailable=True, allow_no_indices=True, **body)

    def _tellings(self, query: dict[str, Any], stories: Sequence[str]) -> dict[str, int]:
        narrowed = {"bool": {"filter": [query, {"terms": {"story_id": list(stories)}}]}}
        terms = {"field": "story_id", "size": len(stories)}
        answer = self._ask(query=narrowed, size=0, track_total_hits=False, aggs={"of": {"terms": terms}})
        return {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["of"]["buckets"]}


def _freshened(query: dict[str, Any]) -> dict[str, Any]:
    decay = {"exp": {"published_at": {"origin": "now", "scale": f"{HALF_LIFE.days}d", "decay": 0.5}}, "weight": FRESH_SHARE}
    functions = [{"weight": 1 - FRESH_SHARE}, decay]
    return {"function_score": {"query": query, "functions": functions, "score_mode": "sum", "boost_mode": "multiply"}}


def _total(answer: Any) -> int:
    return int(answer["hits"]["total"]["value"])


def _hit(hit: Any, node: Node, tellings: dict[str, int]) -> Hit:
    article = from_source(hit["_source"])
    marked = sentences(article.title, article.body, node)
    return Hit(article=article, score=hit["_score"] or 0.0, highlights=marked, tellings=tellings.get(article.story_id, 1))
