"""The index in memory finds what the index in a folder finds."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.index.articles import PRESS, article, id_of
from wirewatch.analysis.chain import tokens
from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, Word
from wirewatch.index.memory import Batch
from wirewatch.index.open import open_index
from wirewatch.index.port import Index
from wirewatch.model import Article, Search, Watch
from wirewatch.settings.schema import IndexSettings

TEXTS = sorted({word.strip(".,") for each in PRESS for word in f"{each.title} {each.body}".split()}) + ["—", "kim", "Путину", "K"]
PHRASES = [" ".join(each.body.split()[n : n + 2]) for each in PRESS for n in range(4)]
FIELDS = st.sampled_from([None, None, "title", "body"])
TAGS = [
    *(("entity", value) for each in PRESS for value in each.entities),
    *(("topic", value) for each in PRESS for value in each.topics),
    *(("language", each.language) for each in PRESS),
    *(("source", each.source) for each in PRESS),
]
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.just(All()),
    st.builds(Word, st.sampled_from(TEXTS), FIELDS),
    st.builds(Exact, st.sampled_from(TEXTS + PHRASES), FIELDS),
    st.builds(Phrase, st.sampled_from(TEXTS + PHRASES), FIELDS),
    st.builds(lambda text, field: Prefix(text[:4], field), st.sampled_from(TEXTS), FIELDS),
    st.sampled_from([Field(name, value) for name, value in TAGS]),
)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: And(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: Or(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
BATCH = Batch(PRESS)
WATCHES = st.builds(
    Watch,
    name=st.just("w"),
    topics=st.sampled_from([(), (), ("russia-north-korea",), ("russia-north-korea", "diplomacy")]),
    entities=st.sampled_from([(), (), ("kim-jong-un",), ("kim-jong-un", "vladimir-putin")]),
    languages=st.sampled_from([(), (), ("sr",), ("en", "ko")]),
    sources=st.sampled_from([(), (), ("Волна", "Harbour Times")]),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The press in a folder, in several segments."""
    home: Path = tmp_path_factory.mktemp("home")
    with closing(open_index(IndexSettings(), home)) as made:
        with made.writing() as writer:
            for n in range(0, len(PRESS), 2):
                writer.write(PRESS[n : n + 2])
        yield made


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(node=NODES, watch=WATCHES)
def test_a_batch_meets_what_the_index_finds(index: Index, node: Node, watch: Watch) -> None:
    ask = Search(topics=watch.topics, entities=watch.entities, languages=watch.languages, sources=watch.sources, limit=100)

    met = BATCH.meets(node, watch)

    answer = index.search(node, ask)
    assert sorted(met) == sorted(hit.article.id for hit in answer.hits)
    assert len(met) == answer.total == len(list(index.scan(node, ask)))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(node=NODES)
def test_a_batch_meets_what_reading_the_tokens_one_by_one_says(node: Node) -> None:
    expected = [each.id for each in PRESS if holds(node, each)]

    assert BATCH.meets(node, Watch(name="w")) == expected


def holds(node: Node, of: Article) -> bool | None:
    """What a query means, said a second time and slowly; None: it asks nothing."""
    match node:
        case All():
            return True
        case Field(name, value):
            tags = {"entity": of.entities, "topic": of.topics, "language": (of.language,), "source": (of.source,)}
            return value in tags[name]
        case Not(part):
            inner = holds(part, of)
            return None if inner is None else not inner
        case And(parts) | Or(parts):
            told = [each for part in parts if (each := holds(part, of)) is not None]
            return (all(told) if isinstance(node, And) else any(told)) if told else None
        case Word(text, field) | Phrase(text, field):
            return _side_by_side([token.text for token in tokens(text)], of, field, "text", False)
        case Exact(text, field) | Prefix(text, field):
            return _side_by_side([token.exact for token in tokens(text)], of, field, "exact", isinstance(node, Prefix))
    raise AssertionError(node)


def _side_by_side(words: list[str], of: Article, field: str | None, which: str, begins: bool) -> bool | None:
    if not words:
        return None
    for name in (field,) if field else ("title", "body"):
        there = [getattr(token, which) for token in tokens(getattr(of, name))]
        for n in range(len(there) - len(words) + 1):
            run = there[n : n + len(words)]
            if run[:-1] == words[:-1] and (run[-1].startswith(words[-1]) if begins else run[-1] == words[-1]):
                return True
    return False


def test_the_met_come_in_the_batchs_order_each_once_in_its_newest_revision() -> None:
    batch = Batch([article("b", "Kim"), article("a", "Kim"), article("c", "Lee"), article("b", "Lee", revision=2)])

    assert batch.meets(Word("Kim"), Watch(name="w")) == [id_of("a")]
    assert batch.meets(Word("Lee"), Watch(name="w")) == [id_of("b"), id_of("c")]


def test_all_that_a_watch_asks_must_hold() -> None:
    watch = Watch(name="w", topics=("russia-north-korea",), languages=("sr", "en"), entities=("kim-jong-un",), sources=("Jutro",))

    assert BATCH.meets(All(), watch) == [id_of("serbian")]


def test_an_empty_batch_and_articles_the_index_refuses_meet_nothing() -> None:
    assert Batch([]).meets(All(), Watch(name="w")) == []
    assert Batch([article("a", "Kim \ud800")]).meets(Word("Kim"), Watch(name="w")) == []
