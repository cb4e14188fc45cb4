"""The sample site behaves as real outlets do, at a port each, and for the same `now` always the same."""

import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from importlib import resources
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest
import yaml
from protego import Protego

from wirewatch.demo.sample import Outlet, SampleArticle, outlets, published_at
from wirewatch.demo.site import SampleSite
from wirewatch.settings.schema import FeedsFile
from wirewatch.settings.watches import WatchesFile

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FEEDS = [(outlet, path) for outlet in outlets() for path in outlet.feeds]
PAGES = [(outlet, article) for outlet in outlets() for article in outlet.articles]


@pytest.fixture(scope="module")
def site() -> Iterator[SampleSite]:
    """The site of all tests that only read."""
    with SampleSite(NOW) as running:
        yield running


@pytest.fixture
def own_site() -> Iterator[SampleSite]:
    with SampleSite(NOW) as running:
        yield running


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def outlet_of(slug: str) -> Outlet:
    return next(outlet for outlet in outlets() if outlet.slug == slug)


def edited() -> SampleArticle:
    return next(article for _, article in PAGES if article.second)


def slug(value: object) -> str:
    return value if isinstance(value, str) else str(getattr(value, "slug", ""))


@pytest.mark.parametrize(("outlet", "path"), FEEDS, ids=slug)
def test_feeds_are_well_formed_and_announce_every_article_with_its_time(
    site: SampleSite, http: httpx.Client, outlet: Outlet, path: str
) -> None:
    answer = http.get(site.base(outlet) + path)
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})

    articles = outlet.in_feed(path)
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [article.first.title for article in articles]
    assert [urlsplit(entry.link).path for entry in feed.entries] == [article.path for article in articles]
    announced = [timegm(entry.published_parsed) for entry in feed.entries]
    assert announced == [published_at(article, NOW).timestamp() for article in articles]


def test_two_outlets_write_atom_and_one_an_older_charset(site: SampleSite, http: httpx.Client) -> None:
    types = [http.get(site.base(outlet) + "/feed.xml").headers["content-type"] for outlet in outlets()]

    assert sum("atom" in kind for kind in types) == 2
    assert sum("windows-1251" in kind for kind in types) == 1


@pytest.mark.parametrize(("outlet", "article"), PAGES, ids=slug)
def test_pages_carry_the_whole_text_its_date_and_what_stands_around_it(
    site: SampleSite, http: httpx.Client, outlet: Outlet, article: SampleArticle
) -> None:
    answer = http.get(site.article_url(article))
    page = answer.content.decode(outlet.charset)

    found = [unescape(paragraph) for paragraph in re.findall(r"<p>(.*?)</p>", page)]
    assert [paragraph for paragraph in found if paragraph in article.first.paragraphs] == list(article.first.paragraphs)
    assert f'<link rel="canonical" href="{site.article_url(article)}">' in page
    assert published_at(article, NOW).astimezone(outlet.zone).isoformat() in page
    assert f"charset={outlet.charset}" in answer.headers["content-type"]
    assert page.count("<li><a href=") > len(outlet.words["nav"])
    assert outlet.words["cookies"] in page
    assert all(comment["said"] in unescape(page) for comment in outlet.words["comments"])


def test_pages_come_in_three_kinds() -> None:
    assert len({outlet.template for outlet in outlets()}) == 3


