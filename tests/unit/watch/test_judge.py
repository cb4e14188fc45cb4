"""Which watches a batch meets, and what is news."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from wirewatch.enrich.showing import Showing
from wirewatch.model import Article, ArticleId, ArticleNo, CaptureNo, Rate, Watch, Why
from wirewatch.settings import load
from wirewatch.state.indexing import MatchTask
from wirewatch.watch.judge import Shows, digest, judge, old_news, query_hash, reasons

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def article(id: str, title: str, body: str, **more: object) -> Article:
    facts = {
        "id": ArticleId(id),
        "revision": 1,
        "url": f"https://x.example/{id}",
        "source": "РТС",
        "first_seen_at": NOW,
        "indexed_at": NOW,
    }
    return Article(**(facts | {"title": title, "body": body, "language": "sr"} | more))  # type: ignore[arg-type]


ARTICLES = [
    article("sr", "Посета", "Данас је киша. Лидер Kим Џонг Ун позвао је Владимира Путина. Крај.", topics=("russia-north-korea",)),
    article("ko", "방문", "김정은은 푸틴 대통령을 만났다.", language="ko", entities=("kim-jong-un", "vladimir-putin")),
    article("en", "Kim Kardashian in Paris", "A new perfume was shown to the press.", language="en", source="Ledger"),
]


@pytest.mark.parametrize(
    ("watch", "met"),
    [
        (Watch(name="w", query="Kim AND Putin"), ["sr"]),
        (Watch(name="w", query="Ким AND Путина"), ["sr"]),
        (Watch(name="w", query='"Владимир Путин"'), ["sr"]),
        (Watch(name="w", query="김정은"), ["ko"]),
        (Watch(name="w", query="Kim"), ["sr", "en"]),
        (Watch(name="w", query="Kim NOT Kardashian"), ["sr"]),
        (Watch(name="w", entities=("kim-jong-un", "vladimir-putin")), ["ko"]),
        (Watch(name="w", entities=("kim-jong-un", "north-korea")), []),
        (Watch(name="w", topics=("russia-north-korea",)), ["sr"]),
        (Watch(name="w", query="Kim", languages=("en", "ko")), ["en"]),
        (Watch(name="w", query="Kim", sources=("РТС",)), ["sr"]),
        (Watch(name="w"), ["sr", "ko", "en"]),
        (Watch(name="w", query="Kim", but_not="perfume OR source:Ledger"), ["sr"]),
        (Watch(name="w", but_not="language:(sr OR en)"), ["ko"]),
    ],
)
def test_a_watch_is_met_as_a_search_would_find(watch: Watch, met: list[str]) -> None:
    assert [found.article.id for found in judge([watch], ARTICLES)] == met


def nothing_shown(article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
    return ""


def why(watch: Watch, shows: Shows = nothing_shown) -> tuple[str, Why]:
    (found,) = judge([watch], ARTICLES[:1])
    return reasons(found, shows)


def test_the_sentence_is_the_one_that_met_the_watch_and_the_words_are_as_they_stand() -> None:
    sentence, met_by = why(Watch(name="w", query="Kim AND Putin"))

    assert sentence == "Лидер <em>Kим</em> Џонг Ун позвао је Владимира <em>Путина</em>."
    assert met_by == Why(words=("Kим", "Путина"))


def test_entities_and_topics_that_were_asked_for_are_reasons_too() -> None:
    watch = Watch(name="w", query="topic:russia-north-korea OR entity:kim-jong-un")

    assert why(watch)[1] == Why(topics=("russia-north-korea",))
    assert why(Watch(name="w", topics=("russia-north-korea",)))[1] == Why(topics=("russia-north-korea",))


def test_a_watch_without_words_is_told_by_the_sentence_that_names_its_entities() -> None:
    facts = {"title": "Посета", "body": "Данас је киша. Лидер Kим Џонг Ун позвао је Владимира Путина. Путин је пристао."}
    names = ("kim-jong-un", "vladimir-putin")
    rules = [rule for rule in load(environment={}).entities if rule.id in names]
    (found,) = judge([Watch(name="w", entities=names)], [article("sr", **facts, entities=names)])

    sentence, met_by = reasons(found, Showing(rules, ()))

    assert sentence == "Лидер <em>Kим Џонг Ун</em> позвао је <em>Владимира Путина</em>."
    assert met_by.entities == names


def test_a_watch_on_a_topic_is_told_by_the_sentence_that_is_on_it() -> None:
    settings = load(environment={})
    body = "Данас је киша. Лидер Kим Џонг Ун позвао је Владимира Путина у Пјонгјанг. Крај."
    (found,) = judge(
        [Watch(name="w", topics=("russia-north-korea",))], [article("sr", "Посета", body, topics=("russia-north-korea",))]
    )

    sentence, _ = reasons(found, Showing(settings.entities, settings.topics))

    assert sentence == "Лидер <em>Kим Џонг Ун</em> позвао је <em>Владимира Путина</em> у <em>Пјонгјанг</em>."


def test_a_watch_that_nothing_shows_is_told_by_the_articles_beginning() -> None:
    assert why(Watch(name="w", topics=("russia-north-korea",)))[0].startswith("Данас је киша.")


def test_a_mark_in_a_page_is_none_of_ours() -> None:
    body = "Лидер <em>Kим</em> Џонг Ун је стигао."
    (found,) = judge([Watch(name="w", entities=("kim-jong-un",))], [article("sr", "", body, entities=("kim-jong-un",))])

    sentence, _ = reasons(found, Showing(load(environment={}).entities, ()))

    assert sentence.count("<em>") == sentence.count("</em>") <= 1


def seen(first_seen_at: datetime, published_at: datetime | None = None, kind: str = "new") -> MatchTask:
    return MatchTask(
        no=CaptureNo(1),
        article_id=ArticleId("a"),
        article_no=ArticleNo(1),
        story_no=ArticleNo(1),
        story_id=ArticleId("a"),
        first_seen_at=first_seen_at,
        published_at=published_at,
        kind=kind,
        title="",
        url="",
        token="t",
    )


@pytest.mark.parametrize(
    ("event", "task", "why"),
    [
        ("fresh news", seen(NOW, NOW - HOUR), ""),
        ("fresh news without a date", seen(NOW), ""),
        ("an edit of fresh news", seen(NOW, kind="edit"), ""),
        ("seen before the watch was saved", seen(NOW - 3 * HOUR), "first seen before the watch was saved"),
        ("published last week, seen today", seen(NOW, NOW - 72 * HOUR), "published long before it was first seen"),
        ("an import", seen(NOW, kind="import"), "came by an import"),
        ("a rebuild", seen(NOW, kind="rebuild"), "came by a rebuild"),
    ],
)
def test_what_is_news_is_told_and_the_rest_recorded(event: str, task: MatchTask, why: str) -> None:
    assert old_news(task, saved_at=NOW - 2 * HOUR, max_age=48 * HOUR) == why


def test_a_watch_is_another_once_it_asks_something_else_not_once_it_tells_elsewhere() -> None:
    first = Watch(name="w", query="Kim", channels=("desk",))

    assert query_hash(first) == query_hash(Watch(name="w", query="Kim", channels=("desk", "mail")))
    assert query_hash(first) != query_hash(Watch(name="w", query="Kim", languages=("sr",)))


def test_a_watch_that_asks_something_of_time_is_another_and_one_that_tells_updates_is_not() -> None:
    first = Watch(name="w", query="Kim")

    assert query_hash(first) == "bb81a94cb267370d"  # as the first version made it: an update must not make every watch a new one
    assert query_hash(first) == query_hash(Watch(name="w", query="Kim", updates=True))
    assert query_hash(first) != query_hash(Watch(name="w", query="Kim", rate=Rate(3, HOUR)))
    assert query_hash(first) != query_hash(Watch(name="w", query="Kim", but_not="Kardashian"))


def test_a_text_is_another_when_a_word_is_and_not_when_a_mark_is() -> None:
    first = digest(article("a", "Посета", "Ким је стигао."))

    assert first == digest(article("a", "Посета", "Ким је стигао!"))
    assert first != digest(article("a", "Посета", "Ким је отишао."))
    assert first != digest(article("a", "Посета Ким", "је стигао."))
