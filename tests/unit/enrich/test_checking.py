"""`entities check`: names that will be met too often or too seldom, each with its file and line."""

from pathlib import Path

import pytest

from wirewatch.demo.sample import outlets
from wirewatch.enrich.checking import doubts, words_of
from wirewatch.model import EntityRule
from wirewatch.settings import load
from wirewatch.settings.load import shipped
from wirewatch.settings.located import read_yaml

NAMES = (
    "sr: [Сандук], sr-Latn: [Sanduk], ru: [Сундуков], uk: [Скринчук], en: [Chestov], ko: [상자코], zh: [箱子夫], ja: [ハコノフ]"
)


def warnings(folder: Path, *rows: str, text: str = "", only: str = "") -> list[str]:
    """What is said of entities.yaml with these rows, a line each after `entities:`."""
    file = folder / "entities.yaml"
    file.write_text("\n".join(["entities:", *rows]), encoding="utf-8")
    located = read_yaml(file)
    rules = [EntityRule(**row) for row in located.data["entities"]]
    return [line.removeprefix(f"{folder}/") for line in doubts(located, rules, words_of([text]), only)]


def row(name: str, aliases: str = NAMES, more: str = "") -> str:
    return f"  - {{id: {name}, name: {name}, kind: person, aliases: {{{aliases}}}{more}}}"


def test_a_good_entity_raises_no_doubt(tmp_path: Path) -> None:
    assert warnings(tmp_path, row("chestov")) == []


def test_two_entities_with_one_alias_are_told_at_both_lines(tmp_path: Path) -> None:
    found = warnings(tmp_path, row("chestov"), row("other", NAMES.replace("[Chestov]", "[Sanduku]")))

    assert [line.split(":")[1] for line in found if "names other too" in line] == ["2", "2", "2", "2", "2", "2", "2"]
    assert any(line.startswith("entities.yaml:3: entities[1].aliases.en[0]: 'Sanduku' names chestov too") for line in found)


def test_a_missing_language_is_told(tmp_path: Path) -> None:
    found = warnings(tmp_path, row("chestov", NAMES.replace("ko: [상자코], ", "")))

    assert found == ["entities.yaml:2: entities[0].aliases: chestov has no name in ko"]


@pytest.mark.parametrize("more", ["", ", exact: [Chestov, Chestova]", ", words: [chestovom]"])
def test_a_name_that_running_text_has_in_lower_case_is_told_unless_it_is_guarded(tmp_path: Path, more: str) -> None:
    found = warnings(tmp_path, row("chestov", more=more), text="We saw chestovom there.")

    assert [line.split(": ", 2)[2] for line in found] == (
        [] if more else ["'Chestov' folds like the word 'chestovom': list its forms in `exact`, or the word in `words`"]
    )


def test_a_stem_of_three_letters_wants_its_forms_listed(tmp_path: Path) -> None:
    short = NAMES.replace("[Chestov]", "[Lun]")

    assert ["three letters" in line for line in warnings(tmp_path, row("lun", short))] == [True]
    assert warnings(tmp_path, row("lun", short, ", exact: [Lun, Luna]")) == []


def test_an_acronym_needs_no_forms(tmp_path: Path) -> None:
    assert warnings(tmp_path, row("xz", NAMES.replace("[Chestov]", "[XZQ]")), text="xzq") == []


def test_surnames_may_be_shared_since_they_count_beside_a_longer_name_only(tmp_path: Path) -> None:
    other = (
        "sr: [Ана], sr-Latn: [Anabela], ru: [Анабелла], uk: [Анабель], en: [Annabel], ko: [안나벨], zh: [安娜贝], ja: [アナベル]"
    )

    found = warnings(tmp_path, row("chestov", more=", short: [Petrov]"), row("b", other, ", short: [Petrov], exact: [Ана]"))

    assert found == []


def test_one_entity_can_be_asked_for_alone(tmp_path: Path) -> None:
    rows = [row("a", "en: [Chestov]"), row("b", "en: [Trunkov]")]

    assert {line.split(":")[1] for line in warnings(tmp_path, *rows, only="b")} == {"3"}


def test_the_shipped_gazetteer_raises_no_doubt() -> None:
    texts = [article.first.body for outlet in outlets() for article in outlet.articles]

    assert doubts(read_yaml(shipped() / "entities.yaml"), load(environment={}).entities, words_of(texts)) == []


def test_an_ordinary_word_is_told_however_it_is_written_and_a_name_without_a_word_too(tmp_path: Path) -> None:
    found = warnings(tmp_path, row("chestov", NAMES.replace("[Chestov]", '[government, "...", "😀"]')), text="their government")

    assert [line.split(": ", 2)[2] for line in found] == [
        "'...' has no word: it is never met",
        "'😀' has no word: it is never met",
        "'government' folds like the word 'government': list its forms in `exact`, or the word in `words`",
    ]
