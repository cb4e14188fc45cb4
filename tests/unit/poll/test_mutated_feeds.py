"""Feeds spoiled in every way that feeds are: each is read or refused, in bounds, and nothing unsafe comes out of it."""

import gzip
import json
import random
import re
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from wirewatch.demo import wires
from wirewatch.demo.sample import outlets
from wirewatch.errors import Retry
from wirewatch.poll.items import ENTRIES
from wirewatch.poll.parse import ParsedFeed, parse
from wirewatch.poll.text import CONTENT, SUMMARY, TITLE, is_link

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "http://wire.example/feed"
QUICK, ALL = 32, 640  # feeds a run
CPU_SECONDS, MEMORY_BYTES = 10.0, 200_000_000  # of one feed below 256 KB; larger ones are parsed where they can be killed
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
Mutation = Callable[[random.Random, bytes], bytes]


@cache
def sound() -> list[bytes]:
    """The sample's feeds in RSS and Atom, and the same news as RDF, RSS 0.91, Atom 0.3, JSON Feed and sitemap."""
    made = [wires.feed(outlet, outlet.feeds[0], URL, NOW, edited=False) for outlet in outlets()]
    titles = [
        "Kим и Путин састали се",
        "Лидер прибыл поездом",
        "김정은 위원장 러시아 도착",
        "金正恩抵达俄罗斯",
        "Kim meets Putin",
    ]
    rdf = "".join(f'<item rdf:about="{URL}/{n}"><title>{t}</title><link>{URL}/{n}</link></item>' for n, t in enumerate(titles))
    old = "".join(f"<item><title>{t}</title><link>{URL}/{n}</link></item>" for n, t in enumerate(titles))
    atom = "".join(
        f'<entry><title>{t}</title><link href="{n}"/><issued>2026-11-23T10:00:00Z</issued></entry>' for n, t in enumerate(titles)
    )
    urls = "".join(
        f"<url><loc>{URL}/{n}</loc><n:news><n:title>{t}</n:title><n:publication_date>2026-11-23</n:publication_date></n:news></url>"
        for n, t in enumerate(titles)
    )
    items = [{"id": str(n), "url": f"/{n}", "title": t, "content_html": f"<p>{t}</p>"} for n, t in enumerate(titles)]
    texts = [
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">{rdf}</rdf:RDF>',
        f'<?xml version="1.0"?><!DOCTYPE rss SYSTEM "rss-0.91.dtd"><rss version="0.91"><channel>{old}</channel></rss>',
        f'<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:base="{URL}/">{atom}</feed>',
        f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>',
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}),
    ]
    return [*made, *(text.encode() for text in texts)]


def somewhere(dice: random.Random, body: bytes) -> int:
    return dice.randrange(len(body) + 1)


def put(dice: random.Random, body: bytes, piece: bytes) -> bytes:
    at = somewhere(dice, body)
    return body[:at] + piece + body[at:]


def in_title(dice: random.Random, body: bytes, piece: bytes) -> bytes:
    return body.replace(b"<title>", b"<title>" + piece)


