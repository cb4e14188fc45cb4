"""Which watches a batch meets, and what is news."""

from datetime import UTC, datetime, timedelta

import pytest

from wirewatch.model import Article, ArticleId, ArticleNo, CaptureNo, Watch
from wirewatch.state.indexing import MatchTask
from wirewatch.watch.judge import judge, old_news, query_hash

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
    ],
)
def test_a_watch_is_met_as_a_search_would_find(watch: Watch, met: list[str]) -> None:
    assert [found.article.id for found in judge([watch], ARTICLES)] == met


def test_the_sentence_is_the_one_that_met_the_watch() -> None:
    found = judge([Watch(name="w", query="Kim AND Putin")], ARTICLES)

    assert found[0].sentence == "Лидер <em>Kим</em> Џонг Ун позвао је Владимира <em>Путина</em>."


def test_a_watch_without_words_is_told_by_the_articles_beginning() -> None:
    found = judge([Watch(name="w", topics=("russia-north-korea",))], ARTICLES)

    assert found[0].sentence.startswith("Данас је киша.")


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
