"""Items that the last poll read, and how a feed is read without them: what comes out is what a whole reading gives."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.poll.test_mutated_feeds import MUTATIONS, sound
from wirewatch.errors import Retry
from wirewatch.model import Entry
from wirewatch.poll.items import MARK, ParsedFeed
from wirewatch.poll.parse import parse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://vesti.example/rss"
Item = tuple[int, str, str, str]  # number of its link, title, guid, what else stands in it


def item(number: int, title: str = "Вест", guid: str = "", rest: str = "") -> str:
    """An item at an address of its own."""
    return f"<item><title>{title} {number}</title><link>https://vesti.example/{number}</link>{guid}{rest}</item>"


def over(rest: str, begin: str, end: str) -> str:
    """An item in which a comment or CDATA holds the end of an item and the beginning of another."""
    return f"<item><title>А</title><link>https://vesti.example/1</link>{begin} </item><item> {end}{rest}</item>"


def rss(*items: str, head: str = "<title>Вести</title>", root: str = "<rss version='2.0'>") -> str:
    """A feed with these items."""
    return f"{root}<channel>{head}{chr(10).join(items)}</channel></rss>"


def read(text: str | bytes, before: ParsedFeed | None = None, url: str = URL) -> ParsedFeed:
    """The feed, read after another reading."""
    known = before.kept + b"".join(before.marks or ()) if before else b""
    return parse(text if isinstance(text, bytes) else text.encode(), url, "application/rss+xml", NOW, known)


def numbers(found: ParsedFeed) -> list[int]:
    """The entries that were read."""
    return [int(entry.url.rpartition("/")[2]) for entry in found.entries]


def test_of_a_feed_that_changed_only_what_is_new_is_read() -> None:
    first = read(rss(item(2), item(1)))

    second = read(rss(item(3), item(2), item(1)), first)
    third = read(rss(item(4), item(3), item(2)), second)

    assert (numbers(first), numbers(second), numbers(third)) == ([2, 1], [3], [4])
    assert (second.shown, third.shown, third.format, third.title) == (3, 3, "rss20", "Вести")


def test_a_feed_of_which_only_its_own_date_changed_is_not_read_again() -> None:
    first = read(rss(item(1), head="<lastBuildDate>Mon, 23 Nov 2026 10:00:00 GMT</lastBuildDate>"))

    second = read(rss(item(1), head="<lastBuildDate>Mon, 23 Nov 2026 11:00:00 GMT</lastBuildDate>"), first)

    assert (second.entries, second.shown, second.format) == ((), 1, "rss20")


def test_an_edited_item_is_read_and_then_known_as_edited() -> None:
    first = read(rss(item(2), item(1)))

    second = read(rss(item(2), item(1, title="Исправка")), first)
    third = read(rss(item(2), item(1, title="Исправка")), second)

    assert [entry.title for entry in second.entries] == ["Исправка 1"]
    assert third.entries == ()


def test_comments_in_a_full_text_and_prefixes_made_within_items_are_no_hindrance() -> None:
    text = "<description><![CDATA[<p>А</p><!--more--><p>Б</p>]]></description><m:t xmlns:m='urn:m'>x</m:t>"
    first = read(rss(item(1, rest=text)))

    assert numbers(read(rss(item(2, rest=text), item(1, rest=text)), first)) == [2]


def test_an_atom_feed_is_read_in_the_same_way() -> None:
    def atom(*entries: int) -> str:
        rows = "".join(
            f'<entry><id>urn:{n}</id><title>T{n}</title><link href="/{n}"/><content type="xhtml">'
            f'<div xmlns="http://www.w3.org/1999/xhtml"><p>T</p></div></content></entry>'
            for n in entries
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{rows}</feed>'

    first = read(atom(2, 1))

    assert numbers(read(atom(3, 2, 1), first)) == [3]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rss(item(1)), rss(item(1), root="<rss version='2.0' xml:base='https://other.example/'>")),
        (rss(item(1), "<!-- ", item(2), "-->"), rss(item(3), item(2), item(1))),
        (rss(item(1), item(2, rest="<description><![CDATA[ </item> ]]></description>")), rss(item(3), item(1))),
        *(
            (rss(over("", *marks) + "<item/>"), rss(over(item(2)[6:-7], *marks)))
            for marks in (("<!--", "-->"), ("<![CDATA[", "]]>"))
        ),
        (rss(item(1), item(2, rest="<description><b>Не затвара се</description>")), rss(item(3), item(1))),
        (rss(item(1), item(2, rest="<m:t xmlns:m='urn:m'/>"), item(4, rest="<m:t xmlns:m='urn:n'/>")), rss(item(3), item(1))),
        (rss(item(1), item(1, title="Други")), rss(item(3), item(1))),
        (rss(item(1, guid="<guid>a</guid>"), item(2, guid="<guid>a</guid>")), rss(item(1, guid="<guid>a</guid>"), item(4))),
        (rss(item(1, guid="<guid>a</guid>")), rss(item(1, guid="<guid>a</guid>"), item(4, guid="<guid>a</guid>"))),
        (rss(item(1), item(2)), rss(item(1), item(2), item(1, title="Други"))),
    ],
    ids=[
        "another base",
        "an item in a comment",
        "the end of an item in CDATA",
        "a comment over the end of an item",
        "CDATA over the end of an item",
        "no XML",
        "a prefix of two namespaces",
        "an address twice",
        "a guid twice",
        "a guid that comes twice now",
        "an address that comes twice now",
    ],
)
def test_a_feed_whose_items_could_bear_on_one_another_is_read_whole(before: str, after: str) -> None:
    found = read(after, read(before))

    assert found == read(after)
    assert found.kept == b""


def test_a_feed_that_is_found_elsewhere_is_read_whole() -> None:
    first = read(rss("<item><title>А</title><link>/1</link></item>"))

    found = read(rss("<item><title>А</title><link>/1</link></item>"), first, url="https://new.example/rss")

    assert [entry.url for entry in found.entries] == ["https://new.example/1"]


def test_marks_stand_for_the_entries_one_by_one() -> None:
    found = read(rss(item(1), "<item><title>Без адресе</title></item>", item(2)))

    assert found.marks is not None
    assert [len(mark) for mark in found.marks] == [MARK, MARK]
    assert len(found.entries) == 2


_items = st.tuples(
    st.integers(1, 9),
    st.sampled_from(["А", "Б", "<![CDATA[<b>В</b>]]>"]),
    st.sampled_from(["", "", "<guid>{}</guid>", "<guid isPermaLink='false'>x</guid>", "<guid>https://vesti.example/{}</guid>"]),
    st.sampled_from(
        [
            "",
            "",
            "",
            "<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>",
            "<!-- c -->",
            "<link>/7</link>",
            "<b>",
            "]]>",
            "<m:t xmlns:m='urn:m'>x</m:t>",
            "<q:t xmlns:q='urn:m'>x</q:t>",
            "<m:t xmlns:m='urn:n'>x</m:t>",
        ]
    ),
)


def text(items: list[Item]) -> str:
    """A feed of these, some of them odd."""
    return rss(*(item(n, title, guid.format(n), rest) for n, title, guid, rest in items))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(_items, max_size=6, unique_by=lambda each: each[0]) | st.lists(_items, max_size=4), min_size=2, max_size=5)
)
def test_whatever_a_feed_showed_before_a_reading_gives_what_a_whole_one_gives(polls: list[list[Item]]) -> None:
    before: ParsedFeed | None = None
    remembered: dict[bytes, Entry] = {}
    for items in polls:
        whole, found = read(text(items)), read(text(items), before)

        kept = [remembered[found.kept[at : at + MARK]] for at in range(0, len(found.kept), MARK)]
        assert sorted([*found.entries, *kept], key=repr) == sorted(whole.entries, key=repr)
        assert found.shown == whole.shown
        remembered |= zip(found.marks or (), found.entries, strict=False)
        before = found


@pytest.mark.long
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_spoiled_feed_is_read_as_if_nothing_had_been_known(name: str) -> None:
    dice = random.Random(name)
    for body in sound():
        spoiled = MUTATIONS[name](dice, body)
        first = parse(body, URL, "", NOW)
        try:
            whole = parse(spoiled, URL, "", NOW)
        except Retry:
            with pytest.raises(Retry):
                read(spoiled, first)
            continue
        found = read(spoiled, first)

        kept = dict(zip(first.marks or (), first.entries, strict=False))
        again = [kept[found.kept[at : at + MARK]] for at in range(0, len(found.kept), MARK)]
        assert sorted([*found.entries, *again], key=repr) == sorted(whole.entries, key=repr)
