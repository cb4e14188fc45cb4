"""The search language: what parses into what, and what a mistake is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.analysis.highlight import highlight, sentences
from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, QueryError, Word, parse, words

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
        ("Kim and ANDROID", And((KIM, Word("and"), Word("ANDROID")))),
        ("- Kim …", KIM),
        ("((((Kim))))", KIM),
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
        ("author:Kim", 0, "author: is no field; the fields are title:, body:, entity:"),
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
