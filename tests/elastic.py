"""An index of its own for each test, on the session's Elasticsearch."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from elasticsearch import Elasticsearch

from tests.es import new_name
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.generations import Generations
from wirewatch.settings.schema import IndexSettings


@contextmanager
def elastic_index(url: str, **more: Any) -> Iterator[IndexSettings]:
    """Settings of an index that `wirewatch index setup` has made ready; taken away at the end."""
    settings = IndexSettings(url=url, name=new_name(), **more)
    with closing(connect(settings)) as client:
        generations = Generations(client, url, settings.name)
        generations.setup()
        try:
            yield settings
        finally:
            for each in generations.all():
                generations.drop(each.number)
            client.options(ignore_status=404).indices.delete_index_template(name=f"{settings.name}-guard")


def stamped(client: Elasticsearch, name: str, tables: int) -> None:
    """Make the server's template say that it was made by these tables."""
    made = client.indices.get_index_template(name=f"{name}-v1")["index_templates"][0]["index_template"]
    client.indices.put_index_template(
        name=f"{name}-v1",
        index_patterns=made["index_patterns"],
        priority=made["priority"],
        template=made["template"],
        meta=made["_meta"] | {"tables": tables},
    )
