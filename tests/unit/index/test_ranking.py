"""The judged searches are answered as well as they were: floors a little below what was measured (docs/figures.md)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from tests.judged import figures, is_aside, judged, ndcg, plain_bm25, sample, searching, well_ordered
from wirewatch.index.open import open_index
from wirewatch.index.port import Index
from wirewatch.settings.schema import IndexSettings

FLOOR, FLOOR_OF_A_HALF = 0.90, 0.88  # of NDCG@10
SHARE = 0.95  # of what the best order of the same articles would have


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with closing(open_index(IndexSettings(), tmp_path_factory.mktemp("home"))) as made:
        with made.writing() as writer:
            assert writer.write(sample(datetime.now(UTC))) == {}
        yield made


def test_the_judged_searches_are_answered_well_on_both_halves(index: Index) -> None:
    found = figures(searching(index))

    assert found.all >= FLOOR
    assert min(found.tuned, found.aside) >= FLOOR_OF_A_HALF


def test_what_is_met_stands_nearly_in_the_best_order(index: Index) -> None:
    found, best = figures(searching(index)), figures(well_ordered(index))

    assert SHARE <= found.all / best.all <= 1
    assert found.aside / best.aside >= SHARE


def test_both_halves_are_of_some_size() -> None:
    aside = sum(map(is_aside, judged()))

    assert 20 <= aside <= 40


def test_ndcg_is_one_for_the_best_order_and_less_for_any_other() -> None:
    grades = {"a": 3, "b": 2, "c": 1}

    assert ndcg(["a", "b", "c"], grades) == 1
    assert ndcg(["x"] * 10 + ["a", "b", "c"], grades) == 0
    assert ndcg(["b", "a", "c"], grades) == pytest.approx((3 + 7 / 1.584963 + 0.5) / (7 + 3 / 1.584963 + 0.5), abs=1e-6)


def test_plain_bm25_finds_what_holds_the_words() -> None:
    assert plain_bm25(every_word=True)("首尔 地铁")[:1] == ["hanguo-ditie-zhangjia"]
    assert set(plain_bm25(every_word=True)("Kim Putin")) < set(plain_bm25(every_word=False)("Kim Putin"))