MUTATIONS: dict[str, Mutation] = {
    "cut": lambda dice, body: body[: somewhere(dice, body)],
    "head cut off": lambda dice, body: body[somewhere(dice, body) :],
    "a byte turned": lambda dice, body: put(dice, body, bytes([dice.randrange(256)])),
    "a stretch lost": lambda dice, body: body[: (at := somewhere(dice, body))] + body[at + dice.randrange(400) :],
    "noise within": lambda dice, body: put(dice, body, dice.randbytes(dice.randrange(1, 200))),
    "another charset declared": lambda dice, body: re.sub(
        rb'encoding="[^"]+"', f'encoding="{dice.choice(["utf-16", "koi8-r", "x-none", "utf-7", "hex", "idna"])}"'.encode(), body
    ),
    "in UTF-16": lambda dice, body: body.decode("utf-8", "replace").encode("utf-16"),
    "in UTF-32": lambda dice, body: body.decode("utf-8", "replace").encode("utf-32"),
    "two charsets": lambda dice, body: body + "Ћирилица".encode("cp1251"),
    "nested": lambda dice, body: put(dice, body, b"<item>" * dice.randrange(1, 20_000)),
    "nested and closed": lambda dice, body: put(dice, body, b"<div>" * 5_000 + b"</div>" * 5_000),
    "a huge attribute": lambda dice, body: put(dice, body, b'<link href="' + b"a" * 100_000 + b'"/>'),
    "thousands of attributes": lambda dice, body: put(
        dice, body, b"<item " + b" ".join(b'a%d="1"' % n for n in range(5_000)) + b"/>"
    ),
    "control characters": lambda dice, body: in_title(dice, body, b"\x00\x07\x1b[2J\x9b31m"),
    "control characters as references": lambda dice, body: in_title(dice, body, b"&#27;[2J&#xD800;&amp;#27;&amp;amp;#155;"),
    "tags doubled": lambda dice, body: body.replace(b"<title>", b"<title><title>").replace(b"<link>", b"<link><link>"),
    "closing tags lost": lambda dice, body: re.sub(rb"</\w+>", lambda m: m[0] if dice.random() < 0.7 else b"", body),
    "open comment": lambda dice, body: put(dice, body, b"<!--"),
    "comments": lambda dice, body: put(dice, body, b"<!-- - -->" * 190),
    "CDATA left open": lambda dice, body: put(dice, body, b"<![CDATA["),
    "ampersands": lambda dice, body: body.replace(b" ", b" & &bogus; &nbsp; "),
    "entities": lambda dice, body: b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + in_title(dice, body, b"&b;"),
    "document types": lambda dice, body: b"<!DOCTYPE[ ]" * 20_000 + put(dice, body, b"<!DOCTYPE[" * 2_000),
    "twice": lambda dice, body: body + body,
    "items again and again": lambda dice, body: re.sub(rb"(<item>.*</item>)", rb"\1\1\1\1", body, flags=re.DOTALL),
    "packed": lambda dice, body: gzip.compress(body),
    "packed and cut": lambda dice, body: gzip.compress(body)[: -dice.randrange(1, 40)],
    "other namespaces": lambda dice, body: body.replace(b"xmlns", b"xmlns:x"),
    "capitals": lambda dice, body: body.upper(),
    "dates of nowhere": lambda dice, body: re.sub(rb"202\d", dice.choice([b"0000", b"99999", b"-1", b"\xd9\xa2"]), body),
    "links of another kind": lambda dice, body: body.replace(b"http://", dice.choice([b"javascript:", b"http://[", b"//", b"http://a..b:99999/"])),
    "right to left": lambda dice, body: in_title(dice, body, "\u202e\u2066".encode()),
    "no items": lambda dice, body: re.sub(rb"<(item|entry)", b"<nothing", body),
}  # fmt: skip


def spoiled(n: int) -> tuple[str, bytes]:
    """The n-th spoiled feed, the same in every run, with what was done to it."""
    dice, kinds, feeds = random.Random(n), list(MUTATIONS), sound()
    done = [kinds[n % len(kinds)], *dice.sample(kinds, dice.randrange(3))]
    body = feeds[n // len(kinds) % len(feeds)] if n < len(kinds) * len(feeds) else dice.choice(feeds)
    for kind in done:
        body = MUTATIONS[kind](dice, body)
    return ", ".join(done), body


def outcome(body: bytes) -> ParsedFeed | None:
    try:
        return parse(body, URL, "application/xml", NOW)
    except Retry:
        return None


@pytest.mark.parametrize(
    "numbers", [range(QUICK), pytest.param(range(QUICK, ALL), marks=pytest.mark.long)], ids=["some", "the rest"]
)
def test_a_spoiled_feed_is_read_or_refused_and_gives_nothing_unsafe(numbers: range) -> None:
    for n in numbers:
        what, body = spoiled(n)

        found = outcome(body)

        for entry in found.entries if found else ():
            said = f"{entry.title}{entry.summary}{entry.content}{entry.updated}"
            assert is_link(entry.url), (n, what)
            assert not UNSAFE.search(said), (n, what, said)
            assert "haha" not in said, (n, what)
            assert max(len(entry.title) - TITLE, len(entry.summary) - SUMMARY, len(entry.content) - CONTENT) <= 0, (n, what)
            assert entry.published_at is None or entry.published_at <= NOW + timedelta(days=1), (n, what)
        assert not found or len(found.entries) <= ENTRIES, (n, what)


@pytest.mark.long
def test_a_spoiled_feed_takes_bounded_time_and_memory() -> None:
    for n in range(0, ALL, 7):
        what, body = spoiled(n)
        body = body[: 256 * 1024]
        tracemalloc.start()
        began = time.process_time()

        outcome(body)

        took, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert took < CPU_SECONDS, (n, what, took)
        assert peak < MEMORY_BYTES, (n, what, peak)


def test_the_sound_feeds_are_read_whole() -> None:
    found = [outcome(body) for body in sound()]

    assert all(feed and len(feed.entries) >= 5 for feed in found)
