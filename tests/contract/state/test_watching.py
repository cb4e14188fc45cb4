"""What the watches tell, on both databases: each match once, in whatever order and at whatever date its articles come."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.wire import Wire
from tests.wire_state import make_due, oversleep
from wirewatch.errors import Reason
from wirewatch.model import Article, AtLeast, Rate, Watch
from wirewatch.state import captures, matches
from wirewatch.state.database import Database
from wirewatch.state.recording import MUTED
from wirewatch.watch.stage import RENEW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COPY = "Лидер Северне Кореје Ким Џонг Ун стигао је возом у Владивосток, где га је дочекао гувернер, јављају дописници агенције."


@pytest.fixture
def wire(db: Database, tmp_path: Path) -> Wire:
    return Wire(db, tmp_path)


def test_a_story_is_told_once_whatever_its_copies_date_and_order(wire: Wire) -> None:
    wire.watch("kim", query="Kim")
    wire.article("Ким у Русији", COPY, ago=HOUR)
    wire.judge()
    wire.article("Ким стигао возом", COPY, ago=3 * HOUR, source="Данас", published=4 * HOUR)

    counts = wire.judge()

    assert wire.told("kim") == [("Ким у Русији", 0)]
    assert counts.by["told before"] == 1


def test_a_batch_that_many_watches_meet_is_held_while_it_is_judged(wire: Wire) -> None:
    wire.watches = [Watch(name=f"w{n}") for n in range(RENEW + 1)]
    wire.saved_at = {watch.name: wire.now - DAY for watch in wire.watches}
    wire.article("Ким у Русији", COPY)
    asked, taken = 0, list[captures.MatchTask]()

    def slowly(article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
        nonlocal asked
        asked += 1
        if asked == 1:
            oversleep(wire.db)
        if asked == len(wire.watches):
            taken.extend(captures.claim_indexed(wire.db, 10))
        return ""

    wire.shows = slowly
    counts = wire.judge()

    assert asked == len(wire.watches)
    assert taken == []
    assert counts.by["matched"] == len(wire.watches)


def test_each_match_says_by_which_words_and_sentence(wire: Wire) -> None:
    wire.watch("kim", query="Kim OR entity:vladivostok")
    wire.article("Долазак", COPY, entities=("vladivostok",))

    wire.judge()

    (row,) = matches.history(wire.db)
    assert (row.why.words, row.why.entities) == (("Ким",), ("vladivostok",))
    assert row.sentence.startswith("Лидер Северне Кореје <em>Ким</em>")


def test_a_changed_text_is_told_again_once_a_version_where_the_watch_wants_updates(wire: Wire) -> None:
    wire.watch("once", query="Kim")
    wire.watch("all", query="Kim", updates=True)
    wire.article("Ким стиже", COPY, url="https://vesti.example/kim")
    wire.judge()
    wire.article("Ким стигао", COPY + " Разговори су почели.", url="https://vesti.example/kim")
    wire.judge()
    wire.article("Ким стигао!", COPY + " Разговори су почели!", url="https://vesti.example/kim")
    counts = wire.judge()

    assert wire.told("once") == [("Ким стиже", 0)]
    assert wire.told("all") == [("Ким стиже", 0), ("Ким стигао", 2)]
    assert counts.by.get("updates", 0) == 0


@pytest.mark.parametrize(
    ("why", "facts"),
    [
        ("first seen before the watch was saved", {"ago": 3 * DAY}),
        ("published long before it was first seen", {"published": 5 * DAY}),
        ("came by a rebuild", {"quiet": True}),
    ],
)
def test_old_news_is_recorded_and_not_told(wire: Wire, why: str, facts: dict[str, object]) -> None:
    wire.watch("kim", query="Kim", saved=2 * DAY)
    wire.article("Ким у Русији", **facts)  # type: ignore[arg-type]

    counts = wire.judge()

    assert (wire.told("kim"), wire.reasons("kim")) == ([], [why])
    assert counts.by["suppressed"] == 1


def test_what_comes_while_a_watch_is_muted_is_recorded_and_no_copy_brings_it_back(wire: Wire) -> None:
    wire.watch("kim", query="Kim")
    matches.mute(wire.db, "kim", wire.now + DAY)
    wire.article("Ким у Русији", COPY)
    wire.judge()
    matches.mute(wire.db, "kim", None)
    wire.article("Ким стигао возом", COPY, source="Данас")
    wire.article("Ким отпутовао")

    wire.judge()

    assert wire.told("kim") == [("Ким отпутовао", 0)]
    assert wire.reasons("kim") == [MUTED]


def test_a_story_is_told_once_so_many_sources_have_told_it(wire: Wire) -> None:
    wire.watch("big", query="Kim", at_least=AtLeast(3, 6 * HOUR))
    for n, (source, ago) in enumerate([("Вести", 9 * HOUR), ("Данас", 4 * HOUR), ("Данас", 3 * HOUR), ("Јутро", HOUR)]):
        wire.article(f"Ким {n}", COPY, source=source, ago=ago)
        wire.judge()
    too_late = wire.told("big")
    wire.article("Ким 4", COPY, source="Волна", ago=5 * HOUR)

    counts = wire.judge()

    assert (too_late, wire.told("big")) == ([], [("Ким 4", 0)])
    assert counts.by.get("not yet met", 0) == 0


def test_a_spike_is_told_once_in_its_hours_and_the_usual_is_not(wire: Wire) -> None:
    rate = Rate(3, 3 * HOUR)
    quiet, busy = wire.watch("quiet", query="Kim", rate=rate), wire.watch("busy", query="Ким", rate=rate)
    wire.watch("new", query="Kim", rate=rate, saved=3 * DAY)
    wire.usual(quiet, 1)
    wire.usual(busy, 4)
    for n in range(12):
        wire.article(f"Ким {n}")
        wire.judge()

    assert wire.told("quiet") == [("Ким 8", 0)], "9 in 3 hours are three times the usual 3"
    assert wire.told("busy") == []
    assert wire.told("new") == []


def test_an_article_counts_for_a_rate_once_though_it_is_edited_and_told(wire: Wire) -> None:
    watch = wire.watch("kim", query="Kim", rate=Rate(3, HOUR))
    wire.article("Ким", url="https://vesti.example/kim")
    wire.judge()
    wire.article("Ким у возу", url="https://vesti.example/kim")
    wire.judge()
    wire.article("Ким", COPY, quiet=True)

    wire.judge()

    with wire.db.read() as conn:
        from wirewatch.state.past import hours
        from wirewatch.watch.stage import query_hash

        assert sum(hours(conn, "kim", query_hash(watch)).values()) == 1


def test_the_first_mention_of_an_entity_is_told_and_the_second_not(wire: Wire) -> None:
    wire.watch("new faces", first_mention=30 * DAY)
    wire.watch("daughter", query="entity:kim-ju-ae", first_mention=timedelta.max)
    wire.article("Некад", ago=50 * DAY, published=50 * DAY, entities=("kim-jong-un", "vladimir-putin"))
    wire.judge()
    _noted_long_ago(wire)
    wire.article("Путин", ago=20 * DAY, published=20 * DAY, entities=("vladimir-putin",))
    wire.judge()
    wire.article("Путин и Ким", ago=2 * HOUR, entities=("vladimir-putin", "kim-jong-un"))
    wire.article("Кћи", ago=HOUR, entities=("kim-jong-un", "kim-ju-ae"))
    wire.article("Кћи опет", entities=("kim-ju-ae",))

    wire.judge()

    assert sorted(wire.told("new faces")) == [("Кћи", 0), ("Путин и Ким", 0)]
    assert wire.told("daughter") == [("Кћи", 0)]


def test_nothing_is_a_first_mention_before_mentions_have_been_noted_for_a_while(wire: Wire) -> None:
    wire.watch("new faces", first_mention=timedelta.max)
    wire.article("Ким", entities=("kim-jong-un",))

    counts = wire.judge()

    assert (wire.told("new faces"), counts.by["not yet met"]) == ([], 1)


def _noted_long_ago(wire: Wire) -> None:
    from sqlalchemy import update

    from wirewatch.state import tables as t

    with wire.db.write() as conn:
        conn.execute(update(t.mentions).values(noted_at=wire.now - 60 * DAY))


def test_an_article_that_cannot_be_judged_holds_up_no_other_and_is_judged_once_that_is_mended(wire: Wire) -> None:
    wire.watch("kim", entities=("kim-jong-un",))
    wire.article("Отровна вест", "Лидер је стигао возом.", entities=["kim-jong-un"])
    wire.article("Ким у Русији", COPY, entities=["kim-jong-un"])

    def spoiled(article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
        if article.title == "Отровна вест":
            raise ValueError("отров")
        return ""

    wire.shows, mended = spoiled, wire.shows
    counts = wire.judge()
    told, waiting, due = wire.told("kim"), captures.failures(wire.db), captures.unmatched(wire.db)
    again = wire.judge()
    wire.shows = mended
    make_due(wire.db)
    wire.judge()

    assert (counts.by["judged"], counts.by["retried"], due, again.by) == (1, 1, 0, {})
    assert told == [("Ким у Русији", 0)]
    assert [(row.status, row.reason, row.detail) for row in waiting] == [("indexed", Reason.BUG, "ValueError: отров")]
    assert {title for title, _ in wire.told("kim")} == {"Ким у Русији", "Отровна вест"}
    assert captures.failures(wire.db) == []


def test_articles_that_cannot_be_judged_and_come_again_together_stop_nothing(wire: Wire) -> None:
    wire.watch("kim", entities=("kim-jong-un",))
    for title in ("Отровна вест", "Отровна изјава", "Ким у Русији"):
        wire.article(title, f"{title}, јављају дописници.", entities=["kim-jong-un"])

    def spoiled(article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
        if article.title.startswith("Отров"):
            raise ValueError("отров")
        return ""

    wire.shows = spoiled
    wire.judge()
    make_due(wire.db)
    counts = wire.judge()
    due = captures.unmatched(wire.db)

    assert (counts.by["retried"], due) == (2, 0)
    assert [row.detail for row in captures.failures(wire.db)] == ["ValueError: отров"] * 2


def test_where_no_article_can_be_judged_it_is_no_articles_fault(wire: Wire) -> None:
    wire.watch("kim", entities=("kim-jong-un",))
    for title in ("Ким у Русији", "Ким код куће"):
        wire.article(title, f"{title}, јављају дописници.", entities=["kim-jong-un"])

    def broken(article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
        raise ValueError("a bug")

    wire.shows = broken
    with pytest.raises(ValueError, match="a bug"):
        wire.judge()

    assert captures.failures(wire.db) == []
