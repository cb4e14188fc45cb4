"""When an article was published: declared, then fed, then shown; never guessed."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.extract.pages import SEEN, TEXT, URL, article, read
from wirewatch.extract.dates import read as read_date
from wirewatch.extract.written import Moment, read_written
from wirewatch.model import Entry

JSON_LD = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"%s"}</script>'
META = '<meta property="article:published_time" content="%s">'
FED = Entry(url=URL, published_at=datetime(2026, 11, 20, 6, 30, tzinfo=UTC))


def dated(page: str, entry: Entry = FED) -> tuple[str, str]:
    found = read(page, entry=entry)
    return (found.published_at.isoformat() if found.published_at else "", found.published_at_source)


def test_json_ld_comes_before_meta_feed_and_time() -> None:
    page = article(
        head=META % "2026-11-18T08:00:00Z" + JSON_LD % "2026-11-17T23:30:00+01:00", inside="<time datetime='2026-11-16T08:00Z'>"
    )

    assert dated(page) == ("2026-11-17T22:30:00+00:00", "json-ld")


def test_meta_comes_before_feed_and_time() -> None:
    page = article(head=META % "2026-11-18T08:00:00+02:00", inside="<time datetime='2026-11-16T08:00Z'>x</time>")

    assert dated(page) == ("2026-11-18T06:00:00+00:00", "meta")


def test_the_feed_comes_before_the_time_tag() -> None:
    assert dated(article(inside="<time datetime='2026-11-16T08:00Z'>x</time>")) == ("2026-11-20T06:30:00+00:00", "feed")


def test_the_time_tag_of_the_article_is_read_and_not_one_of_the_sidebar() -> None:
    sidebar = "<div>" + "".join(f"<p><time datetime='2026-10-{day}T08:00Z'>x</time> News</p>" for day in range(10, 20)) + "</div>"
    text = [paragraph * 3 for paragraph in TEXT]

    page = article(text, inside="<time datetime='2026-11-16T08:00+03:00'>x</time>", beside=sidebar)

    assert dated(page, Entry(url=URL)) == ("2026-11-16T05:00:00+00:00", "time")


def test_a_date_without_a_zone_yields_to_the_feeds_nearby_one() -> None:
    assert dated(article(head=JSON_LD % "2026-11-20T07:30:00")) == ("2026-11-20T06:30:00+00:00", "feed")
    assert dated(article(head=JSON_LD % "2026-11-20")) == ("2026-11-20T06:30:00+00:00", "feed")


def test_a_date_without_a_zone_far_from_the_feeds_stands() -> None:
    assert dated(article(head=JSON_LD % "2026-11-10")) == ("2026-11-10T00:00:00+00:00", "json-ld")


@pytest.mark.parametrize("impossible", ["1970-01-01T00:00:00Z", "2036-01-01T00:00:00Z", "1694-01-01", "yesterday", "", "9" * 40])
def test_impossible_dates_are_passed_over(impossible: str) -> None:
    assert dated(article(head=JSON_LD % impossible)) == ("2026-11-20T06:30:00+00:00", "feed")


@pytest.mark.parametrize(
    "trap",
    [
        "<p>© 2026 Example Press</p>",
        "<p>© 2010–2023 Example Press</p>",
        "<p>Tuesday, 24 November 2026</p>",
        "<p>2023年9月13日</p>",
        "<footer><time datetime='2026-01-01'></time></footer>",
    ],
)
def test_a_footers_year_and_todays_clock_are_no_dates(trap: str) -> None:
    text = [paragraph * 3 for paragraph in TEXT]

    assert dated(article(text, tail=trap, beside="<p>24 November 2026, 10:02</p>"), Entry(url=URL)) == ("", "")


def test_a_day_at_the_articles_end_is_the_last_that_is_heard() -> None:
    page = article([paragraph * 2 for paragraph in TEXT], inside="<p class='date'>2026-11-03</p>")

    assert dated(page, Entry(url=URL)) == ("2026-11-03T00:00:00+00:00", "htmldate")


BYLINES = {  # as outlets write them beneath the headline: the moment, read as UTC where no zone is named
    "en": ("By Ana Ilić, 3 November 2026 at 2:05 pm EST", "2026-11-03T19:05:00+00:00"),
    "de": ("Di 03.11.26 | 14:05 Uhr | Von Ana Ilić", "2026-11-03T14:05:00+00:00"),
    "sr": ("Ана Илић, 3. новембар 2026. 14:05", "2026-11-03T14:05:00+00:00"),
    "sr-Latn": ("Objavljeno: utorak, 3. novembar 2026, 14.05h", "2026-11-03T14:05:00+00:00"),
    "ru": ("3 ноября 2026, 14:05 (МСК)", "2026-11-03T11:05:00+00:00"),
    "uk": ("Вівторок, 3 листопада 2026, 14:05", "2026-11-03T14:05:00+00:00"),
    "ko": ("입력 2026.11.03. 오후 2:05", "2026-11-03T14:05:00+00:00"),
    "ko, in words": ("2026년 11월 3일 오후 2시 5분", "2026-11-03T14:05:00+00:00"),
    "zh": ("2026年11月3日 14:05 来源:示例报", "2026-11-03T14:05:00+00:00"),
    "ja": ("2026年11月3日 14時05分", "2026-11-03T14:05:00+00:00"),
    "a day alone": ("2026年11月3日", "2026-11-03T00:00:00+00:00"),
}


@pytest.mark.parametrize("language", BYLINES)
def test_a_byline_tells_day_and_time_in_its_own_language(language: str) -> None:
    line, moment = BYLINES[language]
    page = article([paragraph * 2 for paragraph in TEXT]).replace("</h1>", f"</h1><div><span>{line}</span></div>")

    assert dated(page, Entry(url=URL)) == (moment, "byline")


def test_a_day_that_two_countries_read_differently_is_none() -> None:
    assert read_written("09/12/2026") is None
    assert read_written("13/09/2026") == Moment(datetime(2026, 9, 13, tzinfo=UTC))


@pytest.mark.parametrize(
    "other", [META % "2026-11-18T08:00:00+02:00", '<meta property="og:updated_time" content="2026-11-18T09:30+02:00">']
)
def test_a_date_without_its_zone_takes_it_from_the_pages_other_dates(other: str) -> None:
    page = article(head=other + JSON_LD % "2026-11-18 08:00:00.0")

    assert dated(page, Entry(url=URL))[0] == "2026-11-18T06:00:00+00:00"


def test_microdata_is_the_pages_own_word() -> None:
    page = article(
        head=META % "2026-11-19T08:00:00Z", beside="<div itemprop='datePublished' content='2026-11-18T08:00:00Z'>x</div>"
    )

    assert dated(page) == ("2026-11-18T08:00:00+00:00", "microdata")


def test_a_feeds_impossible_date_is_none() -> None:
    assert dated(article(), Entry(url=URL, published_at=SEEN + timedelta(days=3))) == ("", "")


def test_the_change_is_read_apart() -> None:
    page = article(head='<script type="application/ld+json">{"@type":"Article","dateModified":"2026-11-21T10:00:00Z"}</script>')

    found = read(page)

    assert (found.updated_at, found.published_at) == (datetime(2026, 11, 21, 10, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-24T10:00:00+0100", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24T10:00:00.1234567Z", "2026-11-24T10:00:00.123456+00:00"),
        ("2026-11-24 10:00:00 UTC", "2026-11-24T10:00:00+00:00"),
        ("2026-11-24 10:00 +0100", "2026-11-24T09:00:00+00:00"),
        ("2026-11-24T10:00+01:00[Europe/Belgrade]", "2026-11-24T09:00:00+00:00"),
        ("Tue, 24 Nov 2026 10:00:00 GMT", "2026-11-24T10:00:00+00:00"),
        ("Tue Nov 24 11:00:00 CET 2026", "2026-11-24T10:00:00+00:00"),
        (1795514400, "2026-11-24T10:00:00+00:00"),
        ("1795514400000", "2026-11-24T10:00:00+00:00"),
    ],
)
def test_machines_dates_are_read_with_their_slips(written: object, meant: str) -> None:
    moment = read_date(written)

    assert moment is not None
    assert (moment.at.isoformat(), moment.whole) == (meant, True)


@pytest.mark.parametrize(
    "written", [None, True, [], {}, "", "soon", float("nan"), float("inf"), 1e300, "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_date_gives_none(written: object) -> None:
    assert read_date(written) is None
