"""Feeds of every format, charset and fault, and the entries they announce."""

import codecs
import gzip
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry
from wirewatch.poll.parse import ParsedFeed, is_link, parse, plain

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
