"""The search language: what parses into what, and what a mistake is told."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.contract.index.words import WORDS
from wirewatch.analysis.chain import exacts
from wirewatch.analysis.highlight import highlight, sentences
from wirewatch.analysis.query import (
    All,
    And,
    Exact,
    Field,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    QueryError,
    Range,
    Word,
    beginnings,
    parse,
    words,
)

KIM, PUTIN, KOREA = Word("Kim"), Word("Putin"), Word("Koreja")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("*", All()),
        ("Kim", KIM),
        ("Kim Putin", And((KIM, PUTIN))),
        ("Kim AND Putin", And((KIM, PUTIN))),
        ("Kim OR Putin Koreja", Or((KIM, And((PUTIN, KOREA))))),
        ("(Kim OR Putin) Koreja", And((Or((KIM, PUTIN)), KOREA))),
        ("Kim NOT Putin", And((KIM, Not(PUTIN)))),
        ("NOT Kim OR Putin", Or((Not(KIM), PUTIN))),
        ('"Северна Кореја"', Phrase("Северна Кореја")),
        ('="Северне Кореје"', Exact("Северне Кореје")),
        ("Putin*", Prefix("Putin")),
        ("title:Kim", Word("Kim", "title")),
        ('body:"Kim Putin"', Phrase("Kim Putin", "body")),
        ("entity:kim-jong-un", Field("entity", "kim-jong-un")),
        ('source:"N1 info"', Field("source", "N1 info")),
        ("김정은", Word("김정은")),
        ("Kim ANDROID", And((KIM, Word("ANDROID")))),
        ('"and" Kim', And((Phrase("and"), KIM))),
        ("and", Word("and")),
        ("Ким и Путин", And((Word("Ким"), Word("и"), Word("Путин")))),
        ("AT&T C++ A-10 Kim!", And((Word("AT&T"), Word("C++"), Word("A-10"), Word("Kim!")))),
        ("author:Анић", Word("Анић", "author")),
        ("title:(Kim OR Putin)", Or((Word("Kim", "title"), Word("Putin", "title")))),
        ('source:(РТС OR "N1 info")', Or((Field("source", "РТС"), Field("source", "N1 info")))),
        ("NOT title:(Kim NOT Putin*)", Not(And((Word("Kim", "title"), Not(Prefix("Putin", "title")))))),
        ("country:rs script:Cyrl", And((Field("country", "rs"), Field("script", "Cyrl")))),
        ("- Kim …", KIM),
        ("((((Kim))))", KIM),
        ("“Путин Ким” воз", And((Phrase("Путин Ким"), Word("воз")))),
        ("„Путин Ким“ OR „Kim Un”", Or((Phrase("Путин Ким"), Phrase("Kim Un")))),
        ("(«Путин Ким» »Kim Un«)", And((Phrase("Путин Ким"), Phrase("Kim Un")))),
        ("＂Kim Un＂ 「金正恩 訪露」", And((Phrase("Kim Un"), Phrase("金正恩 訪露")))),
        ("=“Путина Кима” title:«Kim Un»", And((Exact("Путина Кима"), Phrase("Kim Un", "title")))),
        ('"Kim „Putin“"', Phrase("Kim „Putin“")),
        ("Kim” „Putin", And((Word("Kim”"), Word("„Putin")))),
        ("country:RS script:cyrl language:SR", And((Field("country", "rs"), Field("script", "Cyrl"), Field("language", "sr")))),
    ],
)
def test_a_query_is_read_as_the_reference_says(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "position", "says"),
    [
        ("", 0, "empty"),
        ("Kim AND", 7, "nothing follows AND"),
        ("OR Kim", 0, "nothing stands before OR"),
        ("(Kim OR Putin", 13, "a ( that is never closed"),
        ("Kim)", 3, "a ) without its ("),
        ('Kim "Putin', 4, 'a " that is never closed'),
        ('Kim ="Putin', 4, 'a " that is never closed'),
        ("colour:red", 0, "colour: is no field; the fields are title:, body:, author:, entity:"),
        ("Kim and Putin", 4, "'and' is no operator: write AND in Latin capitals, or \"and\" in quotes"),
        ("Kim Or Putin", 4, "'Or' is no operator: write OR"),
        ("Kim АND Putin", 4, "'АND' is no operator: write AND"),  # the first letter is Cyrillic
        ("not Kim", 0, "'not' is no operator: write NOT"),
        ("Kim && Putin", 4, "'&&' is no operator: write AND"),
        ("Kim||Putin", 0, "'||' is no operator: write OR"),
        ("Kim | Putin", 4, "'|' is no operator: write OR"),
        ("!Kim", 0, "'!' is no operator: write NOT"),
        ("Putin -Kim", 6, "'-' is no operator: write NOT"),
        ('Putin -"Kim Un"', 6, "'-' is no operator: write NOT"),
        ("+Kim", 0, "'+' is no operator"),
        ("Pu*in", 0, "a * stands at a word's end"),
        ("*utin", 0, "a * stands at a word's end"),
        ('"Kim Putin"~5', 0, "~ can't stand behind a phrase"),
        ("Putin~2", 0, "~ and ^ are no operators"),
        ("Put?n", 0, "a ? stands for no letter"),
        ("Putin =Kim", 6, '= stands before words in quotes: ="Kim Putin"'),
        ("title:=Kim", 6, "= stands before words in quotes"),
        ("title: Kim", 0, "title: wants its word right behind it"),
        ("title:(body:Kim)", 7, "body: can't stand inside title:"),
        ("entity:kim*", 7, "entity: is met as a whole"),
        ('topic:""', 6, "topic: wants a value"),
        ("published:yesterday", 10, "published: 'yesterday' is no date; write 2023-09-13"),
        ("published:2023-02-30", 10, "in no calendar"),
        ("published:2023-09-13T10:00+99:00", 10, "in no calendar"),
        ("published:2023-09-02..2023-09-01", 10, "ends before it begins"),
        ("published:2023-09-01 .. 2023-09-30", 21, "a range is written without blanks"),
        ("—", 0, "holds no word"),
        ("(" * 51 + "Kim" + ")" * 51, 50, "50 groups"),
        ("a" * 4001, 4000, "longer than 4000"),
        ("Kim " * 201, 0, "more than 200 words"),
    ],
)
def test_a_mistake_is_told_with_its_place(query: str, position: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)

    assert says in str(caught.value)
    assert caught.value.position == position
    assert "\n" not in str(caught.value)


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("dates", "since", "until"),
    [
        ("2023-09-13", utc(2023, 9, 13), utc(2023, 9, 14)),
        ("2023-09-01..2023-09-30", utc(2023, 9, 1), utc(2023, 10, 1)),
        ("2023-12", utc(2023, 12, 1), utc(2024, 1, 1)),
        ("2023", utc(2023, 1, 1), utc(2024, 1, 1)),
        ("2023-11..2024", utc(2023, 11, 1), utc(2025, 1, 1)),
        (">=2023-09-01", utc(2023, 9, 1), None),
        (">2023-09-01", utc(2023, 9, 2), None),
        ("<2023-09-01", None, utc(2023, 9, 1)),
        ("<=2023-09-01", None, utc(2023, 9, 2)),
        ("2023-09-01..", utc(2023, 9, 1), None),
        ("..2023-09-01", None, utc(2023, 9, 2)),
        ("2023-09-13T10:00+02:00", utc(2023, 9, 13, 8), utc(2023, 9, 13, 8, 1)),
        ('"2023-09-13 10:00:30Z"', utc(2023, 9, 13, 10, 0, 30), utc(2023, 9, 13, 10, 0, 31)),
    ],
)
def test_a_date_is_as_long_as_it_is_written(dates: str, since: datetime | None, until: datetime | None) -> None:
    assert parse(f"published:{dates}") == Range("published", since, until)
    assert parse(f"first_seen:{dates}") == Range("first_seen", since, until)


def test_a_day_is_a_day_of_the_readers_zone_even_when_it_has_25_hours() -> None:
    autumn = parse("published:2026-10-25", ZoneInfo("Europe/Belgrade"))

    assert autumn == Range("published", utc(2026, 10, 24, 22), utc(2026, 10, 25, 23))


@given(st.text(alphabet="0123456789-.<>=T:Z+ ", max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\d(\.\.\d{4})?", fullmatch=True))
def test_any_date_is_a_span_that_holds_something_or_a_mistake(text: str) -> None:
    try:
        node = parse(f'published:"{text}"')
    except QueryError as error:
        assert "published:" in str(error)  # noqa: PT017
    else:
        assert isinstance(node, Range)
        assert node.since is None or node.until is None or node.since < node.until


CLEAN = re.compile("[a-zčćšžđA-ZČĆŠŽĐ]+|[а-яА-ЯёЁїієґђјљњћџ]+")


@given(st.sampled_from(sorted({word for text in WORDS for word in text.split() if CLEAN.fullmatch(word)})), st.data())
def test_a_word_is_met_by_each_of_its_beginnings(word: str, data: st.DataObject) -> None:
    """But by a short one whose last letter goes into the next: `rat*` (war) would meet `račun` (bill) for `ratsk…`."""
    start = word[: data.draw(st.integers(1, len(word)))]
    assume(exacts(start))
    exact, going_on = exacts(start)[0], exacts(word[: len(start) + 1])[0]
    assume(len(exact) >= 5 or going_on.startswith(exact))

    before, starts = beginnings(start)

    assert before == ()
    assert exacts(word)[0].startswith(starts)


def test_a_short_beginning_meets_no_other_word() -> None:
    assert beginnings("rat") == ((), ("rat",))
    assert beginnings("Put") == ((), ("put",))
    assert beginnings("reč") == ((), ("rec",))
    assert beginnings("Putin") == ((), ("putin",))


@pytest.mark.parametrize("text", ["в Донецке", "Donetsk", "код Доњецка", "two Donets rivers"])
def test_a_prefix_in_one_script_meets_the_name_in_every_other(text: str) -> None:
    assert highlight(text, parse("Donets*")) is not None


@given(st.text(alphabet='Kim *"()=:ANDORT\x00\n김', max_size=40) | st.text(max_size=60))
def test_any_text_parses_or_is_a_mistake_of_one_line(text: str) -> None:
    try:
        node = parse(text)
    except QueryError as error:
        said = str(error)
    else:
        said = repr(node)
    assert "\n" not in said


def test_words_under_a_not_are_not_looked_for() -> None:
    assert list(words(parse("Kim NOT (Putin OR Koreja)"))) == [KIM]


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("Ким", "лидер Kим стигао", "лидер <em>Kим</em> стигао"),
        ("김정은", "김정은은 왔다", "<em>김정은</em>은 왔다"),
        ('"Severna Koreja"', "Северну Кореју, не Кореја", "<em>Северну</em> <em>Кореју</em>, не Кореја"),
        ('="Кореја"', "Северну Кореју и Кореја", "Северну Кореју и <em>Кореја</em>"),
        ("Putin*", "Путинова посета", "<em>Путинова</em> посета"),
        ("co-op*", "a co-operative, no cooperative and op", "a <em>co</em>-<em>operative</em>, no cooperative and op"),
        ("Kim", "<em>Kim</em> <b>", "‹em›<em>Kim</em>‹/em› <b>"),
    ],
)
def test_words_are_marked_as_they_stand(query: str, text: str, marked: str) -> None:
    assert highlight(text, parse(query)) == marked


def test_what_meets_nothing_is_not_marked() -> None:
    assert highlight("Путин", parse("Kim")) is None


def test_the_best_sentences_come_in_their_order_and_the_title_first() -> None:
    body = "Ништа овде. Kим је ту. Опет ништа! Ким и Путина видимо. Путин сам."

    found = sentences("Ким у посети", body, parse("Kim Putin"), limit=3)

    assert found == ("<em>Ким</em> у посети", "<em>Kим</em> је ту.", "<em>Ким</em> и <em>Путина</em> видимо.")


def test_a_long_sentence_is_cut_around_its_mark() -> None:
    found = sentences("", "реч " * 200 + "Путина" + " реч" * 200, parse("Putin"))

    assert "<em>Путина</em>" in found[0]
    assert len(found[0]) < 330


@given(st.text(min_size=1, max_size=6))
@example("Ò")
def test_no_beginning_is_empty_and_so_met_by_every_word(text: str) -> None:
    assert "" not in beginnings(text)[1]
