"""A query in the syntax of Kibana's search bar."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.analysis.chain import exacts
from wirewatch.analysis.query import Exact, Field, Phrase, Prefix, Word, parse
from wirewatch.model import Watch
from wirewatch.watch.digests import kibana_link
from wirewatch.watch.lucene import lucene

WAY = r'(?:title(?:\.exact)?|source):(?:"(?:[^"\\]|\\.)*"|(?:\w|\\.)+\*)'  # one in quotes, or a beginning, all signs escaped
WAYS = re.compile(rf"{WAY}|\({WAY}(?: OR {WAY})+\)", re.DOTALL)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("*", "*:*"),
        ("Kim Putin", '((title:"Kim" OR body:"Kim") AND (title:"Putin" OR body:"Putin"))'),
        ("title:Kim OR body:Putin", '(title:"Kim" OR body:"Putin")'),
        ('="Северне Кореје"', '(title.exact:"Северне Кореје" OR body.exact:"Северне Кореје")'),
        ("title:Putin*", "title.exact:putin*"),
        ("author:Анић", 'authors.text:"Анић"'),
        ("NOT title:Kim", '(*:* AND NOT title:"Kim")'),
        ("entity:kim-jong-un topic:x country:rs", '(entities:"kim-jong-un" AND topics:"x" AND country:"rs")'),
        ("published:2023-09-13", 'published_at:["2023-09-13T00:00:00Z" TO "2023-09-14T00:00:00Z"}'),
        ("first_seen:>=2023-09-13", 'first_seen_at:["2023-09-13T00:00:00Z" TO *]'),
        ("Kim-Put*", None),
    ],
)
def test_a_query_is_said_over_the_fields_of_the_index(query: str, said: str | None) -> None:
    assert lucene(parse(query)) == said


@given(st.text(max_size=40), st.sampled_from([Word, Phrase, Exact, Prefix]))
def test_no_sign_in_a_text_is_read_as_syntax(text: str, kind: type[Word | Phrase | Exact | Prefix]) -> None:
    said = [lucene(kind(text, "title")), lucene(Field("source", text))]

    assert all(WAYS.fullmatch(each) for each in said if each is not None)
    assert said[0] is not None or not exacts(text) or kind is Prefix


def test_the_link_to_kibana_holds_all_that_a_watch_asks() -> None:
    watch = Watch(name="w", query="Kim entity:us", but_not="Kardashian", languages=("sr", "en"), topics=("russia",))

    link = unquote(kibana_link("http://kibana.example", watch, "2026-11-01T08:30Z"))

    assert 'entities:"us"' in link
    assert '(*:* AND NOT (title:"Kardashian" OR body:"Kardashian"))' in link
    assert 'topics:"russia" AND (language:"sr" OR language:"en")' in link


def test_what_kibana_cannot_say_has_no_link() -> None:
    assert kibana_link("http://kibana.example", Watch(name="w", query="Kim-Put*"), "2026-11-01T08:30Z") == ""
