"""Stories of more articles than are grouped one by one: tellings stay exact, their number becomes an estimate."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.index.articles import NOON, article, id_of
from wirewatch.analysis.query import Word
from wirewatch.index.embedded.rank import STORIES_EXACT
from wirewatch.index.open import open_index
from wirewatch.index.port import Search
from wirewatch.settings.schema import IndexSettings

STORIES = 1_250
TELLINGS = 5


def test_of_many_thousand_articles_the_tellings_are_exact_and_the_stories_nearly(tmp_path: Path) -> None:
    assert STORIES * TELLINGS > STORIES_EXACT
    told = [
        article(
            f"s{story:04}t{n}",
            "Treaty",
            story_id=id_of(f"s{story:04}t0"),
            published_at=NOON - timedelta(minutes=n * STORIES + story),
        )
        for n in range(TELLINGS)
        for story in range(STORIES)
    ]
    with closing(open_index(IndexSettings(), tmp_path)) as index:
        with index.writing() as writer:
            writer.write(told)

        shown = index.search(Word("treaty"), Search(stories=True, sort="date", limit=20))
        every = index.search(Word("treaty"), Search(stories=True, sort="date", limit=STORIES + 10))

    assert [hit.article.id for hit in shown.hits] == [each.id for each in told[:20]]
    assert {hit.tellings for hit in shown.hits + every.hits} == {TELLINGS}
    assert shown.total == pytest.approx(STORIES, rel=0.05)
    assert len({hit.article.story_id for hit in every.hits}) == len(every.hits) >= min(every.total, STORIES)
