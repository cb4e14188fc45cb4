"""A new generation is filled beside the live one, and takes its place in one step, or not at all."""

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from tests.contract.index.articles import NOON, PRESS, article, id_of
from tests.contract.index.conftest import EVERYTHING, put
from wirewatch.index.port import Index, Search
from wirewatch.model import Article

elastic = pytest.mark.parametrize("where", ["elastic"], indirect=True)


def ids(index: Index) -> list[str]:
    return sorted(each.id for each in index.scan(EVERYTHING, Search()))


def newer(some: Article) -> Article:
    return replace(some, title="made anew")


def test_until_the_switch_the_live_one_answers_and_then_the_new_one(press: Index, opened: Callable[[], Index]) -> None:
    name = press.generation()

    with press.rebuilding() as rebuild:
        assert rebuild.lacking({each.id: 1 for each in PRESS}) == {each.id for each in PRESS}
        assert rebuild.write([newer(each) for each in PRESS[:3]]) == {}
        assert rebuild.lacking({each.id: 1 for each in PRESS}) == {each.id for each in PRESS[3:]}
        with closing(opened()) as other:
            assert other.total() == len(PRESS)
            assert [each.title for each in other.get([PRESS[0].id])] == [PRESS[0].title]
        for some in rebuild.left():
            assert rebuild.write(some) == {}
        made = rebuild.generation()
        rebuild.switch()

    with closing(opened()) as other:
        for index in (press, other):
            assert index.generation() == made != name
            assert ids(index) == sorted(each.id for each in PRESS)
            assert [each.title for each in index.get([PRESS[0].id, PRESS[4].id])] == ["made anew", PRESS[4].title]
    put(press, article("later", "Kim"))
    assert press.total() == len(PRESS) + 1


def test_one_that_breaks_off_leaves_the_live_one_as_it_was_and_the_next_one_ends_well(press: Index) -> None:
    name = press.generation()
    with suppress(ZeroDivisionError), press.rebuilding() as rebuild:
        rebuild.write([newer(PRESS[0])])
        raise ZeroDivisionError

    assert press.generation() == name
    assert [each.title for each in press.get([PRESS[0].id])] == [PRESS[0].title]
    put(press, article("meanwhile", "Kim"))

    with press.rebuilding() as rebuild:
        for some in rebuild.left():
            rebuild.write(some)
        rebuild.switch()
    assert ids(press) == sorted([*(each.id for each in PRESS), id_of("meanwhile")])


@elastic
def test_what_is_written_meanwhile_is_in_both(press: Index, opened: Callable[[], Index]) -> None:
    with press.rebuilding() as rebuild:
        with closing(opened()) as other, other.writing() as writer:
            writer.write([article("meanwhile", "Kim"), replace(PRESS[0], revision=2, title="edited")])
        rebuild.write([newer(each) for each in PRESS])
        assert list(rebuild.left()) == []
        rebuild.switch()

    assert ids(press) == sorted([*(each.id for each in PRESS), id_of("meanwhile")])
    assert [each.title for each in press.get([PRESS[0].id])] == ["edited"]


@elastic
def test_a_writer_that_began_before_the_rebuild_writes_into_both_too(press: Index, opened: Callable[[], Index]) -> None:
    with closing(opened()) as other, other.writing() as writer:
        writer.write([article("before", "Kim")])
        with press.rebuilding() as rebuild:
            writer.write([article("within", "Kim")])
            assert rebuild.lacking({id_of("within"): 1}) == set()
            for some in rebuild.left():
                rebuild.write(some)
            rebuild.switch()
        writer.write([article("after", "Kim")])

    assert ids(press) == sorted([*(each.id for each in PRESS), id_of("before"), id_of("within"), id_of("after")])


@elastic
def test_a_rebuild_that_was_killed_goes_on_where_it_was(press: Index) -> None:
    with suppress(ZeroDivisionError), press.rebuilding() as rebuild:
        rebuild.write(PRESS[:4])
        name = rebuild.generation()
        raise ZeroDivisionError

    with press.rebuilding() as again:
        assert again.generation() == name
        assert again.lacking({each.id: 1 for each in PRESS}) == {each.id for each in PRESS[4:]}


def test_a_month_is_dropped_whole(index: Index) -> None:
    put(index, article("old", first_seen_at=NOON.replace(year=2024)), article("new"), article("too", first_seen_at=NOON))
    assert index.months() == {"2024.11": 1, "2026.11": 2}

    index.drop("2024.11")

    assert index.months() == {"2026.11": 2}
    assert index.total() == 2
