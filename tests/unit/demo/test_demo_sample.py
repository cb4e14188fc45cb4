"""The sample's articles are what searches, topics and stories can be judged by."""

import difflib
from collections import Counter
from pathlib import Path

import pytest

from wirewatch.analysis.chain import stems
from wirewatch.demo.sample import SampleArticle, Text, outlets
from wirewatch.enrich.language import script_of
from wirewatch.settings import load

EVERY = [article for outlet in outlets() for article in outlet.articles]
OPEN = [article for outlet in outlets() for article in outlet.articles if outlet.is_open(article)]
CJK = {outlet.slug for outlet in outlets() if outlet.language in ("ko", "zh", "ja")}
VERSIONS = [(article, text) for article in EVERY for text in (article.first, article.second) if text]
TRAP = "kim-poseta-rusiji"
FINDS = (
    "Kim Putin",
    "Ким Путин",
    "Kim Džong Un",
    "Владимира Путина",
    "Северна Кореја",
    "Severnoj Koreji",
    "Kimova poseta",
    "kosmodrom Vostočni",
)
LATIN = dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {"љ": "lj", "њ": "nj", "џ": "dž"}


def of(slug: str) -> SampleArticle:
    return next(article for article in EVERY if article.slug == slug)


def meets(text: Text, query: str) -> bool:
    return set(stems(query)) <= set(stems(f"{text.title}\n{text.body}"))


def latin(text: str) -> str:
    return "".join(LATIN.get(char, char) for char in text.lower())


def test_nine_outlets_bring_sixty_articles_that_may_be_fetched() -> None:
    languages = [outlet.language for outlet in outlets()]

    assert languages == ["sr", "sr-Latn", "ru", "uk", "en", "en-US", "ko", "zh", "ja"]
    assert len(OPEN) == 60
    assert [article.slug for article in EVERY if article not in OPEN] == ["vostochny-briefing"]


def test_at_least_a_third_is_about_the_meeting() -> None:
    about = [article for article in OPEN if article.russia_north_korea]

    assert len(about) * 3 >= len(OPEN)
    assert {article.outlet for article in about} == {outlet.slug for outlet in outlets()}


@pytest.mark.parametrize(("article", "text"), VERSIONS, ids=lambda value: getattr(value, "slug", ""))
def test_articles_are_as_long_as_news_is(article: SampleArticle, text: Text) -> None:
    if article.outlet in CJK:
        assert len(text.body) >= 200
    else:
        assert 80 <= len(text.body.split()) <= 400
    assert len(text.paragraphs) >= (2 if article.section == "private" else 3)


def test_a_third_has_150_words_or_more() -> None:
    spaced = [article for article in OPEN if article.outlet not in CJK]

    assert sum(len(article.first.body.split()) >= 150 for article in spaced) * 3 >= len(spaced)


def test_titles_and_paths_are_each_articles_own() -> None:
    assert max(Counter(text.title for _, text in VERSIONS).values()) == 1
    assert max(Counter(article.path for article in EVERY).values()) == 1


def test_the_newest_is_from_now_and_the_rest_spread_over_five_days() -> None:
    ages = sorted(article.hours_ago for article in EVERY)

    assert ages[0] == 0.3
    assert 96 < ages[-1] < 120


@pytest.mark.parametrize("query", FINDS)
def test_the_article_with_the_latin_k_is_met_in_any_script_and_inflection(query: str) -> None:
    assert meets(of(TRAP).first, query)


def test_the_article_with_the_traps_has_them() -> None:
    text = of(TRAP).first

    for trap in (
        "Kим",
        "Kореја",
        "Kимова посета",
        "Владимиру Путину",
        "Северну Кореју",
        "Северном Корејом",
        'космодрому "Восточни"',
    ):
        assert trap in f"{text.title}\n{text.body}"
    assert len(text.body.split()) >= 200


