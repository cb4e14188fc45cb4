"""Feeds of every format, charset and fault, and the entries they announce."""

import codecs
import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry
from wirewatch.poll.parse import ParsedFeed, parse
from wirewatch.poll.text import is_link, plain, site_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "http://wire.example/news/feed.xml"
DATE = "<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>"


def read(body: str | bytes, content_type: str = "application/rss+xml") -> ParsedFeed:
    return parse(body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body, URL, content_type, NOW)


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    rows = "".join(f"<item>{item}</item>" for item in items)
    return f'{head}<rss version="2.0"><channel><title>Wire</title><link>http://wire.example/</link>{rows}</channel></rss>'


def item(title: str = "Kим у Русији", link: str = "http://wire.example/a", rest: str = DATE) -> str:
    return f"<title>{title}</title><link>{link}</link>{rest}"


def links(body: str | bytes, content_type: str = "application/rss+xml") -> list[str]:
    return [entry.url for entry in read(body, content_type).entries]


def test_an_rss_item_is_an_entry() -> None:
    found = read(rss(item(rest=f"{DATE}<description>&lt;p&gt;Текст&lt;/p&gt;</description>")))

    entry = found.entries[0]
    assert found.format == "rss20"
    assert (entry.url, entry.title, entry.summary) == ("http://wire.example/a", "Kим у Русији", "Текст")
    assert entry.published_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_atom_with_its_base_updated_mark_and_full_text() -> None:
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/a/"><title>W</title><id>x</id><entry><title>T</title><id>1</id>
        <link rel="alternate" href="./1.html"/><published>2026-11-23T10:00:00Z</published><updated>2026-11-23T12:00:00Z</updated>
        <content type="html">&lt;p&gt;Body&lt;/p&gt;</content></entry></feed>"""

    entry = read(body).entries[0]

    assert entry.url == "http://wire.example/a/1.html"
    assert entry.updated == "2026-11-23T12:00:00Z"
    assert entry.content == "<p>Body</p>"


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"url": "/a", "title": "T", "date_published": "2026-11-23"}, 7],
    }

    assert [(e.url, e.title) for e in read(json.dumps(feed)).entries] == [("http://wire.example/a", "T")]


NEWS = "<news:news><news:publication_date>2026-11-23</news:publication_date><news:title>T</news:title></news:news>"
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    f"<url><loc>http://wire.example/a</loc>{NEWS}</url><url><loc>http://wire.example/old</loc></url></urlset>"
)


@pytest.mark.parametrize("body", [SITEMAP.encode(), gzip.compress(SITEMAP.encode())])
def test_a_news_sitemap_gives_what_is_news_also_when_it_is_packed(body: bytes) -> None:
    found = read(body)

    assert [(entry.url, entry.title) for entry in found.entries] == [("http://wire.example/a", "T")]
    assert found.format == "sitemap"


def test_an_index_names_its_sitemaps_of_the_same_host() -> None:
    rows = "".join(
        f"<sitemap><loc>{u}</loc></sitemap>" for u in (URL, "http://wire.example/s1.xml", "http://other.example/s.xml")
    )

    assert read(f"<sitemapindex>{rows}</sitemapindex>").children == ("http://wire.example/s1.xml",)


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("/a/1.html", "http://wire.example/a/1.html"),
        ("../a/2.html", "http://wire.example/a/2.html"),
        ("//other.example/3", "http://other.example/3"),
        ("<![CDATA[\n http://wire.example/4 ]]>", "http://wire.example/4"),
    ],
)
def test_a_relative_link_is_resolved_against_the_feed(written: str, resolved: str) -> None:
    assert links(rss(item(link=written))) == [resolved]


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "file:///etc/passwd", "http://", "http://[::1",
        "http://wire.example/1&#13;&#10;X-Injected:&#32;1", "http://wire.example/" + "a" * 2048,
    ],
)  # fmt: skip
def test_a_link_that_can_not_be_asked_for_is_dropped(written: str) -> None:
    assert links(rss(item(link=written), item(link="/sound"))) == ["http://wire.example/sound"]


def test_a_guid_may_serve_as_link_if_it_is_one() -> None:
    body = rss(
        "<title>a</title><guid>http://wire.example/a</guid>",
        '<title>b</title><guid isPermaLink="false">http://wire.example/b</guid>',
        "<title>c</title><guid>12345</guid>",
    )

    assert links(body) == ["http://wire.example/a"]


def test_audio_is_no_article() -> None:
    assert links(rss('<title>e</title><enclosure url="http://wire.example/e.mp3" type="audio/mpeg" length="1"/>')) == []


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "windows-1251", ""),  # valid UTF-8 wins over any declaration
        ("cp1251", "", "windows-1251"),
        ("cp1251", "windows-1251", "utf-8"),
        ("utf-16", "utf-16", ""),
        ("utf-16-be", "utf-16", ""),
        ("koi8-r", "koi8-r", ""),
    ],
)
def test_a_charset_is_found_where_it_is_true(encoding: str, declared: str, header: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = rss(item("Лидер прибыл поездом в Россию"), head=head).encode(encoding)

    found = read(body, "text/xml" + (f"; charset={header}" if header else ""))

    assert found.entries[0].title == "Лидер прибыл поездом в Россию"


@pytest.mark.parametrize(("encoding", "declared", "title"), [("cp949", "euc-kr", "김정은"), ("gb18030", "gb2312", "新闻镕")])
def test_asian_charsets_are_read_as_browsers_do(encoding: str, declared: str, title: str) -> None:
    body = rss(item(title), head=f'<?xml version="1.0" encoding="{declared}"?>').encode(encoding)

    assert read(body).entries[0].title == title


def test_one_stray_byte_does_not_spoil_the_feed() -> None:
    body = rss(item("Владимир Путин")).encode().replace(b"</channel>", b"\xd0</channel>")

    assert read(body).entries[0].title == "Владимир Путин"


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF8 + b"\r\n\n  " + rss(item()).encode(),
        rss(item("Kим &nbsp; & &bogus; a<b")).encode(),
        rss(item(), item(link="/b"))[:-60].encode(),
        (rss(item()) + rss(item(link="/b"))).encode(),
        rss(item("Kим\x07\x00 \x1b[2J&#27;&#0; \ud83d &#xD800;")).encode("utf-8", "surrogatepass"),
    ],
    ids=["mark and blanks first", "unescaped", "cut", "two documents", "control characters and half a pair"],
)
def test_faults_keep_what_is_there(body: bytes) -> None:
    found = read(body)

    assert found.entries[0].url == "http://wire.example/a"
    assert "Kим" in found.entries[0].title
    assert not any(ord(char) < 32 for char in found.entries[0].title)


def test_a_title_escaped_twice_is_plain_text() -> None:
    assert plain("Bread &amp;amp; &lt;b&gt;roses&lt;/b&gt; &amp;#8212; 5 &amp;lt; 6", 100) == "Bread & roses — 5 < 6"


LAUGHS = '<!DOCTYPE rss [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip


def test_entities_are_not_expanded_and_nothing_is_read_for_them() -> None:
    outside = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY f SYSTEM "file:///etc/passwd">]>'

    for head, entity in ((LAUGHS, "&i;"), (outside, "&f;")):
        try:
            titles = [entry.title for entry in read(rss(item(f"Kим {entity}"), head=head)).entries]
        except Retry:
            titles = []
        assert all("lollol" not in title and "root:" not in title for title in titles)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", Reason.EMPTY),
        ("  \n", Reason.EMPTY),
        ("<html><head><title>Sign in</title></head><body><form></form></body></html>", Reason.NOT_A_FEED),
        ("{}", Reason.NOT_A_FEED),
        ('{"version": "https://jsonfeed.org/version/1"', Reason.NOT_A_FEED),
        ("<urlset><url><loc>http://wire.example/a</loc></url></urlset>", Reason.NOT_A_FEED),
        ("just text", Reason.NOT_A_FEED),
        (f"<!-- x -->\n<!doctype html>\n<HTML lang=sr>{rss(item())}", Reason.NOT_A_FEED),  # a page about feeds
        (gzip.compress(b" " * 16 * 1024 * 1024), Reason.TOO_LARGE),
        (b"\x1f\x8bbroken", Reason.ENCODING),
    ],
)
def test_what_is_no_feed_says_why(body: str | bytes, reason: Reason) -> None:
    with pytest.raises(Retry) as caught:
        read(body)

    assert caught.value.reason is reason


def test_an_empty_feed_is_fine() -> None:
    assert read(rss()).entries == ()


def test_no_more_than_two_thousand_entries_are_taken() -> None:
    assert len(read(rss(*(item(link=f"/{n}", rest="") for n in range(2100)))).entries) == 2000


def test_a_feed_may_wish_not_to_be_asked_so_often() -> None:
    hours = rss(item()).replace("<title>Wire</title>", "<title>Wire</title><ttl>120</ttl>")

    assert read(hours).ttl == 7200


EMPTY_JSON = json.dumps({"version": "https://jsonfeed.org/version/1", "items": []}).encode()
SOUND = [rss(item(), item(link="/b")).encode(), SITEMAP.encode(), EMPTY_JSON]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SOUND), st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=6)), max_size=8))
def test_a_spoiled_feed_is_read_or_refused_and_never_a_crash(body: bytes, changes: list[tuple[int, bytes]]) -> None:
    spoiled = bytearray(body)
    for place, new in changes:
        spoiled[place : place + len(new)] = new

    try:
        urls = [entry.url for entry in read(bytes(spoiled)).entries]
    except Retry:
        urls = []

    assert all(is_link(url) for url in urls)


def test_an_older_format_is_read_as_well() -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://wire.example/"/>
        <item rdf:about="http://wire.example/a"><title>Вест</title><link>/a</link><dc:date>2026-11-23T10:00+09:00</dc:date></item>
        </rdf:RDF>"""
    atom03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>Вест</title><link rel="alternate" href="/a"/>
        <issued>2026-11-23T10:00:00+09:00</issued></entry></feed>"""

    for body in (rdf, atom03):
        entry = read(body).entries[0]
        assert (entry.url, entry.title) == ("http://wire.example/a", "Вест")
        assert entry.published_at == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_full_text_is_found_wherever_outlets_put_it() -> None:
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:yandex="http://news.yandex.ru" '
        'xmlns:rambler="http://news.rambler.ru" xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
    )
    wordpress = item(rest="<content:encoded><![CDATA[<p>Текст</p>]]></content:encoded><wfw:commentRss>/c</wfw:commentRss>")
    yandex = item(link="/b", rest="<yandex:full-text>Полный текст</yandex:full-text>")
    rambler = item(link="/c", rest="<rambler:fulltext>Полный</rambler:fulltext>")
    teaser = item(link="/d", rest="<description>Најава</description>")
    whole = item(link="/e", rest=f"<description>{'Цео текст. ' * 200}</description>")

    found = read(rss(wordpress, yandex, rambler, teaser, whole).replace("<rss", f"<rss {spaces}"))

    assert [entry.content for entry in found.entries] == [
        "<p>Текст</p>",
        "Полный текст",
        "Полный",
        "",
        ("Цео текст. " * 200).strip(),
    ]
    assert found.odd.with_text == 4


def test_a_proxys_link_gives_way_to_the_articles_own() -> None:
    body = rss(
        item(link="http://feeds.proxy.example/~r/1", rest="<feedburner:origLink>http://wire.example/1</feedburner:origLink>")
    )

    found = read(body.replace("<rss", '<rss xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'))

    assert [entry.url for entry in found.entries] == ["http://wire.example/1"]


def test_an_item_that_comes_twice_counts_as_it_was_last_edited() -> None:
    dates = [f"<pubDate>Mon, 23 Nov 2026 {hour}:00:00 GMT</pubDate>" for hour in (10, 12)]
    body = rss(item("Прва верзија", rest=dates[0]), item("Друга верзија", rest=dates[1]), item(link="/b"))

    assert [entry.title for entry in read(body).entries] == ["Друга верзија", "Kим у Русији"]


def test_one_item_under_two_addresses_is_known_by_guid_and_title() -> None:
    rows = (item(f"Вест {n}", f"/{n}", f"<guid>tag:{n}</guid>") for n in range(30))
    again = item("Вест 7", "/sport/7", "<guid>tag:7</guid>")

    assert len(read(rss(*rows, again)).entries) == 30


def test_guids_that_repeat_tell_nothing() -> None:
    rows = (item("Најновије", f"/{n}", "<guid isPermaLink='false'>0</guid>") for n in range(10))

    found = read(rss(*rows))

    assert len(found.entries) == 10
    assert found.odd.repeated_guids == 9


def test_where_all_links_are_the_front_page_guids_that_are_addresses_take_their_place() -> None:
    rows = (item(f"Вест {n}", "http://wire.example/", f"<guid>http://wire.example/{n}</guid>") for n in range(10))

    found = read(rss(*rows))

    assert [entry.url for entry in found.entries] == [f"http://wire.example/{n}" for n in range(10)]
    assert found.odd.repeated_links == 9


def test_links_that_lead_elsewhere_and_dates_that_nobody_can_read_are_counted() -> None:
    rows = (
        item(link="http://ads.example/1", rest=""),
        item(link="http://m.wire.example/2", rest="<pubDate>13.09.2023 10:00</pubDate>"),
    )

    odd = read(rss(*rows)).odd

    assert (odd.items, odd.elsewhere, odd.undated, odd.unread_dates) == (2, 1, 1, 1)


def test_json_feeds_text_is_plain_and_its_full_text_is_kept() -> None:
    items = [
        {"id": "http://wire.example/a", "title": "Kим \x1b[2J\ud800", "content_text": "1 < 2\nдруги ред"},
        {"id": 2, "url": "/b", "content_html": "<p>Текст</p>", "date_modified": "2026-11-23T10:00:00Z"},
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "language": "sr", "title": "Wire", "items": items})

    found = read(body)

    assert (found.title, found.language) == ("Wire", "sr")
    assert [entry.title for entry in found.entries] == ["Kим [2J", ""]
    assert [entry.content for entry in found.entries] == ["<p>1 &lt; 2</p><p>други ред</p>", "<p>Текст</p>"]
    assert found.entries[1].published_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def urls(*rows: str) -> str:
    return f'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{"".join(rows)}</urlset>'


def news(link: str, published: str, more: str = "") -> str:
    about = f"<news:publication_date>{published}</news:publication_date><news:title>T</news:title>"
    return f"<url><loc>{link}</loc><news:news>{about}</news:news>{more}</url>"


def test_a_sitemaps_pictures_are_not_its_pages() -> None:
    image = (
        "<image:image xmlns:image='i'><image:loc>http://cdn.example/1.jpg</image:loc><image:title>I</image:title></image:image>"
    )

    found = read(urls(news("http://wire.example/a", "2026-11-23", image)))

    assert [(entry.url, entry.title) for entry in found.entries] == [("http://wire.example/a", "T")]


def test_of_fifty_thousand_pages_only_what_is_new_is_taken() -> None:
    old = (news(f"/{n}", "2026-10-01") for n in range(50_000))

    found = read(urls(*old, news("/new", "2026-11-24T09:00+01:00")))

    assert [entry.url for entry in found.entries] == ["http://wire.example/new"]


def test_of_too_many_new_pages_the_newest_are_taken() -> None:
    rows = (news(f"/{n}", f"2026-11-2{n % 4}") for n in range(4000))

    found = read(urls(*rows)).entries

    assert len(found) == 2000
    assert {str(entry.published_at)[:10] for entry in found} == {"2026-11-22", "2026-11-23"}


def test_a_news_sitemap_may_be_empty_at_night() -> None:
    assert read(urls()).entries == ()


def test_of_an_index_the_newest_sitemaps_are_followed_and_news_first() -> None:
    def child(name: str, lastmod: str) -> str:
        return f"<sitemap><loc>http://www.wire.example/{name}.xml</loc><lastmod>{lastmod}</lastmod></sitemap>"

    rows = [child(f"posts-{n}", f"2026-11-{n:02}") for n in range(10, 24)]
    rows += [child("posts-news", "2026-11-01"), child("stale", "2025-01-01")]

    found = read(f"<sitemapindex>{''.join(rows)}</sitemapindex>").children

    names = ["posts-news", "posts-23", "posts-22", "posts-21", "posts-20"]
    assert found == tuple(f"http://www.wire.example/{name}.xml" for name in names)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://feeds.rts.rs:8443/x", "rts.rs"),
        ("http://a.github.io/", "a.github.io"),
        ("http://www.xn--b1agj9af.xn--p1ai/", "вести.рф"),
        ("http://www.вести.рф/", "вести.рф"),
        ("http://127.0.0.1:8080/x", "127.0.0.1:8080"),
        ("http://user:pw@intranet/x", "intranet"),
        ("http://[", ""),
    ],
)
def test_a_site_is_its_registered_domain(url: str, site: str) -> None:
    assert site_of(url) == site
