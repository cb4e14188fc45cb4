"""The picture of a story's spread, and what a telling shares with an earlier one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.cli.story import BARS, bars, likeness, print_story
from wirewatch.model import ArticleId
from wirewatch.retelling import Nearest, Retelling, Story
from wirewatch.state.stories import Link, Telling

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_days_tellings_fall_into_bars_of_whole_steps() -> None:
    step, begin, numbers = bars([NOON + timedelta(minutes=7), NOON + timedelta(minutes=20), NOON + 3 * HOUR])

    assert (step, begin) == (timedelta(minutes=5), NOON + timedelta(minutes=5))
    assert (numbers[0], numbers[3], numbers[-1], len(numbers)) == (1, 1, 1, 36)


@given(st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=9))
def test_every_telling_has_its_bar_and_there_are_never_too_many(when: list[datetime]) -> None:
    _, begin, numbers = bars(when)

    assert sum(numbers) == len(when)
    assert len(numbers) <= BARS + 1
    assert begin <= min(when)


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert likeness(Nearest(no=1, of_it=0.999, of_that=0.5)) == "99 % in 1, 50 % of that"
    assert likeness(Nearest(no=2, of_it=1.0, of_that=1.0)) == "100 % in 2"


def test_a_story_whose_texts_left_the_index_still_has_its_times_and_links(capsys: pytest.CaptureFixture[str]) -> None:
    names = {"url": "https://vesti.example/1", "source": "Вести", "language": "sr", "published_at": None}
    rows = [
        Telling(id=ArticleId(each), telling=n, title=f"Мост\x1b[2J {n}", first_seen_at=NOON + n * HOUR, **names)  # type: ignore[arg-type]
        for n, each in ((1, "one"), (2, "two"))
    ]
    tellings = tuple(Retelling(no=n, telling=each, article=None) for n, each in enumerate(rows, start=1))
    links = tuple(
        Link(story_id=ArticleId("harbour"), title="Harbour\n[red]", source="Courier", article_id=ArticleId(by))
        for by in ("two", "else")
    )

    print_story(Story(id=ArticleId("one"), asked=ArticleId("one"), tellings=tellings, links=links))

    shown = capsys.readouterr().out
    assert "27 Nov 2026 13:00 – 14:00 UTC" in shown
    assert "1 more are not shown" in shown
    assert "story harbour, Courier: Harbour [red] (telling 2 has the texts of both)" in shown
    assert "(an article there has the texts of both)" in shown
    assert "\x1b" not in shown
