"""A short text that the page itself calls something else is no article."""

import pytest

from tests.unit.extract.pages import TEXT, URL, article, read
from wirewatch.errors import Reason, Skip
from wirewatch.model import Entry

PAID = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":%s}</script>'


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (article(TEXT[:2], head=PAID % "false"), Reason.PAYWALL),
        (article(TEXT[:2], head=PAID % '"False"'), Reason.PAYWALL),
        (article(TEXT[:2], head='<meta property="article:content_tier" content="locked">'), Reason.PAYWALL),
        (article(TEXT[:2], title="404 - Page not found"), Reason.NOT_ARTICLE),
        (article(TEXT[:2], title="Страница не найдена | Вести"), Reason.NOT_ARTICLE),
        (article(TEXT[:2], title="페이지를 찾을 수 없습니다"), Reason.NOT_ARTICLE),
    ],
)
def test_a_teaser_and_a_missing_page_are_told_from_an_article(page: str, reason: Reason) -> None:
    with pytest.raises(Skip) as refused:
        read(page)

    assert refused.value.reason is reason


@pytest.mark.parametrize(
    "page",
    [
        article(head=PAID % "false"),  # all of it is there
        article(TEXT[:2], head=PAID % "true"),
        article(TEXT[:2]),
        article(TEXT[:2], title="Route 404 is closed"),
        article(title="404 years of the old bridge"),
    ],
)
def test_a_whole_text_is_an_article_whatever_it_costs(page: str) -> None:
    assert "ferry" in read(page).body or "clay" in read(page).body


def test_a_feeds_full_text_goes_on_where_the_page_stops_at_a_paywall() -> None:
    page = article(TEXT[:2], head=PAID % "false")
    whole = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)

    found = read(page, entry=Entry(url=URL, content=whole))

    assert (found.body.split("\n"), found.body_source) == (TEXT, "feed")
    with pytest.raises(Skip):
        read(page, entry=Entry(url=URL, content=whole[:300]))
