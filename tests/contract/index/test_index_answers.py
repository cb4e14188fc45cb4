"""What an answer looks like: order, length, stories, highlights."""

from datetime import timedelta

import pytest

from tests.contract.index.articles import NOON, PRESS, ago, article, id_of
from tests.contract.index.conftest import EVERYTHING, put, titles, words
from wirewatch.analysis.query import Field, Word
from wirewatch.index.port import Index, Search


def test_an_article_comes_back_as_it_was_written(press: Index) -> None:
    full = article(
        "full",
        "Ein Titel \u2028 mit \x00 Zeichen 🛰",
        "первый абзац\nдругий абзац",
        revision=7,
        published_at=NOON - timedelta(microseconds=1),
        published_at_source="json-ld",
        updated_at=NOON,
        body_source="feed",
        description="worüber",
        authors=("Ана Анић", "B. Smith"),
        image="https://example.org/a.jpg",
        section="Politik",
        paywall=True,
        country="rs",
        language="sr",
        script="Cyrl",
        entities=("kim-jong-un",),
        entity_names=("Kim Jong Un",),
        topics=("diplomacy",),
        topic_reasons=("Ким и Путин. … 김정은.",),
        story_id=id_of("first"),
        is_copy=True,
        tellings=2,
        feed="https://example.org/feed",
    )
    put(press, full)

    assert press.get([full.id]) == [full]
    assert press.search(Word("абзац"), Search()).hits[0].article == full


def test_articles_are_given_in_the_order_asked_and_unknown_ids_left_out(press: Index) -> None:
    given = press.get([PRESS[3].id, id_of("nobody"), PRESS[0].id])

    assert given == [PRESS[3], PRESS[0]]
    assert press.get([]) == []


def test_a_word_in_the_title_counts_more_than_in_the_body(index: Index) -> None:
    filler = "A long report about the weather over the sea and the harbour. " * 3
    put(index, article("a", "Weather", filler + "Satellite."), article("b", "Satellite", filler), article("c", "Weather", filler))

    assert titles([hit.article for hit in index.search(Word("satellite"), Search()).hits]) == ["Satellite", "Weather"]


def test_of_equal_articles_the_fresher_comes_first_and_a_far_better_one_before_both(index: Index) -> None:
    text = "The satellite was launched from the coast. "
    put(
        index,
        article("old", "Launch", text, published_at=ago(days=30)),
        article("new", "Launch", text, published_at=ago(hours=1)),
        article("good", "Satellite: the satellite of satellites", text * 2, published_at=ago(days=60)),
        *(article(f"z{n}", "Weather", "Rain over the harbour, and more rain.") for n in range(20)),
    )

    hits = index.search(Word("satellite"), Search()).hits

    assert [hit.article.id for hit in hits] == [id_of("good"), id_of("new"), id_of("old")]
    assert hits[0].score > hits[1].score > hits[2].score > 0


def test_by_date_the_newest_come_first_and_equal_ones_by_id(index: Index) -> None:
    put(index, *(article(f"m{n}", "Kim", first_seen_at=NOON) for n in (3, 1, 2)))
    put(index, article("a", "Kim", published_at=NOON - timedelta(days=1)), article("m0", "Kim"))
    put(index, article("z", "Kim", published_at=NOON + timedelta(microseconds=1)))

    for node in (Word("Kim"), EVERYTHING):
        hits = index.search(node, Search(sort="date")).hits
        assert [hit.article.id for hit in hits] == [id_of(each) for each in ("z", "m0", "m1", "m2", "m3", "a")]
        assert index.search(node, Search(sort="date", limit=3)).hits == hits[:3]


def test_without_words_to_rank_by_the_newest_come_first(press: Index) -> None:
    for node in (EVERYTHING, Field("entity", "kim-jong-un")):
        assert press.search(node, Search()) == press.search(node, Search(sort="date"))


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_still_counts(press: Index, limit: int) -> None:
    for stories in (False, True):
        answer = press.search(Word("Putin"), Search(limit=limit, stories=stories))
        assert (answer.hits, answer.total) == ((), 6)


