"""A part of a query is told as text that asks the same."""

import pytest
from hypothesis import given

from tests.contract.index.articles import PRESS
from tests.contract.index.nodes import NODES
from wirewatch.analysis.query import Node, parse
from wirewatch.analysis.written import written
from wirewatch.errors import UserError
from wirewatch.index.memory import Batch
from wirewatch.model import Watch

BATCH, ANY = Batch(PRESS), Watch(name="w")


@pytest.mark.parametrize(
    "query",
    [
        "Kim AND Putin AND NOT (Kardashian OR West)",
        '"Severna Koreja" OR ="Северне Кореје" OR Putin*',
        'title:Kim AND author:"Ана Анић" AND source:"Večernji list"',
        "entity:kim-jong-un OR topic:russia-north-korea OR *",
    ],
)
def test_a_query_is_written_as_a_reader_would_write_it(query: str) -> None:
    assert written(parse(query)) == query


@given(node=NODES)
def test_what_is_written_asks_the_same(node: Node) -> None:
    try:
        again = parse(written(node))
    except UserError:  # a word without a letter, as no query holds one
        return

    assert BATCH.meets(again, ANY) == BATCH.meets(node, ANY)