@pytest.mark.parametrize(("outlet", "path"), FEEDS, ids=slug)
def test_what_has_not_changed_is_answered_with_304(site: SampleSite, http: httpx.Client, outlet: Outlet, path: str) -> None:
    url = site.base(outlet) + path
    first = http.get(url)

    by_etag = http.get(url, headers={"If-None-Match": first.headers["etag"]})
    by_time = http.get(url, headers={"If-Modified-Since": first.headers["last-modified"]})
    other_etag = http.get(url, headers={"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]})

    assert (first.status_code, by_etag.status_code, by_time.status_code, other_etag.status_code) == (200, 304, 304, 200)
    assert by_etag.content == b""


def test_a_date_that_is_none_is_no_condition(site: SampleSite, http: httpx.Client) -> None:
    assert http.get(site.url, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_the_edited_article_changes_in_feed_and_page_and_nothing_else_does(own_site: SampleSite, http: httpx.Client) -> None:
    site = own_site
    article = edited()
    assert article.second
    urls = [site.base(outlet) + path for outlet, path in FEEDS] + [site.article_url(each) for _, each in PAGES]
    before = {url: http.get(url) for url in urls}

    site.advance()

    for condition, validator in (("if-none-match", "etag"), ("if-modified-since", "last-modified")):
        after = {url: http.get(url, headers={condition: before[url].headers[validator]}) for url in urls}
        changed = {url for url in urls if after[url].status_code == 200}
        feed = site.base(outlet_of(article.outlet)) + "/feed.xml"
        neighbours = {site.article_url(each) for each in outlet_of(article.outlet).articles}
        assert {feed, site.article_url(article)} <= changed <= neighbours | {feed}  # neighbours show its new headline
        assert article.second.title in after[feed].text
        assert article.second.paragraphs[0] in unescape(after[site.article_url(article)].text)
        assert article.first.title not in after[feed].text


def test_the_second_address_of_an_article_leads_to_the_same_page(site: SampleSite, http: httpx.Client) -> None:
    outlet, article = next((outlet, article) for outlet, article in PAGES if article.tracked)
    links = [entry.link for path in outlet.feeds for entry in feedparser.parse(http.get(site.base(outlet) + path).text).entries]

    addresses = sorted({link for link in links if article.path in link})

    assert addresses == [site.article_url(article), f"{site.article_url(article)}?{article.tracked}"]
    assert http.get(addresses[0]).content == http.get(addresses[1]).content


def test_robots_closes_one_announced_article(site: SampleSite, http: httpx.Client) -> None:
    closed = []
    for outlet in outlets():
        robots = Protego.parse(http.get(site.base(outlet) + "/robots.txt").text)
        closed += [article.slug for article in outlet.articles if not robots.can_fetch(site.article_url(article), "wirewatch")]

    assert closed == ["vostochny-briefing"]


def test_each_outlet_is_a_host_of_its_own_and_knows_only_its_own_pages(site: SampleSite, http: httpx.Client) -> None:
    first, second = outlets()[:2]

    assert len({site.base(outlet) for outlet in outlets()}) == len(outlets())
    assert http.get(site.base(second) + first.articles[0].path).status_code == 404


def test_the_site_remembers_what_it_was_asked(own_site: SampleSite, http: httpx.Client) -> None:
    http.get(own_site.url + "robots.txt?x=1", headers={"User-Agent": "wirewatch", "Cookie": "a=b"})

    assert own_site.requests == [("/robots.txt?x=1", {"host": urlsplit(own_site.url).netloc, "user-agent": "wirewatch"})]


def test_its_feeds_file_is_valid_and_complete(site: SampleSite, http: httpx.Client) -> None:
    file = FeedsFile.model_validate(yaml.safe_load(site.feeds_yaml()))

    assert [source.name for source in file.sources] == [outlet.name for outlet in outlets()]
    urls = [feed.url for source in file.sources for feed in source.feeds]
    assert len(urls) == len(FEEDS)
    assert {http.get(url).status_code for url in urls} == {200}


def test_the_demos_watches_are_valid() -> None:
    text = (resources.files("wirewatch.demo") / "config" / "watches.yaml").read_text(encoding="utf-8")

    watches = WatchesFile.model_validate(yaml.safe_load(text)).watches

    assert len(watches) == 4
    assert any(watch.topic == "russia-north-korea" for watch in watches)
    assert any(set(watch.entities) == {"kim-jong-un", "vladimir-putin"} for watch in watches)


def test_the_newest_article_is_from_now() -> None:
    began = datetime.now(UTC)

    site = SampleSite()

    newest = max(published_at(article, site.now) for _, article in PAGES)
    assert began - timedelta(minutes=30) < newest < datetime.now(UTC)


def test_stopping_does_not_wait_for_clients_that_stay_connected(http: httpx.Client) -> None:
    site = SampleSite(NOW)
    site.start()
    url = site.url
    http.get(url)

    site.stop()

    with pytest.raises(httpx.TransportError):
        http.get(url)
