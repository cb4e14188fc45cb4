"""Which articles a query meets."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.contract.index.articles import NOON, PRESS, article, id_of
from tests.contract.index.conftest import EVERYTHING, Found, put, words
from wirewatch.analysis.query import And, Exact, Field, Node, Not, Or, Phrase, Prefix, Range, Word
from wirewatch.errors import UserError
from wirewatch.index.port import Index, Search

EVERY_NAME = sorted(each.url.rsplit("/", 1)[1] for each in PRESS)


@pytest.mark.parametrize("query", ["Kim Putin", "Ким Путин", "KIM putin", "Kимa Путина", "Путином Kim"])
def test_words_are_all_required_across_title_and_body_in_any_script(found: Found, query: str) -> None:
    assert found(words(query)) == ["english", "latin", "russian", "serbian", "split"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("космодром Восточный", ["latin", "russian"]),
        ("kosmodrom Vostočni", ["latin", "russian"]),
        ("Severnoj Koreji", ["latin"]),
        ("Kimova poseta", ["latin", "serbian"]),
        ("Владимира Путина", ["serbian"]),
        ("Зеленского", ["ukrainian"]),
        ("Си Ђинпинг", []),
        ("Kim Zelenski", []),
    ],
)
def test_inflected_words_and_other_scripts_are_found(found: Found, query: str, names: list[str]) -> None:
    assert found(words(query)) == names


def test_a_word_of_chinese_or_korean_is_met_as_a_run_of_signs(found: Found) -> None:
    assert found(Word("金正恩")) == ["chinese"]
    assert found(Word("김정은")) == ["korean"]
    assert found(Word("恩正金")) == []
    assert found(words("金正恩 合作")) == ["chinese"]


def test_a_hyphenated_word_is_met_only_side_by_side(found: Found) -> None:
    assert found(Word("Russia-Korea")) == ["english"]
    assert found(Word("Korea-Russia")) == []
    assert found(Word("Jae-in")) == ["other"]


def test_a_phrase_is_met_in_any_inflection_but_only_in_its_order_and_in_one_field(found: Found) -> None:
    assert found(Phrase("Severnu Koreju")) == ["latin"]
    assert found(Phrase("Koreja Severna")) == []
    assert found(Phrase("Pyongyang The")) == []  # the title's end and the body's beginning
    assert found(Phrase("Kim")) == found(Word("Kim"))


def test_exact_words_are_met_in_their_inflection_alone(found: Found) -> None:
    assert found(Exact("Путина")) == ["serbian", "ukrainian"]
    assert found(Exact("Путином")) == ["serbian"]
    assert found(Exact("Severna Koreja")) == ["latin"]
    assert found(Exact("Severnu Koreju")) == []


def test_a_prefix_is_met_by_the_words_that_begin_so(found: Found) -> None:
    assert found(Prefix("космод")) == ["latin", "russian"]
    assert found(Prefix("Pyong")) == ["english", "serbian"]
    assert found(Prefix("bookshopping")) == []
    assert found(Prefix("김정")) == ["korean"]
    assert found(Prefix("金正恩表")) == ["chinese"]
    assert found(Prefix("Russia-Kor")) == ["english"]


def test_a_prefix_of_one_letter_meets_all_that_it_begins(index: Index) -> None:
    put(index, *(article(f"a{n:03}", f"bulletin k{n:03}aza") for n in range(300)))

    assert index.search(Prefix("k"), Search(limit=1)).total == 300
    assert index.search(Prefix("bulletin-k"), Search(limit=1)).total == 300
    assert index.search(Prefix("bulletin-k00"), Search(limit=1)).total == 10


def test_a_prefix_meets_what_folds_otherwise_once_it_goes_on(index: Index) -> None:
    put(index, article("a", "Donetsk"), article("b", "Доњецк"), article("c", "Two Donets rivers"), article("d", "Donnerstag"))

    for prefix in ("Donets", "river-Donets"):
        put(index, article("e", "The river-Donetsk line"))
        names = {hit.article.id for hit in index.search(Prefix(prefix), Search()).hits}
        assert names == {id_of(each) for each in ("abce" if prefix == "Donets" else "e")}


def test_authors_are_found_by_their_names_in_any_script_each_by_itself(found: Found) -> None:
    assert found(Word("Anić", "author")) == found(Phrase("Ana Anic", "author")) == ["english", "serbian"]
    assert found(Exact("Анић", "author")) == ["english", "serbian"]
    assert found(Phrase("Анић Bojan", "author")) == []  # one author's end and another's beginning
    assert found(Prefix("Ko", "author")) == ["serbian"]
    assert found(Word("Anić")) == []


def test_countries_and_scripts_are_met_as_they_stand(found: Found) -> None:
    assert found(Field("country", "rs")) == ["serbian"]
    assert found(Field("script", "Latn")) == ["latin"]


def test_ranges_go_by_publication_else_first_seen_and_by_first_seen(found: Found) -> None:
    day = timedelta(days=1)

    assert found(Range("published", NOON - day, None)) == ["other", "serbian"]
    assert found(Range("published", NOON - 4 * day, NOON - 3 * day)) == ["ukrainian"]  # the end is out
    assert found(Range("first_seen", NOON, NOON + day)) == EVERY_NAME
    assert found(Range("first_seen", None, NOON)) == []
    assert found(And((Word("Kim"), Not(Range("published", None, NOON - 2 * day))))) == ["latin", "serbian"]


def test_a_range_ends_before_its_end_to_the_microsecond(index: Index) -> None:
    midnight = NOON.replace(hour=0)
    moments = {"a": midnight - timedelta(microseconds=1), "b": midnight, "c": midnight + timedelta(hours=24, microseconds=-1)}
    put(index, *(article(name, "Kim", published_at=at, first_seen_at=at) for name, at in moments.items()))

    for name in ("published", "first_seen"):
        answer = index.search(Range(name, midnight, midnight + timedelta(days=1)), Search())
        assert {hit.article.id for hit in answer.hits} == {id_of("b"), id_of("c")}


def test_title_and_body_restrict_where_a_word_is_looked_for(found: Found) -> None:
    assert found(Word("Putin", "title")) == ["english", "latin", "russian", "serbian"]
    assert found(And((Word("Kim", "title"), Word("Putin", "body")))) == ["serbian", "split"]
    assert found(Phrase("космодром Восточный", "title")) == ["latin"]
    assert found(Prefix("космод", "body")) == ["latin", "russian"]


def test_tags_are_met_as_they_stand(found: Found) -> None:
    assert found(Field("entity", "kim-jong-un")) == ["chinese", "english", "korean", "latin", "russian", "serbian"]
    assert found(Field("topic", "diplomacy")) == ["english"]
    assert found(Field("language", "sr")) == ["latin", "serbian"]
    assert found(Field("source", "Večernji list")) == ["latin"]
    assert found(Field("source", "Večernji")) == []
    assert found(Field("entity", "kim")) == []


def test_or_and_not_combine(found: Found) -> None:
    assert found(Or((Word("金正恩"), Word("bookshop")))) == ["chinese", "other"]
    assert found(And((words("Kim Putin"), Not(Field("language", "sr"))))) == ["english", "russian", "split"]
    assert found(And((Or((Word("bookshop"), Word("golfer"))), Not(Or((Word("Moon"), Word("coach"))))))) == []


def test_a_not_alone_meets_all_but_that(found: Found) -> None:
    assert found(Not(Field("entity", "vladimir-putin"))) == ["other", "split"]
    assert found(Or((Not(Field("entity", "vladimir-putin")), Word("金正恩")))) == ["chinese", "other", "split"]
    assert found(And((Not(Word("Kim")), Not(Field("entity", "vladimir-putin"))))) == ["other"]
    assert found(Not(Not(Word("bookshop")))) == ["other"]
    assert found(Not(EVERYTHING)) == []


def test_everything_meets_everything(found: Found) -> None:
    assert found(EVERYTHING) == EVERY_NAME


@pytest.mark.parametrize("make", [Word, Phrase, Exact, Prefix])
def test_marks_without_a_letter_are_no_condition_and_alone_meet_nothing(found: Found, make: Callable[[str], Node]) -> None:
    assert found(And((make("—"), Word("bookshop")))) == ["other"]
    assert found(make("—")) == []
    assert found(And((make("…"), make("!")))) == []
    assert found(Or((make("…"), Word("bookshop")))) == ["other"]


def test_filters_narrow(found: Found) -> None:
    assert found(EVERYTHING, languages=("ko", "zh")) == ["chinese", "korean"]
    assert found(EVERYTHING, sources=("Ранок", "Волна")) == ["russian", "ukrainian"]
    assert found(EVERYTHING, entities=("kim-jong-un", "vladimir-putin"), languages=("en",)) == ["english"]
    assert found(EVERYTHING, topics=("russia-north-korea", "diplomacy")) == ["english"]
    assert found(Word("bookshop"), languages=("sr",)) == []


def test_since_and_until_go_by_publication_and_else_by_first_seen_and_are_both_included(found: Found) -> None:
    day = timedelta(days=1)

    assert found(EVERYTHING, since=NOON - day) == ["other", "serbian"]
    assert found(EVERYTHING, since=NOON - day + timedelta(microseconds=1)) == ["other"]
    assert found(EVERYTHING, until=NOON - 7 * day) == ["chinese", "split"]
    assert found(EVERYTHING, since=NOON - 4 * day, until=NOON - 3 * day) == ["russian", "ukrainian"]
    assert found(EVERYTHING, since=NOON, until=NOON - day) == []


def test_what_older_rules_made_is_told_apart(index: Index) -> None:
    put(index, article("first", "Kim", rules=1), article("third", "Kim", rules=3), article("unknown", "Kim"))

    for below, names in ((0, []), (1, ["unknown"]), (3, ["first", "unknown"]), (4, ["first", "third", "unknown"])):
        assert sorted(each.id for each in index.scan(EVERYTHING, Search(rules_below=below))) == [id_of(name) for name in names]


def test_half_a_surrogate_pair_in_a_query_meets_nothing(found: Found) -> None:
    assert found(Field("source", "\ud800")) == []
    assert found(EVERYTHING, sources=("\udfff",)) == []


def test_fields_nobody_knows_are_the_users_mistake(press: Index) -> None:
    for node in (Field("colour", "red"), Word("red", "colour")):
        with pytest.raises(UserError, match="colour"):
            press.search(node, Search())


def test_a_tree_too_deep_is_the_users_mistake_and_one_of_fifty_is_none(press: Index) -> None:
    deep: Node = Word("bookshop")
    for _ in range(50):
        deep = Or((And((deep, EVERYTHING)), Word("nowhere")))
    assert press.search(deep, Search()).total == 1

    for _ in range(2_000):
        deep = Not(deep)
    with pytest.raises(UserError, match="deep"):
        press.search(deep, Search())


def test_ten_thousand_words_side_by_side_are_answered(press: Index) -> None:
    many = Or(tuple(Word(f"word{n}") for n in range(10_000)) + (Word("bookshop"),))

    assert press.search(many, Search()).total == 1
