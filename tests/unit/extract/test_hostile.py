"""Pages that break parsers: each has an outcome, none is lost without a word."""

from typing import Any

import pytest

from tests.unit.extract.pages import TEXT, article, read
from wirewatch.errors import Reason, Skip
from wirewatch.extract.limits import MAX_CHARACTERS, MAX_TAG
from wirewatch.model import Entry

PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in TEXT)


def reason(page: str | bytes) -> Reason:
    with pytest.raises(Skip) as caught:
        read(page)
    return caught.value.reason


@pytest.mark.parametrize("page", ["", " \n\t ", "\ufeff", "<!-- nothing -->"])
def test_an_empty_page_is_empty(page: str) -> None:
    assert reason(page) in (Reason.EMPTY, Reason.NOT_HTML)


@pytest.mark.parametrize(
    "page",
    [
        b"%PDF-1.7\n" + bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20,
        b'{"html": "<p>' + b"text " * 200 + b'"}',
        b"plain text, " * 100,
        b"<?xml version='1.0'?><!-- a feed --><rss><channel><title>News</title></channel></rss>",
        b"<!DOCTYPE rss [<!ENTITY a 'b'>]>\n<feed xmlns='http://www.w3.org/2005/Atom'></feed>",
        b"<urlset><url><loc>https://example.org/</loc></url></urlset>",
        b"<rdf:RDF xmlns='x'></rdf:RDF>",
    ],
)
def test_what_is_no_html_is_not_read_as_html(page: bytes) -> None:
    assert reason(page) == Reason.NOT_HTML


@pytest.mark.parametrize(
    "page",
    [
        "<html><body><p>Page not found.</p></body></html>",
        "<html><body>" + "<p><img src='/i.jpg' alt=''></p>" * 40 + "<p>Forty pictures, ours</p></body></html>",
        "<html><head><meta http-equiv='refresh' content='0; url=/a'></head><body></body></html>",
    ],
)
def test_a_page_without_a_text_is_no_article(page: str) -> None:
    assert reason(page) == Reason.NOT_ARTICLE


