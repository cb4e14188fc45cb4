"""Where a name ends: scripts that set no blanks between words, and acronyms that another script spells alike."""

import pytest

from wirewatch.enrich.entities import Gazetteer
from wirewatch.model import EntityRule
from wirewatch.settings import load

ALIASES = {
    "syria": ("シリア", "Сирия"),
    "russia": ("ロシア", "러시아"),
    "putin": ("プーチン",),
    "north-korea": ("북한",),
    "nato": ("나토",),
    "european-union": ("ЕС", "EU"),
    "united-states": ("САД", "SAD"),
}
GAZETTEER = Gazetteer(
    [EntityRule(id=name, name=name, kind="place", aliases={"en": aliases}) for name, aliases in ALIASES.items()]
)
SHIPPED = Gazetteer(load(environment={}).entities)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("シリア情勢が悪化", ["syria"]),
        ("朝はシリアルを食べる", []),
        ("プロシアの軍隊", []),
        ("プーチンロシア大統領", ["putin"]),
        ("プーチン・ロシア大統領", ["putin", "russia"]),
        ("나토는 성명을 냈다", ["nato"]),
        ("하나토큰을 샀다", []),
        ("대북한 정책과 친러시아 세력", ["north-korea", "russia"]),
        ("탈북한 주민", []),  # who left the North: its letters 북한 are of another word
    ],
)
def test_a_name_in_a_script_without_blanks_begins_where_a_word_begins(text: str, names: list[str]) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ЕС ввёл санкции", ["european-union"]),
        ("The ES series of engines", []),
        ("The EU agreed", ["european-union"]),
        ("САД и SAD", ["united-states", "united-states"]),
        ("Sad je kasno", []),
    ],
)
def test_an_acronym_is_of_its_own_script(text: str, names: list[str]) -> None:
    assert [found.id for found in GAZETTEER.find(text)] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The US Joint Chiefs of Staff said nothing", ["united-states"]),
        ("South Korea's Joint Chiefs of Staff said nothing", ["joint-chiefs-south-korea"]),
        ("Выступил Хасан Рахимов", []),
        ("На станции Хасан ждали поезд; Хасан украсили", ["khasan", "khasan"]),
        ("Сухой закон отменили", []),
        ("瑞士联邦委员会决定", []),
        ("インドネシアの大統領", ["indonesia"]),
        ("U Zagrebu i Ženevi", ["zagreb", "geneva"]),
        ("Odeska pisma stižu iz Odese", ["odesa"]),
        ("Одессу и Одесою", ["odesa", "odesa"]),
    ],
)
def test_shipped_names_are_not_taken_from_others(text: str, names: list[str]) -> None:
    assert [found.id for found in SHIPPED.find(text)] == names