@pytest.mark.parametrize("query", ["Moon Jae-in", "Си Ђинпинг", "习近平", "문재인"])
def test_names_that_no_article_holds_are_in_none(query: str) -> None:
    assert not [article.slug for article, text in VERSIONS if meets(text, query)]


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("Kim", "kim-kardasijan-naslovna"),
        ("Ким", "shef-povar-kim"),
        ("Кім", "kim-te-kho-luk"),
        ("Путина", "lososevaya-putina"),
        ("Путин", "putin-erdogan-soci"),
        ("Кореја", "juzna-koreja-izvoz-cipova"),
        ("космодром Восточни", "nova-rampa-angara"),
    ],
)
def test_articles_near_the_subject_are_met_by_single_words_but_are_not_about_it(query: str, near: str) -> None:
    assert meets(of(near).first, query)
    assert not of(near).russia_north_korea
    assert not meets(of(near).first, "Kim Putin")


def test_agency_copy_stands_on_four_outlets_in_two_languages_on_both_sides_of_the_topic() -> None:
    copies = [article for article in EVERY if article.copy_of]
    originals = [of(article.copy_of.split("/")[1]) for article in copies]

    assert len({article.outlet for article in copies + originals}) == 4
    assert [copy.event for copy in copies] == [original.event for original in originals]
    assert {copy.russia_north_korea for copy in copies} == {True, False}
    assert {copy.story for copy in copies} == {original.story for original in originals} == {each.key for each in originals}


@pytest.mark.parametrize("slug", ["susret-putina-i-kima", "dunav-raste-brana"])
def test_the_serbian_copies_are_the_same_text_in_the_other_script(slug: str) -> None:
    copy = of(slug)
    original = of(copy.copy_of.split("/")[1])

    assert copy.first.body.lower() == latin(original.first.body)


def test_the_english_copy_has_small_edits() -> None:
    copy = of("putin-kim-russian-cosmodrome")
    original = of(copy.copy_of.split("/")[1])

    alike = difflib.SequenceMatcher(None, copy.first.body.split(), original.first.body.split(), autojunk=False).ratio()

    assert 0.85 < alike < 1


def test_one_article_has_a_second_version() -> None:
    edited = [article for article in EVERY if article.second]

    assert [article.slug for article in edited] == ["kim-jong-un-fighter-plant"]
    assert edited[0].second
    assert edited[0].second.title != edited[0].first.title
    assert edited[0].second.body != edited[0].first.body


def test_one_article_is_announced_under_two_addresses() -> None:
    assert [article.slug for article in EVERY if article.tracked] == ["washington-warns-pyongyang"]


def test_every_text_fits_its_outlets_charset() -> None:
    for outlet in outlets():
        for article in outlet.articles:
            text = f"{article.first.title}\n{article.first.body}"
            assert text.encode(outlet.charset).decode(outlet.charset) == text


def test_labels_of_entities_are_those_of_the_shipped_gazetteer(tmp_path: Path) -> None:
    known = {rule.id for rule in load(tmp_path, tmp_path, {}).entities}

    assert {each for article in EVERY for each in article.entities} <= known
    assert {"vladimir-putin", "kim-jong-un"} <= set(of(TRAP).entities)
    assert of("lososevaya-putina").entities == ()  # a fishing season, and no president


def test_what_is_on_the_topic_names_both_sides_and_naming_both_is_not_enough() -> None:
    russia = {"russia", "moscow", "vladimir-putin", "vladivostok"}
    korea = {"north-korea", "pyongyang", "kim-jong-un"}
    both = [article for article in EVERY if russia & set(article.entities) and korea & set(article.entities)]

    assert {article.key for article in EVERY if article.topics} < {article.key for article in both}
    assert len({article.language for article in EVERY if article.topics}) == 7
    assert len({article.language for article in EVERY if not article.topics}) == 7


def test_every_script_of_the_mission_is_there() -> None:
    assert {article.script for article in EVERY} == {"Cyrl", "Latn", "Kore", "Hani", "Jpan"}
    assert all(script_of(article.first.body) == article.script for article in EVERY)
