"""One analysis in two homes: a server's tokens are Python's tokens, word for word."""

from contextlib import closing

import pytest

from tests.contract.index.words import WORDS
from tests.elastic import elastic_index
from wirewatch.analysis.chain import both
from wirewatch.analysis.elastic import EXACT, TEXT
from wirewatch.index.elastic.client import connect


def test_there_are_enough_words_and_phrases_to_compare() -> None:
    assert len(set(WORDS)) >= 300


@pytest.mark.parametrize(("analyzer", "form"), [(TEXT, 0), (EXACT, 1)])
def test_a_server_gives_the_tokens_that_python_gives(elasticsearch: str, analyzer: str, form: int) -> None:
    differing = {}
    with elastic_index(elasticsearch) as where, closing(connect(where)) as client:
        index = f"{where.name}-v1-2026.01"
        client.indices.create(index=index)
        for text in WORDS:
            answer = client.indices.analyze(index=index, analyzer=analyzer, text=text)
            if (there := [token["token"] for token in answer["tokens"]]) != (here := list(both(text)[form])):
                differing[text] = (there, here)

    assert differing == {}
