"""`wirewatch entities` as a user types it."""

from pathlib import Path

import pytest

from tests.cli import Cli

GUEST = ("entities", "add", "zoran-tasic", "--name", "Zoran Tasić", "--kind", "person", "--alias", "sr=Зоран Тасић")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    (tmp_path / "config").mkdir()
    return Cli(tmp_path / "config", tmp_path / "home")


def test_the_shipped_gazetteer_passes_its_own_check(cli: Cli) -> None:
    assert cli("entities", "check") == ""


def test_find_shows_what_is_named_where_and_why_a_topic_holds(cli: Cli) -> None:
    text = "Гост\nKим Џонг Ун је код Путина. Пада киша."

    shown = cli("entities", "find", text)

    assert [(row["id"], row["text"]) for row in cli.rows("entities", "find", text)] == [
        ("kim-jong-un", "Kим Џонг Ун"),
        ("vladimir-putin", "Путина"),
    ]
    assert "russia-north-korea  Kим Џонг Ун је код Путина." in shown
    assert "киша" not in shown


def test_an_entity_that_was_added_is_found_and_its_missing_languages_are_told(cli: Cli) -> None:
    cli(*GUEST)

    assert [row["id"] for row in cli.rows("entities", "find", "код Зорана Тасића")] == ["zoran-tasic"]
    assert {row["warning"].rpartition(" in ")[2] for row in cli.rows("entities", "check", code=1)} == {
        "sr-Latn", "ru", "uk", "en", "ko", "zh", "ja",
    }  # fmt: skip


def test_a_second_entity_with_an_alias_of_the_first_is_told_with_the_line(cli: Cli) -> None:
    cli(*GUEST)
    cli("entities", "add", "other", "--name", "Other", "--kind", "person", "--alias", "en=Zorana Tasića")

    warnings = [row["warning"] for row in cli.rows("entities", "check", code=1) if "too" in row["warning"]]

    lines = (cli.config / "entities.yaml").read_text(encoding="utf-8").splitlines()
    assert ["Зоран" in warnings[0], "Zorana" in warnings[1]] == [True, True]
    assert [lines[int(warning.split(":")[1]) - 1].strip() for warning in warnings] == ["sr: [Зоран Тасић]", "en: [Zorana Tasića]"]


@pytest.mark.parametrize(
    "arguments", [GUEST[:-1] + ("Зоран",), ("entities", "add", "A B", *GUEST[3:]), ("entities", "check", "--text", "none.txt")]
)
def test_a_mistake_is_the_users_and_says_so(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert "wirewatch: " in cli(*arguments, code=2)
