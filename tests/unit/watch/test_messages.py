"""What a person is told: readable in each format, and harmless whatever the page said."""

from datetime import UTC, datetime

import pytest

from wirewatch.model import Message
from wirewatch.watch import messages
from wirewatch.watch.channels import address_key, shown

HOSTILE = "<img src=x onerror=alert(1)> [click](javascript:alert(1)) *b* @everyone <!channel> \x1b[31m\u202e"


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


def test_text_holds_sentence_source_time_link_and_match() -> None:
    assert messages.text(message(tellings=3)).splitlines() == [
        "Лидер *Kим* и *Путин*.",
        "",
        "РТС · 24 Nov 2026 12:30 UTC · 3 tellings",
        "https://rts.example/1",
        "match m1",
    ]


def test_html_marks_the_words_and_links_the_headline() -> None:
    body = messages.as_html(message())

    assert "<b>Kим</b>" in body
    assert '<a href="https://rts.example/1">Kим у Русији</a>' in body


def test_a_pages_own_markup_does_not_get_into_html() -> None:
    body = messages.as_html(message(HOSTILE, HOSTILE, source=HOSTILE))

    assert "<img" not in body
    assert "<!" not in body
    assert "\x1b" not in body


def test_a_link_that_is_no_web_address_is_no_link() -> None:
    assert 'href=""' in messages.as_html(message(url="javascript:alert(1)"))


@pytest.mark.parametrize("form", [messages.text, messages.markdown])
def test_a_headline_can_not_ring_the_newsroom_or_steer_a_terminal(form: object) -> None:
    body = form(message(HOSTILE, HOSTILE, source=HOSTILE))  # type: ignore[operator]

    assert "@everyone" not in body
    assert "<!channel>" not in body
    assert "\x1b" not in body
    assert "\u202e" not in body


def test_markdown_escapes_what_means_something_there() -> None:
    body = messages.markdown(message(sentence="[a](b) <em>Kим</em> *c*"))

    assert body.splitlines()[0] == r"\[a\]\(b\) **Kим** \*c\*"


def test_an_address_is_known_and_shown_without_its_password() -> None:
    url = "mailto://desk:secret@mail.example?to=a@b.example"

    assert shown(url) == "mailto://mail.example"
    assert "secret" not in address_key(url)
    assert address_key(url) == address_key(url) != address_key(url.replace("secret", "other"))
