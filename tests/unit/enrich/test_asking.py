"""Who types one of an entity's names also means the others."""

from pathlib import Path

import pytest

from wirewatch.analysis.query import And, Exact, Field, Node, Not, Or, Phrase, Word, parse
from wirewatch.enrich.asking import also_named
from wirewatch.enrich.entities import Gazetteer, names
from wirewatch.model import EntityRule
from wirewatch.settings import load

KIM = EntityRule(
    id="kim-jong-un",
    name="Kim Jong Un",
    kind="person",
    aliases={"en": ("Kim Jong Un",), "ru": ("Ким Чен Ын",), "ko": ("김정은",)},
    short=("Kim",),
)
PUTIN = EntityRule(id="vladimir-putin", name="Vladimir Putin", kind="person", aliases={"sr": ("Владимир Путин", "Путин")})
US = EntityRule(id="us", name="US", kind="place", aliases={"sr": ("САД",), "en": ("US",)}, words=("sad", "сад", "us"))
DUMA = EntityRule(id="state-duma", name="State Duma", kind="organisation", aliases={"ru": ("Дума",)}, words=("дума",))
GAZETTEER = Gazetteer([KIM, PUTIN, US, DUMA])


def ids(node: Node) -> list[str]:
    """The entities asked for."""
    match node:
        case Field("entity", value):
            return [value]
        case And(parts) | Or(parts):
            return [each for part in parts for each in ids(part)]
    return []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Kim Jong Un", ["kim-jong-un"]),
        ("kim jong un", ["kim-jong-un"]),
        ("Ким Чен Ына", ["kim-jong-un"]),
        ("김정은", ["kim-jong-un"]),
        ('"Kim Jong Un"', ["kim-jong-un"]),
        ("Владимира Путина AND воз", ["vladimir-putin"]),
        ("Kim Jong Un Владимир Путин", ["kim-jong-un", "vladimir-putin"]),
        ("воз OR (Kim Jong Un)", ["kim-jong-un"]),
        ("Kim", []),
        ("Kim воз Jong Un", []),
        ('="Kim Jong Un"', []),
        ("title:김정은", []),
        ("воз NOT 김정은", []),
        ('"Kim Jong Un stigao"', []),
        ("воз", []),
        ("Путин.", ["vladimir-putin"]),
        ("Путин?", ["vladimir-putin"]),
        ('"Kim Jong Un."', ["kim-jong-un"]),
        ("«김정은»!", ["kim-jong-un"]),
        ("САД", ["us"]),
        ("Сједињене Државе и САД", ["us"]),
        ("sad", []),
        ("us", []),
        ("Дума", ["state-duma"]),
        ("дума", []),
    ],
)
def test_whom_a_query_names(query: str, expected: list[str]) -> None:
    node, also = also_named(parse(query), GAZETTEER)

    assert ids(node) == expected
    assert [each.id for each in also] == expected


def test_the_words_typed_and_the_rest_of_the_query_stay() -> None:
    node, also = also_named(parse('воз Kim Jong Un NOT ="крај"'), GAZETTEER)

    name = And((Word("Kim"), Word("Jong"), Word("Un")))
    others = (Phrase("Kim Jong Un"), Phrase("Ким Чен Ын"), Phrase("김정은"))
    assert node == And((Word("воз"), Or((name, Field("entity", "kim-jong-un"), *others)), Not(Exact("крај"))))
    assert also[0].names == ("Kim Jong Un", "Ким Чен Ын", "김정은")


@pytest.mark.parametrize("query", ["воз", "Kim", "title:Путин", "*", "Put*", "воз AND (Kim OR поље)"])
def test_a_query_that_names_nobody_stays_as_it_is(query: str) -> None:
    assert also_named(parse(query), GAZETTEER) == (parse(query), ())


def test_every_name_that_ships_names_its_entity_when_it_is_all_that_is_typed(tmp_path: Path) -> None:
    entities = load(home=tmp_path, environment={}).entities
    gazetteer = Gazetteer(entities)
    shipped = {(rule.id, name.text) for rule in entities if not rule.weak for name in names(rule) if not name.short}

    unknown = [(id_, text) for id_, text in shipped if [each.id for each in also_named(Phrase(text), gazetteer)[1]] != [id_]]

    assert len(shipped) > 3000
    assert unknown == []