@pytest.mark.parametrize(
    "damage",
    [
        {"inside": "<![CDATA[ never closed"},
        {"tail": "<!-- never closed"},
        {"tail": "<script>var a = '"},
        {"tail": '<a href="never closed>x</a>'},
        {"tail": "<div>" * 5_000},
        {"tail": "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</div>"},
        {"tail": "<div " + " ".join(f"a{n}='<>'" for n in range(100_000)) + ">x</div>"},
        {"tail": ("<i " + " ".join(f"a{n}" for n in range(9_000)) + ">x</i>") * 20},
        {"inside": f"<img alt='' src='data:image/png;base64,{'A' * 12_000_000}'>"},
        {"inside": f"<div data-state='{'<b>x</b>' * 600_000}'>x</div>"},
        {"inside": "<svg>" + "<path d='M0 0'/>" * 300_000 + "</svg>"},
        {"tail": f"<script>var state = '{'x' * 5_000_000}'</script><!-- {'x' * 5_000_000} -->"},
        {"head": f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{"x" * 5_000_000}"}}</script>'},
        {"inside": f"<img alt='' src='data:image/png;base64,{'A' * 1_000_000}'>"},
        {"inside": f"<div class='{'x ' * 20_000}'>x</div>"},
        {"inside": "<p>" + "<a href=x>abc</a> t " * 5_000 + "</p>"},
        {"tail": "<h1>x</h1>" * 6_000},
        {"inside": "<table><tr><td colspan='9007199254740991' rowspan='9007199254740991'>x</td></tr></table>"},
        {"head": '<script type="application/ld+json">' + "[" * 100_000 + "</script>"},
        {"head": '<script type="application/ld+json">{"@type":"NewsArticle","headline":"' + "x" * 600_000 + '"}</script>'},
        {"head": '<script type="application/ld+json">{"@type":["Article"],"author":[[{"name":{}}],7],"headline":[]}</script>'},
        {"head": "<meta name='author' content='x'>" * 5_000},
        {"inside": "<time datetime='2020'>x</time>" * 2_000},
    ],
)  # fmt: skip
def test_damage_beside_an_article_costs_none_of_it(damage: dict[str, Any]) -> None:
    body = read(article(**damage)).body

    assert all(paragraph in body for paragraph in TEXT)


def test_what_a_page_too_long_declares_in_few_words_is_read_all_the_same() -> None:
    declared = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Mira Kos"}}</script>'

    assert read(article(head=declared, tail=f"<script>{'x' * 5_000_000}</script>")).authors == ("Mira Kos",)


def test_null_bytes_in_the_text_vanish() -> None:
    assert TEXT[0] in read(article().replace("the ", "the \0")).body


def test_a_lone_surrogate_does_not_cut_the_page() -> None:
    body = read(article().replace("the mayor", "the &#xD800;mayor").encode("utf-8", "surrogatepass")).body

    assert TEXT[-1] in body
    body.encode()


def test_nesting_beyond_the_parsers_limit_loses_nothing() -> None:
    body = read("<html><body>" + "<div>" * 400 + PARAGRAPHS + "</div>" * 400 + "</body></html>").body

    assert all(paragraph in body for paragraph in TEXT)


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td"])
def test_nesting_beyond_every_limit_is_left_out(tag: str) -> None:
    body = read("<html><body>" + f"<{tag}>" * 20_000 + PARAGRAPHS).body

    assert all(paragraph in body for paragraph in TEXT)


def test_more_elements_than_can_be_read_in_time_are_refused() -> None:
    assert reason("<html><body>" + "<br>x" * 61_000) == Reason.EXTRACT_LIMIT


def test_more_text_than_any_article_is_refused() -> None:
    assert reason("<p>" + "x" * MAX_CHARACTERS) == Reason.EXTRACT_LIMIT


def test_a_page_that_is_one_tag_without_end_is_refused() -> None:
    assert reason("<a " * 10_000) == Reason.EXTRACT_LIMIT


def test_a_tag_is_too_long_only_beyond_the_limit() -> None:
    page = article(
        inside=f"<p class='{'x' * (MAX_TAG - 20)}'>Kept all the same, odd as it is to write so long a class, and more of it.</p>"
    )

    assert "Kept all the same" in read(page).body


def test_a_nav_that_is_never_closed_swallows_no_article() -> None:
    long = [paragraph * 3 for paragraph in TEXT]

    assert TEXT[0] in read(article(long).replace("<header>", "<header><nav><ul><li>Home</li>")).body


def test_titles_and_names_of_any_length_are_bounded() -> None:
    found = read(article(head=f"<meta name='author' content='{'x' * 5000}'>", title="y" * 50_000))

    assert len(found.title) <= 1_000
    assert found.authors == ()


def test_the_body_is_bounded() -> None:
    paragraphs = "".join(f"<p>{number} {'word ' * 20_000}</p>" for number in range(8))

    assert len(read(f"<html><body>{paragraphs}").body) == 500_000


def test_a_line_of_a_million_characters_is_no_paragraph() -> None:
    with pytest.raises(Skip) as caught:
        read("<html><body><p>" + "word " * 200_000)

    assert caught.value.reason is Reason.NOT_ARTICLE


@pytest.mark.parametrize(
    "many",
    [
        "<h2>A headline of some length that is not the page's own</h2>" * 20_000,
        "<div class=author>By nobody in particular who could be named</div>" * 20_000,
        "<table><tr><td>" * 200 + "cell" + "</td></tr></table>" * 200,
        "<time>10:05</time>" * 20_000,
        "<p>3 November 2026, 14:05</p>" * 3_000,
    ],
    ids=["headings", "bylines", "nested tables", "times", "datelines"],
)
def test_what_comes_by_the_thousand_beside_an_article_costs_none_of_it(many: str) -> None:
    text = [paragraph * 3 for paragraph in TEXT]

    assert read(article(text, beside=f"<div>{many}</div>")).body.split("\n")[-len(text) :] == text


def test_the_same_page_always_gives_the_same_extract() -> None:
    entry = Entry(url="https://example.org/", title="Bridge")

    assert read(article(), entry=entry) == read(article(), entry=entry)
