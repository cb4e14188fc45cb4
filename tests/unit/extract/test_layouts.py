"""Pages that are no plain article: a live blog, a briefing of several reports, pictures with text, a forum."""

import pytest

from tests.unit.extract.pages import TEXT, read


def page(title: str, inner: str) -> str:
    menu = "<nav><a href=/>Home</a><a href=/news>News</a></nav>"
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{menu}<main><h1>{title}</h1>{inner}</main>"
        "<footer><p>Imprint and terms of use of this newspaper and of all its daughters.</p></footer></body></html>"
    )


LIVE = "".join(
    f"<div class=post><time>1{n}:05</time><h3>Update {n}</h3><p>Entry {n}: {TEXT[n % 5]} The crowd grew by the hour.</p></div>"
    for n in range(8)
)
BRIEFING = "".join(
    f"<article><h2>Report {n}</h2><p>{TEXT[n % 5]} {TEXT[(n + 1) % 5]}</p><p>Entry {n}: {TEXT[(n + 2) % 5]}</p></article>"
    for n in range(8)
)
GALLERY = "".join(f"<figure><img src=/{n}.jpg alt=x><figcaption>Entry {n}: {TEXT[n % 5]}</figcaption></figure>" for n in range(8))
LIST = "".join(
    f"<li class=slide><h2>Bridge {n}</h2><img src=/{n}.jpg><div class=text>Entry {n}: {TEXT[n % 5]}</div></li>" for n in range(8)
)
FORUM = "".join(
    f"<div class=post><div class=user>user{n}</div><div class=content>Entry {n}: {TEXT[n % 5]}</div></div>" for n in range(8)
)


@pytest.mark.parametrize(
    "inner",
    [
        f"<p>{TEXT[0]}</p><div class=live>{LIVE}</div>",
        BRIEFING,
        f"<p>{TEXT[0]}</p>{GALLERY}",
        f"<p>{TEXT[0]}</p><ul class=slides>{LIST}</ul>",
        FORUM,
    ],
    ids=["a live blog", "a briefing", "a gallery with text", "a list in slides", "a forum"],
)
def test_every_entry_is_in_the_body_and_the_frame_is_not(inner: str) -> None:
    body = read(page("Bridge opens in spring", inner)).body

    assert [n for n in range(8) if f"Entry {n}:" in body] == list(range(8))
    assert "Imprint" not in body


def test_a_source_of_lists_keeps_short_answers_beneath_a_long_question() -> None:
    question = "".join(f"<p>{paragraph * 3}</p>" for paragraph in TEXT)
    answers = "".join(f"<div class=reply><p>Entry {n}: the ferry, always.</p></div>" for n in range(8))
    forum = page("Bridge or ferry?", f"<div class=question>{question}</div><div class=replies>{answers}</div>")

    assert "Entry 7" not in read(forum).body
    assert "Entry 7" in read(forum, recall=True).body