@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_a_limit_beyond_all_bounds_gives_all(press: Index, sort: str) -> None:
    for stories in (False, True):
        answer = press.search(EVERYTHING, Search(limit=2**62, sort=sort, stories=stories))
        assert len(answer.hits) == answer.total == len(PRESS)


def test_the_total_counts_beyond_the_limit(press: Index) -> None:
    answer = press.search(Word("Kim"), Search(limit=2))

    assert (len(answer.hits), answer.total) == (2, 5)


def test_an_empty_index_answers_nothing(index: Index) -> None:
    for stories in (False, True):
        assert index.search(EVERYTHING, Search(stories=stories)) == index.search(
            Word("Kim"), Search(stories=stories, sort="date")
        )
        assert index.search(Word("Kim"), Search(stories=stories)).total == 0
    assert list(index.scan(EVERYTHING, Search())) == []
    assert (index.total(), index.get([id_of("a")])) == (0, [])


def test_a_story_comes_once_as_its_best_telling_with_the_number_of_tellings_that_met(index: Index) -> None:
    text = "The summit ended with a treaty. Nobody saw the text."
    put(
        index,
        article("a1", "Talks", text, story_id=id_of("a1")),
        article("a2", "Treaty, a treaty", text, story_id=id_of("a1")),
        article("a3", "Talks", "Agency copy without that word.", story_id=id_of("a1")),
        article("b1", "Talks", text + " And more words that weigh this report down." * 3, story_id=id_of("b1")),
        article("c1", "Nothing", "", story_id=id_of("c1")),
    )

    answer = index.search(Word("treaty"), Search(stories=True))

    assert answer.total == 2
    assert [(hit.article.id, hit.tellings) for hit in answer.hits] == [(id_of("a2"), 2), (id_of("b1"), 1)]
    assert index.search(Word("treaty"), Search()).total == 3


def test_by_date_a_story_comes_as_its_newest_telling(index: Index) -> None:
    put(
        index,
        *(article(f"a{n}", "Treaty", story_id=id_of("a"), published_at=NOON - timedelta(hours=n)) for n in range(4)),
        article("b", "Treaty", published_at=NOON - timedelta(hours=2)),
    )

    hits = index.search(Word("treaty"), Search(stories=True, sort="date", limit=2)).hits

    assert [(hit.article.id, hit.tellings) for hit in hits] == [(id_of("a0"), 4), (id_of("b"), 1)]


def test_highlights_are_sentences_with_the_words_as_they_stand_in_the_text(press: Index) -> None:
    hit = next(hit for hit in press.search(words("Kim Putin"), Search()).hits if hit.article.language == "sr")

    assert any("<em>" in each for each in hit.highlights)
    plain = [each.replace("<em>", "").replace("</em>", "") for each in hit.highlights]
    assert all(each in (hit.article.title, hit.article.body) or each in hit.article.body for each in plain)


def test_a_scan_gives_all_newest_first_whatever_the_limit(index: Index) -> None:
    written = [
        article(f"n{n:04}", "Kim" if n % 2 else "Lee", published_at=NOON - timedelta(hours=n // 700)) for n in range(2_500)
    ]
    put(index, *reversed(written))

    everything = list(index.scan(EVERYTHING, Search(limit=1)))
    some = list(index.scan(Word("Kim"), Search(since=NOON - timedelta(hours=1))))

    assert everything == written
    assert some == [each for each in written[:1_400] if each.title == "Kim"]


def test_a_scan_sees_one_state_of_the_index(index: Index) -> None:
    put(index, *(article(f"n{n:04}", "Kim", published_at=NOON - timedelta(hours=n)) for n in range(1_200)))

    scan = index.scan(EVERYTHING, Search())
    begun = [next(scan).id]
    put(index, article("n0600", "Kim", revision=2, published_at=NOON - timedelta(days=900)), article("newer", "Kim"))

    assert begun + [each.id for each in scan] == [id_of(f"n{n:04}") for n in range(1_200)]
