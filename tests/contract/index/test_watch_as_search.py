"""What a search on the server finds by, a watch fires by, which asks an index in memory (the embedded home: tests/unit/index)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.contract.index.articles import PRESS
from tests.contract.index.conftest import put
from tests.contract.index.nodes import NODES, WATCHES
from tests.elastic import elastic_index
from wirewatch.analysis.query import Node
from wirewatch.index.memory import Batch
from wirewatch.index.open import open_index
from wirewatch.index.port import Index, Search
from wirewatch.model import Watch

BATCH = Batch(PRESS)


@pytest.fixture(scope="module")
def server(elasticsearch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with elastic_index(elasticsearch) as where, closing(open_index(where, Path(tmp_path_factory.mktemp("home")))) as index:
        put(index, *PRESS)
        yield index


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(node=NODES, watch=WATCHES)
def test_a_watch_fires_by_what_a_search_on_the_server_finds(server: Index, node: Node, watch: Watch) -> None:
    ask = Search(topics=watch.topics, entities=watch.entities, languages=watch.languages, sources=watch.sources, limit=100)

    found = [hit.article.id for hit in server.search(node, ask).hits]

    assert sorted(BATCH.meets(node, watch)) == sorted(found)
