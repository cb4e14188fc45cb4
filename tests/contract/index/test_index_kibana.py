"""What Kibana asks a server, on a real server: the searches behind every panel, and what its search bar sends."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from hypothesis import assume, given, settings

from tests.contract.index.articles import PRESS
from tests.contract.index.nodes import NODES
from tests.elastic import elastic_index
from wirewatch.analysis.query import Node, parse
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.home import ElasticIndex, open_elastic
from wirewatch.index.port import Search
from wirewatch.kibana.objects import objects
from wirewatch.kibana.rules import rules
from wirewatch.model import Watch
from wirewatch.watch.lucene import lucene


class Server:
    """An index with the press of a day, and its client."""

    def __init__(self, client: Elasticsearch, index: ElasticIndex, name: str) -> None:
        self.client, self.index, self.name = client, index, name

    def ids(self, query: dict[str, Any]) -> list[str]:
        hits = self.client.search(index=self.name, query=query, size=100)["hits"]["hits"]
        return sorted(hit["_id"] for hit in hits)

    def searched(self, query: str) -> list[str]:
        return sorted(hit.article.id for hit in self.index.search(parse(query), Search(limit=100)).hits)


@pytest.fixture(scope="module")
def server(elasticsearch: str) -> Iterator[Server]:
    with (
        elastic_index(elasticsearch) as where,
        closing(open_elastic(where)) as index,
        closing(connect(where)) as client,
    ):
        with index.writing() as writer:
            assert writer.write(PRESS) == {}
        yield Server(client, index, where.name)


def columns() -> list[dict[str, Any]]:
    (dashboard,) = (each for each in objects() if each["type"] == "dashboard")
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    pictures = [panel["embeddableConfig"]["attributes"]["state"] for panel in panels if panel["type"] == "lens"]
    return [column for each in pictures for column in each["datasourceStates"]["formBased"]["layers"]["l1"]["columns"].values()]


def test_every_panels_columns_can_be_counted(server: Server) -> None:
    for column in columns():
        kind, field = column["operationType"], column["sourceField"]
        if kind not in ("terms", "date_histogram"):
            continue
        options = {"fixed_interval": "1d"} if kind == "date_histogram" else {"size": column["params"]["size"]}
        answer = server.client.search(index=server.name, size=0, aggs={"a": {kind: {"field": field} | options}})
        assert "buckets" in answer["aggregations"]["a"]


def test_the_table_of_stories_counts_outlets_and_shows_the_latest_title(server: Server) -> None:
    latest = {"size": 1, "sort": [{"published_at": "desc"}], "_source": False, "docvalue_fields": ["title.raw"]}
    within = {"outlets": {"cardinality": {"field": "source"}}, "title": {"top_hits": latest}}
    stories = {"terms": {"field": "story_id", "size": 50}, "aggs": within}

    answer = server.client.search(index=server.name, size=0, aggs={"stories": stories})

    found = {bucket["key"]: bucket for bucket in answer["aggregations"]["stories"]["buckets"]}
    told = {article.story_id: [each for each in PRESS if each.story_id == article.story_id] for article in PRESS}
    assert {story: bucket["outlets"]["value"] for story, bucket in found.items()} == {
        story: len({each.source for each in some}) for story, some in told.items()
    }
    for story, bucket in found.items():
        (title,) = bucket["title"]["hits"]["hits"][0]["fields"]["title.raw"]
        assert title == max(told[story], key=lambda each: each.shown_at).title


@pytest.mark.parametrize("search", [each for each in objects() if each["type"] == "search"], ids=lambda each: each["id"])
def test_every_saved_search_is_answered_as_discover_asks_it(server: Server, search: dict[str, Any]) -> None:
    source = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
    query = {"query_string": {"query": source["query"]["query"] or "*", "analyze_wildcard": True}}
    highlight: dict[str, Any] = {"pre_tags": ["@kibana-highlighted-field@"], "post_tags": ["@/kibana-highlighted-field@"]}
    highlight |= {"fields": {"*": {}}, "fragment_size": 2147483647}
    sort = [{name: order} for name, order in search["attributes"]["sort"]]

    answer = server.client.search(index=server.name, query=query, sort=sort, highlight=highlight, size=500)

    assert answer["hits"]["hits"]


def test_a_saved_search_marks_the_words_as_they_stand(server: Server) -> None:
    query = {"query_string": {"query": "Путин", "default_operator": "AND"}}

    hits = server.client.search(index=server.name, query=query, highlight={"fields": {"*": {}}})["hits"]["hits"]

    marked = " ".join(str(hit["highlight"]) for hit in hits)
    assert "<em>Путина</em>" in marked
    assert "<em>Putin</em>" in marked


@pytest.mark.parametrize("words", ["Kim Putin", "Ким Путин", "Владимира Путина", "Severna Koreja"])
def test_the_bar_with_our_defaults_finds_what_search_finds(server: Server, words: str) -> None:
    bar = {"query": words, "analyze_wildcard": True, "default_operator": "AND", "type": "cross_fields"}

    assert server.ids({"query_string": bar}) == server.searched(words) != []


@pytest.mark.parametrize("words", [("Kim", "Putin"), ("Ким", "Путин"), ("Severna", "Koreja")])
def test_lucene_and_kql_with_and_find_what_search_finds(server: Server, words: tuple[str, str]) -> None:
    lucene = {"query_string": {"query": " AND ".join(words), "analyze_wildcard": True, "default_operator": "AND"}}
    kql = {"bool": {"filter": [{"multi_match": {"type": "best_fields", "query": word, "lenient": True}} for word in words]}}

    assert server.ids(lucene) == server.ids(kql) == server.searched(" ".join(words)) != []


@given(node=NODES)
@settings(max_examples=60, deadline=None)
def test_a_query_in_lucenes_syntax_meets_what_search_meets(server: Server, node: Node) -> None:
    said = lucene(node)
    assume(said is not None)

    met = server.ids({"query_string": {"query": said, "analyze_wildcard": True}})

    assert met == sorted(hit.article.id for hit in server.index.search(node, Search(limit=100)).hits)


def test_a_rules_query_meets_what_the_watch_meets(server: Server) -> None:
    watch = Watch(name="w", query="Kim AND Путин", entities=("kim-jong-un",))
    (rule,) = rules([watch], server.name, "default").values()

    met = server.ids(json.loads(rule["params"]["esQuery"])["query"])

    assert met == sorted(set(server.searched("Kim Путин")) & set(server.searched("entity:kim-jong-un")))
