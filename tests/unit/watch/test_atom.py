"""A watch's feed is one that any reader takes, whatever the pages said."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import feedparser

from wirewatch.state.told import Story
from wirewatch.watch import atom

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
NS = {"a": atom.ATOM}


def story(
    match_id: str = "m1",
    title: str = "Ким код Путина",
    sentence: str = "Лидер <em>Ким</em>.",
    url: str = "",
    updated_at: datetime = NOW,
) -> Story:
    return Story(
        match_id=match_id,
        title=title,
        url=url or "https://rts.example/1?a=1&b=2",
        source="РТС",
        sentence=sentence,
        matched_at=NOW,
        updated_at=updated_at,
        published_at=None,
        tellings=3,
    )


def test_a_changed_text_that_was_told_again_is_an_updated_entry() -> None:
    later = NOW + timedelta(hours=3)

    parsed = feedparser.parse(atom.feed("kim-putin", [story(updated_at=later), story("m2")], NOW))

    assert [entry.updated for entry in parsed.entries] == ["2026-11-24T15:30:00Z", "2026-11-24T12:30:00Z"]
    assert parsed.feed.updated == "2026-11-24T15:30:00Z"


def test_a_reader_finds_headline_link_source_sentence_and_tellings() -> None:
    parsed = feedparser.parse(atom.feed("kim-putin", [story()], NOW))

    assert not parsed.bozo
    assert parsed.feed.title == "wirewatch: kim-putin"
    (entry,) = parsed.entries
    assert (entry.title, entry.link, entry.author) == ("Ким код Путина", "https://rts.example/1?a=1&b=2", "РТС")
    assert entry.summary == "<p>Лидер <b>Ким</b>.</p><p>РТС · 3 tellings</p>"


def test_every_entry_has_what_rfc_4287_asks_and_the_same_id_each_time() -> None:
    documents = [ET.fromstring(atom.feed("kim-putin", [story("m1"), story("m2")], NOW)) for _ in range(2)]

    ids = [[each.text for each in document.iterfind(".//a:id", NS)] for document in documents]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3
    for entry in documents[0].iterfind("a:entry", NS):
        assert {child.tag.rpartition("}")[2] for child in entry} >= {"id", "title", "updated", "link", "author", "summary"}


def test_nothing_that_a_page_says_breaks_the_feed_or_is_markup_in_it() -> None:
    said = "]]> <script>x</script> & \x0b \ufffe \ud800 @everyone"

    entry = feedparser.parse(atom.feed("w", [story(title=said, sentence=said, url="javascript:alert(1)")], NOW)).entries[0]

    assert "javascript" not in entry.link
    assert "<script" not in entry.summary
    assert "&lt;\u200bscript&gt;" in entry.summary


def test_a_watch_that_met_nothing_has_a_feed_without_entries() -> None:
    parsed = feedparser.parse(atom.feed("w", [], NOW))

    assert (parsed.bozo, parsed.entries) == (False, [])
