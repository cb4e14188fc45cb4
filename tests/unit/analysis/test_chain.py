"""The chain gives one token for a word in every script, spelling and inflection, and says where it stood."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wirewatch.analysis import chain, plain, tables
from wirewatch.analysis.chain import Reading, both, forms, stems, tokens

EXAMPLES = [line.split("\t") for line in (Path(__file__).parent / "examples.tsv").read_text(encoding="utf-8").splitlines()]
MIXED = st.text(alphabet="KkКкMМaаeеcсpрxхyуBВHНdlzшђљџéčŽ'’s -.,:1김정은金正恩プーﾌﾟー\u0301\u00ad")
RUNS = st.text(
    alphabet="金正北々〇ひかﾌﾟーアガ은ㄱ\u1100\u1161\uffa1ab1_.:·,;' \u0301\u3099\u200b\u200c\u200d\u00ad😀\U00020000\U0001d400"
)
ANY = st.text(alphabet=st.characters(codec="utf-16"))  # no lone surrogates, all of the planes
TO_LATIN = str.maketrans(
    dict(
        zip(
            "абвгдђежзијклљмнњопрстћуфхцчџш",
            "a b v g d đ e ž z i j k l lj m n nj o p r s t ć u f h c č dž š".split(),
            strict=True,
        )
    )
)


@pytest.mark.parametrize(("word", "wanted"), EXAMPLES)
def test_every_example_gives_its_tokens(word: str, wanted: str) -> None:
    assert stems(word) == wanted.split()


def test_the_tables_are_those_that_were_measured() -> None:
    assert (len(tables.LETTERS), len(tables.PAIRS), len(tables.ENDINGS)) == (633, 2372, 113)


@settings(max_examples=500)
@given(MIXED | RUNS | ANY | st.text())
def test_the_fast_chain_gives_the_tokens_and_spans_of_the_plain_one(text: str) -> None:
    wanted = plain.tokens(text)

    assert tokens(text) == wanted
    assert forms(text) == both(text) == (tuple(token.text for token in wanted), tuple(token.exact for token in wanted))
    assert list(map(Reading(text).span, range(len(wanted)))) == [(token.start, token.end) for token in wanted]


@given(st.lists(MIXED, min_size=3, max_size=8))
def test_what_is_forgotten_is_found_again(pieces: list[str]) -> None:
    small_forms, small_spans = chain._Forms(room=2), chain._Spans(room=2)

    for piece in "".join(pieces).split():
        assert small_forms[piece] == chain._FORMS[piece]
        assert small_spans[piece] == chain._SPANS[piece]
        assert len(small_forms) <= 2
        assert len(small_spans) <= 2


@given(MIXED | st.text())
def test_spans_go_forward_and_stay_inside_the_text(text: str) -> None:
    found = tokens(text)

    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)


@given(st.text() | MIXED)
def test_no_token_is_empty_or_holds_white_space(text: str) -> None:
    assert all(token and not any(char.isspace() for char in token) for form in both(text) for token in form)


SYLLABLES = [consonant + vowel for consonant in "бвгдђжзјклљмнњпрстћфхцчџш" for vowel in "аеиоу"]


@given(st.lists(st.sampled_from(SYLLABLES), max_size=8).map("".join))
def test_serbian_cyrillic_is_serbian_latin(word: str) -> None:
    assert stems(word) == stems(word.translate(TO_LATIN))


@pytest.mark.parametrize(
    ("text", "word", "where"),
    [
        ("Севернокорејски лидер Kим стигао", "kim", "Kим"),
        ("김정은은 왔다", "정은", "정은"),
        ("O'Neil's friend", "one", "O'Neil"),
        ("посло\u0301в Шойгу", "soig", "Шойгу"),
    ],
)
def test_a_span_covers_the_word_as_it_stands(text: str, word: str, where: str) -> None:
    token = next(token for token in tokens(text) if token.text == word)

    assert text[token.start : token.end] == where
