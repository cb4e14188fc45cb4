"""The index in memory finds what the index in a folder finds."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.contract.index.articles import PRESS, article, id_of
from tests.contract.index.nodes import NODES, WATCHES
from wirewatch.analysis.chain import tokens
from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, Range, Word, beginnings, parse
from wirewatch.index.memory import Batch
from wirewatch.index.open import open_index
from wirewatch.index.port import Index, Search
from wirewatch.model import Article, Watch
from wirewatch.settings.schema import IndexSettings
from wirewatch.watch.judge import judge

BATCH = Batch(PRESS)


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
            tags |= {"script": (of.script,), "country": (of.country or "",)}
            return value in tags[name]
        case Range(name, since, until):
            at = of.shown_at if name == "published" else of.first_seen_at
            return (since is None or since <= at) and (until is None or at < until)
        case Not(part):
            inner = holds(part, of)
            return None if inner is None else not inner
        case And(parts) | Or(parts):
            told = [each for part in parts if (each := holds(part, of)) is not None]
            return (all(told) if isinstance(node, And) else any(told)) if told else None
        case Word(text, field) | Phrase(text, field):
            return _side_by_side([(token.text,) for token in tokens(text)], of, field, "text")
        case Exact(text, field):
            return _side_by_side([(token.exact,) for token in tokens(text)], of, field, "exact")
        case Prefix(text, field):
            before, starts = beginnings(text)
            asked = [*((word,) for word in before), tuple(starts)] if starts else []
            return _side_by_side(asked, of, field, "exact", begins=True)
    raise AssertionError(node)


def _side_by_side(
    asked: list[tuple[str, ...]], of: Article, field: str | None, which: str, *, begins: bool = False
) -> bool | None:
    """Of each place the words that may stand there; with `begins` the last is a beginning."""
    if not asked:
        return None
    texts = {"title": (of.title,), "body": (of.body,), "author": of.authors}
    for text in (each for name in ((field,) if field else ("title", "body")) for each in texts[name]):
        there = [getattr(token, which) for token in tokens(text)]
        for n in range(len(there) - len(asked) + 1):
            *run, last = there[n : n + len(asked)]
            met = last.startswith(asked[-1]) if begins else last in asked[-1]
            if met and all(word in some for word, some in zip(run, asked[:-1], strict=True)):
                return True
    return False


QUERIES = [
    "Kim Putin",
    "title:(Kim OR Путин)",
    "author:Anić",
    'author:"Ана Анић"',
    "author:Bo*",
    "Pyong*",
    '="Путина"',
    "김정은",
    "金正恩表*",
    "entity:kim-jong-un NOT topic:diplomacy",
    'source:("Večernji list" OR Волна)',
    "language:sr script:Cyrl",
    "country:rs",
    "published:2026-11-15..2026-11-17",
    "published:<2026-11-14T00:00+09:00 Kim",
    "first_seen:2026-11-20",
    "*",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_that_search_finds_by_is_one_that_a_watch_fires_by(index: Index, query: str) -> None:
    found = [hit.article.id for hit in index.search(parse(query), Search(limit=100)).hits]

    fired = [each.article.id for each in judge([Watch(name="w", query=query)], PRESS)]

    assert sorted(fired) == sorted(found) != []


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
