"""Why an article stands where it does: the same parts in every home, and they add up to its score."""

import pytest

from tests.contract.index.articles import NOON, ago, article, id_of
from tests.contract.index.conftest import Found, put
from wirewatch.analysis.query import parse
from wirewatch.index.port import Index, Search

QUERIES = (
    "Kim Putin",
    "Путин",
    '"Severna Koreja" OR космодром',
    '(Kim AND Putin) OR entity:kim-jong-un OR "Ким Чен Ын"',
    "Kim NOT title:Moon",
    "title:Kim body:Koreja",
    "Put* Kim",
    'author:Ana ="Pyongyang"',
    "김정은",
    "Kim Kim language:en",
)


@pytest.mark.parametrize("query", QUERIES)
def test_the_parts_times_freshness_are_the_score(press: Index, query: str) -> None:
    hits = press.search(parse(query), Search(explain=True)).hits

    assert hits
    for hit in hits:
        assert sum(part.score for part in hit.parts) * hit.freshness == pytest.approx(hit.score, rel=1e-4), hit.parts


def test_each_part_has_its_name(index: Index) -> None:
    fresh, tagged = ago(minutes=1), ("vladimir-putin",)
    put(
        index,
        article("a", "Golden bridge", "Ana saw it.", published_at=fresh, indexed_at=fresh, entities=tagged),
        article("b", "News", "A bridge of golden steel.", published_at=ago(days=7), indexed_at=fresh),
        *(article(f"z{n}", "Weather", "Rain.") for n in range(9)),
    )

    answer = index.search(parse("golden bridge AND (entity:vladimir-putin OR saw OR steel)"), Search(explain=True))

    told = {hit.article.id: [(part.name, part.text) for part in hit.parts] for hit in answer.hits}
    assert told[id_of("a")] == [
        ("title", "golden"),
        ("title", "bridge"),
        ("body", "saw"),
        ("tag", "entity:vladimir-putin"),
        ("side by side", "golden bridg"),
        ("as typed", "golden"),
        ("as typed", "bridge"),
        ("as typed", "sav"),
    ]
    assert ("body", "steel") in told[id_of("b")]
    assert "side by side" not in {name for name, _ in told[id_of("b")]}
    assert [hit.freshness for hit in answer.hits] == pytest.approx([1.0, 0.9], abs=0.001)


def test_what_was_asked_holds_the_folded_words_and_an_answer_is_the_same_without(press: Index) -> None:
    query = parse("Владимира Путина")

    explained, plain = press.search(query, Search(explain=True)), press.search(query, Search())

    assert "vladimir" in explained.asked
    assert "putin" in explained.asked
    assert "Field(" not in explained.asked
    assert plain.asked == ""
    assert [(hit.article, hit.highlights) for hit in explained.hits] == [(hit.article, hit.highlights) for hit in plain.hits]
    assert explained.total == plain.total
    assert all(not hit.parts for hit in plain.hits)


@pytest.mark.parametrize("ask", [Search(explain=True, sort="date"), Search(explain=True, stories=True, sort="date")])
def test_newest_first_has_no_parts(press: Index, ask: Search) -> None:
    assert {hit.parts for hit in press.search(parse("Kim"), ask).hits} == {()}


def test_a_story_is_explained_by_its_best_telling(index: Index) -> None:
    put(
        index,
        article("a", "Kim", "Kim.", story_id=id_of("a")),
        article("b", "News", "Kim came.", story_id=id_of("a"), first_seen_at=NOON),
    )

    (hit,) = index.search(parse("Kim"), Search(explain=True, stories=True)).hits

    assert [part.name for part in hit.parts] == ["title", "as typed"]
    assert sum(part.score for part in hit.parts) * hit.freshness == pytest.approx(hit.score, rel=1e-4)


def test_nothing_found_is_explained_too(press: Index, found: Found) -> None:
    answer = press.search(parse("zeppelin"), Search(explain=True))

    assert answer.hits == ()
    assert "zepelin" in answer.asked
