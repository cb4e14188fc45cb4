"""What a person is told: readable in each format, and harmless whatever the page said."""

import re
from datetime import UTC, datetime

import pytest

from wirewatch.model import Message
from wirewatch.watch import digests, mails, messages
from wirewatch.watch.channels import address_key, shown
from wirewatch.watch.messages import HTML, MARKDOWN, TEXT, Style

HOSTILE = (
    "<img src=x onerror=alert(1)> [click](javascript:alert(1)) *b* @everyone <!channel|all> \x1b[31m\u202e",
    "# head [a](http://evil.example) `code` evil.example &lt;b&gt;x <b>x",
    "1. one www.evil.example <http://evil.example|here> mailto:a@evil.example",
    "- list</em><em>@everyone</em> > quoted",
)


def message(title: str = "Kим у Русији", sentence: str = "Лидер <em>Kим</em> и <em>Путин</em>.", **more: object) -> Message:
    facts = {
        "match_id": "m1",
        "watch": "kim-putin",
        "url": "https://rts.example/1",
        "source": "РТС",
        "story_id": "s",
        "article_id": "a",
    }
    at = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
    return Message(**(facts | {"title": title, "sentence": sentence, "published_at": at, "matched_at": at} | more))  # type: ignore[arg-type]


def test_the_title_names_the_watch_and_is_one_line() -> None:
    assert messages.title(message("Kим\nу Русији")) == "[kim-putin] Kим у Русији"


def test_the_title_of_a_digest_of_one_story_is_one_line_of_bounded_length() -> None:
    met = [message("Kим\nу Русији " * 100, watch=watch) for watch in ("kim", "putin")]

    title = digests.title(digests.gathered(met, {}, digests.Ways({})))

    assert title.startswith("[kim, putin] Kим у Русији Kим")
    assert len(title) < 300


def test_text_holds_sentence_source_time_link_and_match() -> None:
    assert messages.body(message(tellings=3), TEXT, "Europe/Belgrade", titled=True).splitlines() == [
        "Лидер *Kим* и *Путин*.",
        "РТС · 24 Nov 2026 13:30 CET · 3 tellings · match m1",
        "https://rts.example/1",
    ]


def test_html_marks_the_words_and_links_the_headline() -> None:
    body = messages.body(message(), HTML)

    assert "<b>Kим</b>" in body
    assert '<a href="https://rts.example/1">Kим у Русији</a>' in body


def test_markdown_marks_the_words_links_the_headline_and_escapes_what_means_something_there() -> None:
    head, link, sentence, *_ = messages.body(message(sentence="[a](b) <em>Kим</em> *c*"), MARKDOWN).split("\n\n")

    assert (head, link) == ("**kim-putin**", "[Kим у Русији](https://rts.example/1)")
    assert sentence == r"\[a\](b) **Kим** ∗c∗"


def test_a_sentence_that_is_cut_within_a_marked_word_is_closed() -> None:
    body = messages.body(message(sentence="а" * 390 + " <em>Путин Путин</em>"), HTML)

    assert body.count("<b>") == body.count("</b>")


@pytest.mark.parametrize("style", [TEXT, MARKDOWN, HTML], ids=lambda style: style.name)
@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_that_a_page_says_is_markup_a_link_or_a_ring(said: str, style: Style) -> None:
    body = messages.body(message(said, said, source=said), style)

    alive = ("@everyone", "<!channel", "<img", "javascript:a", "evil.example", "http://e", "\x1b", "\u202e", "<b>x")
    assert [each for each in alive if each in body] == []
    assert style is TEXT or not re.search(r"^(#|>|- |\d)", body, re.MULTILINE)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "ftp://a.example/", "https://[::1"])
@pytest.mark.parametrize("style", [MARKDOWN, HTML], ids=lambda style: style.name)
def test_an_address_that_is_none_of_the_web_is_no_link(url: str, style: Style) -> None:
    body = messages.body(message(url=url), style)

    assert "href" not in body
    assert "](" not in body


def test_an_address_can_not_end_its_link() -> None:
    body = messages.body(message(url='https://a.example/)[x](https://b.example)"><b>'), MARKDOWN)

    assert "(https://a.example/%29%5Bx%5D%28https://b.example%29%22%3E%3Cb%3E)" in body


def test_a_mails_page_has_the_picture_with_its_numbers_in_words() -> None:
    page = mails.page([message()], "UTC", week=[("23 Nov", 0), ("24 Nov", 2)])

    assert 'src="cid:week.png"' in page
    assert "23 Nov: 0, 24 Nov: 2" in page


def test_an_address_is_known_and_shown_without_its_password() -> None:
    url = "mailto://desk:secret@mail.example?to=a@b.example"

    assert shown(url) == "mailto://mail.example"
    assert "secret" not in address_key(url)
    assert address_key(url) == address_key(url) != address_key(url.replace("secret", "other"))
