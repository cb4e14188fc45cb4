"""Where a site's feeds may be."""

import pytest

from wirewatch.poll.discover import LINKS, about, feed_links, language_tag, sitemaps_of, usual_places

URL = "https://www.vesti.example/section/index.html"


def found(page: str) -> list[str]:
    return feed_links(page, URL)[0]


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', "https://www.vesti.example/rss"),
        ("<LINK HREF=feed.xml TYPE=application/atom+xml REL='Alternate'>", "https://www.vesti.example/section/feed.xml"),
        ('<link rel="alternate" type="application/feed+json; charset=utf-8" href="/a?b=1&amp;c=2"/>', "https://www.vesti.example/a?b=1&c=2"),
        ('<base href="/x/"><link rel=alternate type=text/xml href=rss>', "https://www.vesti.example/x/rss"),
        ('<link\nrel="alternate"\ntype="application/rss+xml"\nhref="//feeds.vesti.example/1#top">', "https://feeds.vesti.example/1"),
        ('<a class="i" href="/rss/">RSS</a>', "https://www.vesti.example/rss/"),
    ],
)  # fmt: skip
def test_a_feed_is_named_by_a_link_or_an_anchor(tag: str, address: str) -> None:
    assert found(tag) == [address]


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="stylesheet" type="text/css" href="/rss.css">',
        '<link rel="alternate" hreflang="en" href="/en/">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/2">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="alternate" type="application/rss+xml" title="Коментари" href="/k">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="http://[::1">',
        '<a href="/feedback">Пишите нам</a>',
        '<a href="/news/2026/rsd-kurs">Курс</a>',
    ],
)
def test_other_links_are_none(tag: str) -> None:
    assert found(tag) == []


def test_link_tags_come_before_anchors_and_no_page_gives_more_than_a_dozen() -> None:
    anchors = "".join(f'<a href="/{n}/rss">x</a>' for n in range(100_000))

    links = found(anchors + '<link rel="alternate" type="application/rss+xml" href="/late">')

    assert len(links) == LINKS
    assert links[0] == "https://www.vesti.example/0/rss"  # a link tag behind the first megabyte isn't read


def test_other_sites_feeds_are_named_and_not_followed() -> None:
    tag = '<link rel="alternate" type="application/rss+xml" href="https://feeds.proxy.test/vesti">'

    assert feed_links(tag, URL) == ([], ["https://feeds.proxy.test/vesti"])


def test_a_megabyte_of_open_tags_takes_linear_time() -> None:
    assert found("<link " * 200_000) == []
    assert found('<a href="' * 100_000) == []


def test_robots_txts_sitemaps_of_the_same_site_are_taken_news_first() -> None:
    lines = ["https://www.vesti.example/s.xml", "https://other.test/news.xml", "https://vesti.example/news.xml", "/relative"]

    assert sitemaps_of(lines, URL) == ["https://vesti.example/news.xml", "https://www.vesti.example/s.xml"]


def test_the_usual_places_are_below_the_root_and_the_pages_folder() -> None:
    assert usual_places(URL, ["rss"]) == ["https://www.vesti.example/rss", "https://www.vesti.example/section/rss"]


def test_a_page_says_whose_it_is_and_in_which_language() -> None:
    assert about('<html lang="sr-Cyrl"><meta property="og:site_name" content="Вести &amp; син">') == ("Вести & син", "sr-Cyrl")
    assert about("<html lang='српски'><p>") == ("", "")
    assert [language_tag(text) for text in ("sr_RS", " uk ", "x", "en-US-oxford dictionary")] == ["sr-RS", "uk", "", ""]
