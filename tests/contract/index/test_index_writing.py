"""What is written stays, once, and is found at once; what can't be written is said."""

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from tests.contract.index.articles import NOON, PRESS, article, id_of
from tests.contract.index.conftest import EVERYTHING, put
from wirewatch.analysis.query import Word
from wirewatch.errors import Unavailable
from wirewatch.index.port import Busy, Index, Search
from wirewatch.model import Article, ArticleId


def test_each_write_is_found_by_the_next_search_here_and_in_another_process(index: Index, opened: Callable[[], Index]) -> None:
    with closing(opened()) as other, index.writing() as writer:
        for n in range(1, 4):
            writer.write([article(f"a{n}", "Kim")])
            for each in (index, other):
                assert each.search(Word("Kim"), Search()).total == each.total() == n


def test_writing_an_article_again_replaces_it(press: Index) -> None:
    put(press, replace(PRESS[0], revision=2, title="Nova zgrada opere", body=""))

    assert press.total() == len(PRESS)
    assert press.search(Word("opera"), Search()).total == 1
    assert press.search(Word("Пјонгјанг", "title"), Search(languages=("sr",))).total == 0


def test_an_older_revision_never_wins_and_the_same_writes_the_same(index: Index) -> None:
    put(index, article("a", "third", revision=3))
    put(index, article("a", "second", revision=2), article("b", "other"))
    assert [each.title for each in index.get([id_of("a"), id_of("b")])] == ["third", "other"]

    put(index, article("a", "third again", revision=3))
    assert [each.title for each in index.get([id_of("a")])] == ["third again"]
    assert index.total() == 2


def test_of_one_id_twice_in_a_batch_the_last_revision_wins(index: Index) -> None:
    put(index, article("a", "second", revision=2), article("a", "first", revision=1), article("b", "x"), article("b", "y"))

    assert [each.title for each in index.get([id_of("a"), id_of("b")])] == ["second", "y"]
    assert index.total() == 2


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (article("bad", "half a pair \ud83d"), "Unicode"),
        (article("bad", source="\udc00"), "Unicode"),
        (replace(article("bad"), id=id_of("x" * 70_000)), "id is longer than 512 bytes"),
        (replace(article("bad"), id=ArticleId("")), "no id"),
        (article("bad", entities=("e" * 600,)), "entities is longer than 512 bytes"),
        (article("bad", revision=2**63), "revision"),
        (article("bad", updated_at=NOON.replace(tzinfo=None)), "no UTC offset"),
    ],
)
def test_what_cant_be_indexed_is_refused_with_a_reason_and_the_others_are_written(index: Index, bad: Article, why: str) -> None:
    with index.writing() as writer:
        refused = writer.write([article("a", "Kim"), bad, article("b", "Kim")])

    assert list(refused) == [bad.id]
    assert why in refused[bad.id]
    assert index.search(Word("Kim"), Search()).total == index.total() == 2


def test_an_enormous_word_costs_only_itself(index: Index) -> None:
    put(index, article("a", "Kim", "x" * 200_000 + " Putin"))

    assert index.search(Word("Putin"), Search()).total == 1


def test_deleted_articles_are_gone_and_deleting_nobody_is_no_fault(press: Index) -> None:
    with press.writing() as writer:
        writer.delete([PRESS[0].id, id_of("nobody")])
        writer.delete([])

    assert press.total() == len(PRESS) - 1
    assert press.get([PRESS[0].id]) == []


def test_writing_nothing_changes_nothing(press: Index) -> None:
    with press.writing() as writer:
        assert writer.write([]) == {}

    assert press.total() == len(PRESS)


@pytest.mark.parametrize("where", ["embedded"], indirect=True)
def test_only_one_writes_at_a_time_and_the_other_is_told_at_once(index: Index, opened: Callable[[], Index]) -> None:
    with closing(opened()) as other:
        with index.writing(), pytest.raises(Busy), other.writing():
            pass
        with other.writing() as writer:
            writer.write([article("a", "Kim")])

    assert issubclass(Busy, Unavailable)
    assert index.total() == 1


def test_an_error_in_the_block_keeps_what_was_written_and_frees_the_lock(index: Index) -> None:
    def write_and_fail() -> None:
        with index.writing() as writer:
            writer.write([article("a", "Kim")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()

    put(index, article("b", "Kim"))
    assert index.total() == 2


def test_the_generation_stays_with_the_index(index: Index, opened: Callable[[], Index]) -> None:
    put(index, article("a"))

    with closing(opened()) as again:
        assert again.generation() == index.generation()
        assert len(index.generation()) >= 16


def test_thirty_random_writes_leave_the_newest_revision_of_each(index: Index) -> None:
    chance = random.Random(11)
    newest: dict[str, int] = {}
    with index.writing() as writer:
        for _ in range(30):
            batch = [article(chance.choice("abcdef"), revision=chance.randrange(40)) for _ in range(chance.randrange(6))]
            writer.write(batch)
            for each in batch:
                newest[each.id] = max(newest.get(each.id, 0), each.revision)

    assert {each.id: each.revision for each in index.scan(EVERYTHING, Search())} == newest
