"""Stories on a small labelled set of a fixed seed: what has been reached is not lost again (figures: docs/figures.md)."""

from statistics import mean

import pytest

from benchmarks.stories.judge import Judged, judge
from benchmarks.stories.labelled import labelled
from benchmarks.stories.ours import grouped

SEED = 11


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    articles = labelled(SEED, originals=60, share=0.2)
    return judge(articles, grouped(articles, tmp_path_factory.mktemp("stories")))


def test_copies_are_found(judged: Judged) -> None:
    assert mean(judged.found.values()) >= 0.98
    assert min(judged.found.values()) >= 0.85


def test_what_only_looks_alike_stays_apart(judged: Judged) -> None:
    assert judged.precision >= 0.999
    assert {trap: share for trap, share in judged.wrong.items() if share > 0} == {}
    assert judged.linked_wrongly == 0
