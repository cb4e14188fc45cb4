"""Which of the articles that meet a query comes first."""

from datetime import timedelta

import pytest

from tests.contract.index.articles import ago, article, id_of
from tests.contract.index.conftest import put, words
from wirewatch.analysis.query import Field, Or, Word
from wirewatch.index.port import Index, Search

OTHERS = tuple(article(f"z{n}", "Weather", "Rain over the harbour, and more rain in the hills.") for n in range(12))


def order(index: Index, node: object) -> list[str]:
    return [hit.article.id for hit in index.search(node, Search()).hits]  # type: ignore[arg-type]


def test_words_that_stand_side_by_side_count_more_than_the_same_words_apart(index: Index) -> None:
    put(
        index,
        article("apart", "Bridge", "The bridge is red and the harbour below the golden hills is old.", published_at=ago(hours=1)),
        article(
            "beside", "Bridge", "The hills are red and the harbour below the golden bridge is old.", published_at=ago(hours=1)
        ),
        *OTHERS,
    )

    assert order(index, words("golden bridge")) == [id_of("beside"), id_of("apart")]


def test_the_form_that_was_typed_decides_between_equal_articles(index: Index) -> None:
    shown = ago(hours=1)
    put(
        index,
        article("bent", "Вести", "Говори се о космодрому.", published_at=shown),
        article("typed", "Вести", "Говори се о космодром.", published_at=shown),
        *OTHERS,
    )

    assert order(index, Word("космодром")) == [id_of("typed"), id_of("bent")]
    assert order(index, Word("космодрому")) == [id_of("bent"), id_of("typed")]


def test_the_form_that_was_typed_does_not_outweigh_the_title(index: Index) -> None:
    put(
        index,
        article("title", "О космодрому", "Говори се о обали."),
        article("typed", "О обали", "Говори се о космодром."),
        *OTHERS,
    )

    assert order(index, Word("космодром")) == [id_of("title"), id_of("typed")]


def test_an_entity_beside_its_name_lifts_the_articles_that_are_tagged_with_it(index: Index) -> None:
    shown = ago(hours=1)
    tagged = ("vladimir-putin",)
    put(
        index,
        article("fish", "Лососёвая путина", "Рыбаки довольны: путина удалась.", published_at=shown),
        article("named", "Форум", "Путин выступил на форуме.", published_at=shown, entities=tagged),
        article("other", "포럼", "푸틴 대통령이 연설했다.", published_at=shown, entities=tagged),
        *OTHERS,
    )

    found = order(index, Or((Word("Путин"), Field("entity", "vladimir-putin"))))

    assert found[0] == id_of("named")
    assert set(found) == {id_of("named"), id_of("other"), id_of("fish")}


def test_an_older_article_loses_a_fifth_at_most(index: Index) -> None:
    put(
        index,
        *(article(f"a{days}", "Satellite", "Launched.", first_seen_at=ago(days=days)) for days in (0, 7, 400)),
        *OTHERS,
    )

    new, week, old = (hit.score for hit in index.search(Word("satellite"), Search()).hits)

    assert week / new == pytest.approx(0.9, abs=0.002)
    assert old / new == pytest.approx(0.8, abs=0.002)


def test_what_favours_an_article_neither_adds_nor_leaves_out_any(index: Index) -> None:
    put(
        index,
        article("both", "Golden bridge", "Over the bay."),
        article("one", "Golden", "Over the bay.", published_at=ago(hours=2) - timedelta(days=1)),
        *OTHERS,
    )

    assert order(index, words("golden bridge")) == [id_of("both")]
    assert index.search(words("golden bridge"), Search()).total == 1
    assert index.search(words("golden bridge"), Search(stories=True)).total == 1
