"""The shipped gazetteer and topics: names in every script and inflection, and what only looks like one."""

import pytest

from wirewatch.enrich.entities import Gazetteer
from wirewatch.enrich.stage import enrich
from wirewatch.enrich.topics import Topics
from wirewatch.model import EntityRule, Extract, TopicRule
from wirewatch.settings import load

SETTINGS = load(environment={})
GAZETTEER, TOPICS = Gazetteer(SETTINGS.entities), Topics(SETTINGS.topics)


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Kим Џонг Ун позвао Владимира Путина", ["kim-jong-un", "vladimir-putin"]),
        ("Kim Džong Un i Putinova poseta", ["kim-jong-un", "vladimir-putin"]),
        ("Ким Чен Ын пригласил Путина в КНДР", ["kim-jong-un", "vladimir-putin", "north-korea"]),
        ("Кім Чен Ин і Путін", ["kim-jong-un", "vladimir-putin"]),
        ("Kim Jong Un met Putin's guests", ["kim-jong-un", "vladimir-putin"]),
        ("김정은은 푸틴 대통령을 만났다", ["kim-jong-un", "vladimir-putin"]),
        ("金正恩在俄罗斯会见普京", ["kim-jong-un", "russia", "vladimir-putin"]),
        ("プーチン氏と金正恩氏", ["vladimir-putin", "kim-jong-un"]),
        ("у Северној Kореји и Русији", ["north-korea", "russia"]),
        ("KIM JONG UN MEETS PUTIN", ["kim-jong-un", "vladimir-putin"]),
        ("Kim Kardashian in Rush hour", []),
        ("путина на Камчатке началась", ["kamchatka"]),
        ("South Korea and its president", ["south-korea"]),
        ("мощь и рус", []),
    ],
)
def test_names_are_known_by_one_id_in_every_language(text: str, entities: list[str]) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == entities


def test_a_match_says_where_the_name_stands() -> None:
    text = "Лидер Kим Џонг Ун је стигао"

    found = GAZETTEER.find(text)[0]

    assert text[found.start : found.end] == "Kим Џонг Ун"


def test_the_longest_name_wins_and_a_weak_one_only_takes_its_place() -> None:
    rules = [
        EntityRule(id="korea", name="Korea", kind="place", aliases={"en": ("Korea",)}),
        EntityRule(id="north-korea", name="North Korea", kind="place", aliases={"en": ("North Korea",)}),
        EntityRule(id="kim", name="Kim", kind="person", aliases={"en": ("Kim",)}, weak=True),
    ]

    found = Gazetteer(rules).find("Kim of North Korea, and Korea")

    assert [match.id for match in found] == ["north-korea", "korea"]


def test_an_acronym_wants_its_capitals() -> None:
    rules = [EntityRule(id="un", name="United Nations", kind="organisation", aliases={"en": ("UN",)})]

    assert [match.start for match in Gazetteer(rules).find("Kim Jong Un at the UN")] == [19]


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Путин и Ким Џонг Ун", ("russia-north-korea",)),
        ("Kremlj o Severnoj Koreji", ("russia-north-korea",)),
        ("러시아와 북한", ("russia-north-korea",)),
        ("Путин у Пекингу", ()),
        ("Пјонгјанг и Сеул", ()),
    ],
)
def test_the_meeting_needs_both_sides(text: str, topics: tuple[str, ...]) -> None:
    assert TOPICS.of(GAZETTEER.find(text), text, "") == topics


def test_a_topics_none_keeps_it_off_and_any_asks_for_one() -> None:
    rule = TopicRule(id="t", name="t", all=(("fish",),), any=("river", "lake"), none=("market",))

    assert [Topics([rule]).of((), text, "") for text in ("fish lake", "fish", "fish lake market")] == [("t",), (), ()]


def test_an_article_is_tagged_whole() -> None:
    body = "Лидер Северне Кореје Kим Џонг Ун позвао је руског председника Владимира Путина."

    seen = enrich(Extract(title="Позив", body=body), prior="sr", country="rs", gazetteer=GAZETTEER, topics=TOPICS)

    assert (seen.language, seen.script) == ("sr", "Cyrl")
    assert seen.entities == ("north-korea", "kim-jong-un", "vladimir-putin")
    assert seen.entity_names == ("North Korea", "Kim Jong Un", "Vladimir Putin")
    assert seen.topics == ("russia-north-korea",)
