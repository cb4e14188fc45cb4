"""The shipped gazetteer and topics: names in every script and inflection, and what only looks like one."""

import pytest

from benchmarks.matching import judged, precision_and_recall
from wirewatch.analysis.chain import Reading, both
from wirewatch.enrich.checking import LANGUAGES
from wirewatch.enrich.entities import Gazetteer, names
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


PUTIN = "vladimir-putin"


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Путину на Камчатке открыли раньше срока.", ["kamchatka"]),  # the fishing season, by the sentence's capital
        ("Рыбаки ждали. «Путина началась», — сказал рыбак.", []),
        ("ПУТИНА НА САХАЛИНЕ НАЧАЛАСЬ", ["sakhalin"]),
        ("Путину подарили щенка. Потом Путин улетел.", [PUTIN, PUTIN]),
        ("Путину ответил Ким Чен Ын", [PUTIN, "kim-jong-un"]),
        ("Путину открыл Лавров: путина будет долгой", ["sergey-lavrov"]),
        ("Putina su dočekali", [PUTIN]),  # in Latin no word is spelled so
        ("Восточный ветер стих", []),
        ("Рампа на Восточном готова", ["vostochny"]),
        ("Крім того, ціна зросла. Ціна газу впала.", []),
        ("Наша земља, YES", []),
    ],
)
def test_a_word_that_begins_a_sentence_is_a_name_only_with_a_witness(text: str, entities: list[str]) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == entities


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Борисов тренирует «Левски»", []),
        ("Борисов опоздал. Юрий Борисов извинился. Борисову поверили.", ["yury-borisov"] * 3),
        ("Novak je dobio meč", []),
        ("Kim opened her clinic", []),
        ("Kim Jong Un smiled, and Kim left", ["kim-jong-un"] * 2),
    ],
)
def test_a_surname_of_many_counts_beside_the_longer_name_only(text: str, entities: list[str]) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == entities


def test_of_two_bearers_the_one_named_last_is_meant() -> None:
    rules = [
        EntityRule(id=f"{first}-orlov", name="", kind="person", aliases={"en": (f"{first.title()} Orlov",)}, short=("Orlov",))
        for first in ("anna", "boris")
    ]

    found = Gazetteer(rules).find("Anna Orlov came. Orlov sat. Boris Orlov came. Orlov spoke.")

    assert [each.id for each in found] == ["anna-orlov", "anna-orlov", "boris-orlov", "boris-orlov"]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("Лавра, Песок и Будни", []),  # stems of Лавров, Песков, Буданов
        ("Умер поэт", []),
        ("German Rain", []),
        ("Лаврову и Пескову", ["sergey-lavrov", "dmitry-peskov"]),
        ("в Северную Корею с Сергеем Шойгу", ["north-korea", "sergei-shoigu"]),
        ("Сергеја Шојгуа и Газпромом", ["sergei-shoigu", "gazprom"]),
        ("с Росатомом и Роскосмосом", ["rosatom", "roscosmos"]),
        ("до Білорусі та Кореї", ["belarus"]),
        ("из Беларуси", ["belarus"]),
        ("на Корејском полуострву", ["korean-peninsula"]),
        ("朝鲜半岛局势", ["korean-peninsula"]),  # and not North Korea, whose name begins it
    ],
)
def test_inflections_are_met_and_words_of_the_same_stem_are_not(text: str, entities: list[str]) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == entities


def test_two_names_that_share_a_letter_of_chinese_are_decided_for_the_first() -> None:
    assert [found.id for found in GAZETTEER.find("北韩国境")] == ["north-korea"]


def test_tokens_that_are_known_already_are_not_made_again() -> None:
    text = "Kим Џонг Ун и Путин"

    assert GAZETTEER.find(text, Reading(text, both(text))) == GAZETTEER.find(text)


def test_the_gazetteer_has_the_missions_world_in_eight_languages() -> None:
    people = [rule for rule in SETTINGS.entities if rule.kind == "person"]

    assert len(SETTINGS.entities) >= 150
    assert len(people) >= 60
    assert [rule.id for rule in SETTINGS.entities if not all(rule.aliases.get(language) for language in LANGUAGES)] == []


def test_every_alias_of_the_shipped_gazetteer_finds_its_entity() -> None:
    lost = [
        (rule.id, name.text)
        for rule in SETTINGS.entities
        for name in names(rule)
        if not (rule.weak or name.short)
        and name.text.lower() not in rule.words
        and rule.id not in {found.id for found in GAZETTEER.find(f"2023 {name.text}")}
    ]

    assert lost == []


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


def test_near_wants_both_within_one_paragraph() -> None:
    topics = Topics([TopicRule(id="t", name="t", near=(("fish", "trout"), ("lake",)))])

    assert topics.of((), "A trout in the lake", "") == ("t",)
    assert topics.of((), "News", "The trout swam.\nThe lake froze.") == ()


def test_a_list_that_names_both_countries_is_not_about_their_relation() -> None:
    body = "Russia is 49th.\nCitizens of North Korea can travel to 39 places."

    assert TOPICS.of(GAZETTEER.find(f"Passports\n{body}"), "Passports", body) == ()


def test_an_article_says_by_which_sentences_it_is_on_a_topic() -> None:
    title, body = "Gost iz Azije", "Stigao je voz. Putin je dočekao Kim Džong Una! Padala je kiša.\nPrenosi KCNA."

    why = TOPICS.why(GAZETTEER.find(f"{title}\n{body}"), title, body)

    assert why == {"russia-north-korea": ("Putin je dočekao Kim Džong Una!", "Prenosi KCNA.")}


def test_of_a_long_sentence_the_beginning_is_kept() -> None:
    text = "Putin je dočekao Kim Džong Una, " + "a padala je kiša, " * 40

    (why,) = TOPICS.why(GAZETTEER.find(text), text, "").values()

    assert why == (text[:300].rstrip() + "…",)


def test_the_topic_agrees_with_the_samples_labels() -> None:
    pairs = list(judged())

    precision, recall = precision_and_recall(pairs)

    assert min(sum(label for label, _ in pairs), sum(not label for label, _ in pairs)) >= 15  # both sides well populated
    assert precision >= 0.95
    assert recall >= 0.95


def test_an_article_is_tagged_whole() -> None:
    body = "Лидер Северне Кореје Kим Џонг Ун позвао је руског председника Владимира Путина."

    seen = enrich(Extract(title="Позив", body=body), prior="sr", country="rs", gazetteer=GAZETTEER, topics=TOPICS)

    assert (seen.language, seen.script) == ("sr", "Cyrl")
    assert seen.entities == ("north-korea", "kim-jong-un", "vladimir-putin")
    assert seen.entity_names == ("North Korea", "Kim Jong Un", "Vladimir Putin")
    assert seen.topics == ("russia-north-korea",)
    assert seen.topic_reasons == (body,)
