"""Subscriptions of other readers, sound and broken, and ours for them."""

import pytest

from wirewatch.errors import UserError
from wirewatch.model import Feed, Source
from wirewatch.poll.opml import BYTES, opml_of, read_opml


def opml(outlines: str, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<opml version="1.0"><head><title>x</title></head><body>{outlines}</body></opml>'.encode()


def feed(url: str, text: str = "Вести", home: str = "") -> str:
    return f'<outline type="rss" text="{text}" xmlUrl="{url}" htmlUrl="{home}"/>'


def test_folders_within_folders_give_their_feeds_each_once() -> None:
    inner = f'<outline text="Србија">{feed("http://a.example/rss", "А")}{feed("http://b.example/rss", "Б")}</outline>'
    body = opml(f'<outline text="Свет">{inner}{feed("http://a.example/rss", "А опет")}</outline>')

    found = read_opml(body)

    assert [(source.name, [each.url for each in source.feeds]) for source in found] == [
        ("А", ["http://a.example/rss"]),
        ("Б", ["http://b.example/rss"]),
    ]


def test_the_feeds_of_one_site_are_one_source_and_no_two_have_one_name() -> None:
    rows = feed("http://feeds.proxy.example/1", "Вести", "http://www.a.example/") + feed("http://rss.a.example/2", "Спорт")
    other = feed("http://b.example/", "Вести")

    found = read_opml(opml(rows + other))

    assert [(source.name, len(source.feeds)) for source in found] == [("Вести", 2), ("Вести (b.example)", 1)]


def test_what_is_no_address_on_the_web_is_left_out_and_said() -> None:
    left_out: list[str] = []

    (source,) = read_opml(opml(feed("ftp://a.example/rss") + feed("http://b.example/rss") + feed("")), left_out)

    assert [each.url for each in source.feeds] == ["http://b.example/rss"]
    assert left_out == ["ftp://a.example/rss"]


@pytest.mark.parametrize(
    "body",
    [
        opml(feed("http://a.example/rss?x=1&y=2", "Вести &nbsp; &eacute; & &bogus;")),
        opml(feed("http://a.example/rss?x=1&amp;y=2", "В")).replace(b"</body></opml>", b""),
        opml('<outline text="x">' + feed("http://a.example/rss?x=1&amp;y=2", "В")),
        opml(feed("http://a.example/rss?x=1&amp;y=2").replace("xmlUrl", "XMLURL").replace("<outline", "<OUTLINE")),
        opml(feed("http://a.example/rss?x=1&amp;y=2"), '<?xml version="1.0"?><!DOCTYPE opml SYSTEM "http://127.0.0.1:1/x.dtd">'),
        opml(feed("http://a.example/rss?x=1&amp;y=2")).decode().encode("utf-16"),
        opml(feed("http://a.example/rss?x=1&amp;y=2"), "").decode().encode("cp1251"),
    ],
    ids=["HTML's entities", "cut", "left open", "capitals", "a DTD", "UTF-16", "windows-1251"],
)
def test_a_broken_file_is_read_as_far_as_it_can_be(body: bytes) -> None:
    (source,) = read_opml(body)

    assert [each.url for each in source.feeds] == ["http://a.example/rss?x=1&y=2"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no OPML"),
        (b"<html><body><a href='x'>x</a></body></html>", "no OPML"),
        (opml(""), "holds no feeds"),
        (opml(feed("javascript:alert(1)") + feed("file:///etc/passwd") + feed("")), "holds no feeds"),
        (opml("<outline>" * 100_000 + feed("http://a.example/")), "holds no feeds"),
        (opml(feed("http://a.example/", "&b;"), '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'), "defines entities"),
        (b" " * (BYTES + 1), "larger than"),
    ],
    ids=["empty", "a page", "no feeds", "no addresses", "too deep", "entities", "too large"],
)
def test_what_is_none_or_does_harm_is_refused_in_a_line(body: bytes, why: str) -> None:
    with pytest.raises(UserError, match=why):
        read_opml(body)


def test_ours_comes_back_with_all_that_feeds_yaml_says() -> None:
    first = Source(
        name='Лист & "син" <1>',
        home="http://a.example/",
        country="rs",
        language="sr-Latn",
        feeds=(Feed(url="http://a.example/rss?x=1&y=2", every=300.0), Feed(url="http://b.example/")),
    )
    second = Source(name="Други", feeds=(Feed(url="http://a.example/other"),))

    assert read_opml(opml_of([first, second]).encode()) == [first, second]
