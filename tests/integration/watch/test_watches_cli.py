"""`wirewatch watches …` as a user has it, over articles that came on a wire."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.wire import Wire
from wirewatch.cli.app import app
from wirewatch.errors import UserError
from wirewatch.model import AtLeast
from wirewatch.state import matches
from wirewatch.state.database import opened

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BODY = "Лидер Северне Кореје Ким Џонг Ун стигао је возом у Владивосток, где га је дочекао гувернер, јављају дописници агенције."
LONG = "Воз је синоћ прешао границу и стаје на пет станица, јављају дописници агенције из Владивостока и Хасана на граници." * 3
WATCHES = """watches:
  - {name: kim, query: Kim NOT Kardashian, channels: [desk]}
  - {name: wrong, query: 'Kim AND Putyn AND Ужице', languages: [sr, ru]}
  - {name: big, query: Kim, at_least: 3 sources within 6h}
  - {name: all, query: '*'}
  - {name: news, query: Kim, first_mention: 30d}
  - {name: much, query: Kim, rate: 3x the usual}
"""


class Desk:
    """A config folder, a wire that fills its home, and the commands."""

    def __init__(self, wire: Wire, config: Path) -> None:
        self.wire, self.config = wire, config

    def __call__(self, *arguments: str) -> str:
        """What `watches …` prints."""
        options = ["--config", str(self.config), "--home", str(self.wire.folder), "watches", *arguments]
        done = CliRunner().invoke(app, options, catch_exceptions=False)
        assert done.exit_code == 0
        return done.stdout

    def row(self, *arguments: str) -> dict[str, Any]:
        """The JSON object that it prints."""
        row: dict[str, Any] = json.loads(self(*arguments, "--json"))
        return row


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    config = tmp_path / "config"
    config.mkdir()
    (config / "watches.yaml").write_text(WATCHES, encoding="utf-8")
    (config / "wirewatch.toml").write_text('[channels]\ndesk = "file://alerts.jsonl"\n', encoding="utf-8")
    with opened("sqlite", tmp_path / "home") as db:
        yield Desk(Wire(db, tmp_path / "home"), config)


def test_a_test_says_what_would_have_been_told_how_often_and_tells_nobody(desk: Desk) -> None:
    desk.wire.article("Ким стиже", BODY, ago=70 * HOUR)
    desk.wire.article("Ким стиже возом", BODY, ago=50 * HOUR, source="Данас")
    desk.wire.article("Ким отпутовао", ago=HOUR)
    desk.wire.article("Стари Ким", ago=HOUR, published=30 * DAY)
    desk.wire.article("Kim Kardashian")

    said, row = desk("test", "kim", "--since", "4d"), desk.row("test", "kim", "--since", "4d")

    assert "kim would have told 2 stories since" in said
    assert (row["stories"], row["days"], row["old"], row["advice"]) == (2, [0, 1, 0, 1], 1, [])
    assert [each["title"] for each in row["newest"]] == ["Ким отпутовао", "Ким стиже"]
    assert "2 tellings" in said
    assert matches.history(desk.wire.db) == []


def test_a_test_of_a_watch_that_finds_nothing_says_which_part_is_the_cause(desk: Desk) -> None:
    desk.wire.article("Ким и Путин", BODY)

    said = desk("test", "wrong")

    assert "alone, Kim: 1 article" in said
    assert "nothing at all has Ужице: is it spelt as the articles have it?" in said


def test_a_test_on_an_empty_index_says_that_and_blames_no_word(desk: Desk) -> None:
    assert desk.row("test", "wrong")["advice"] == ["the index is empty: `wirewatch run --once` polls the feeds and fills it"]


def test_a_test_of_a_watch_that_is_too_broad_says_how_to_narrow_it(desk: Desk) -> None:
    for n in range(30):
        desk.wire.article(f"Вест {n}", ago=HOUR)

    (line,) = desk.row("test", "all", "--since", "1d")["advice"]

    assert line.startswith("30 stories a day are more than anyone reads: add a word")


def test_a_test_asks_the_conditions_over_time_too(desk: Desk) -> None:
    for source, ago in (("Вести", 9 * HOUR), ("Данас", 4 * HOUR), ("Јутро", 3 * HOUR), ("Волна", HOUR)):
        desk.wire.article(f"Ким: {source}", BODY, source=source, ago=ago)

    row = desk.row("test", "big")

    assert [each["title"] for each in row["newest"]] == ["Ким: Јутро"]
    assert row["lacking"] == {"at_least": 2}


def test_a_test_counts_tellings_as_the_real_telling_does_also_those_that_the_query_does_not_meet(desk: Desk) -> None:
    desk.wire.watch("big", query="Kim", at_least=AtLeast(3, 6 * HOUR))
    for title, source, ago in (("Воз", "Данас", 4 * HOUR), ("Посета", "Јутро", 3 * HOUR), ("Ким стиже", "Волна", HOUR)):
        desk.wire.article(title, LONG, source=source, ago=ago)
    desk.wire.judge()

    row = desk.row("test", "big")

    assert [title for title, _ in desk.wire.told("big")] == ["Ким стиже"]
    assert [each["title"] for each in row["newest"]] == ["Ким стиже"]


def test_a_replay_tells_what_was_not_told_once(desk: Desk) -> None:
    desk.wire.watch("kim", query="Kim NOT Kardashian", saved=DAY)
    desk.wire.article("Ким пре", BODY, ago=2 * DAY)
    desk.wire.judge()
    desk.wire.watches.clear()
    desk.wire.article("Ким док сата није било", ago=3 * HOUR)
    desk.wire.judge()

    said = [desk("replay", "kim", "--since", "7d") for _ in range(2)]

    assert said[0].startswith("2 stories told, 0 told before\nmessages: 2 sent")
    assert said[1].startswith("0 stories told, 2 told before")
    assert len((desk.wire.folder / "alerts.jsonl").read_text().splitlines()) == 2


def test_an_explanation_names_clause_word_and_what_came_of_it(desk: Desk) -> None:
    desk.wire.watch("kim", query="Kim NOT Kardashian", saved=DAY)
    told, old = desk.wire.article("Kимова посета", BODY), desk.wire.article("Ким пре", ago=2 * DAY)
    desk.wire.judge()
    other = desk.wire.article("Kim Kardashian")

    assert "  yes   Kim  (Kимова, Ким)\n" in desk("explain", "kim", told)
    assert "by 'Kимова посета'; desk: pending" in desk("explain", "kim", told)
    assert "recorded and not told: first seen before the watch was saved" in desk("explain", "kim", old)
    assert "  no    NOT Kardashian  (Kardashian)\nit doesn't meet the watch" in desk("explain", "kim", other)


def test_an_explanation_takes_an_address_and_says_which_condition_over_time_is_not_met(desk: Desk) -> None:
    desk.wire.article("Ким стиже", BODY, url="https://vesti.example/kim")

    said = desk("explain", "big", "https://www.vesti.example/kim?utm_source=x")

    assert "no  at_least  (told by 1 of 3 sources within 6h)\nit meets the query, and not at_least" in said


def test_a_list_for_programs_has_conditions_over_time_as_they_are_written(desk: Desk) -> None:
    rows = {row["name"]: row for row in map(json.loads, desk("list", "--json").splitlines())}

    assert rows["big"]["at_least"] == "3 sources within 6h"
    assert rows["news"]["first_mention"] == "30d"
    assert rows["much"]["rate"] == "3x the usual within 3h"
    assert (rows["kim"]["rate"], rows["kim"]["muted_until"]) == (None, None)


def test_a_muted_watch_says_until_when_and_unmute_how_to_catch_up(desk: Desk) -> None:
    assert desk("mute", "kim", "--until", "2h").startswith("kim is muted until ")
    assert list(matches.muted(desk.wire.db)) == ["kim"]
    assert [line.split()[0] for line in desk("list").splitlines() if "(muted until" in line] == ["kim"]
    assert "replay kim --since" in desk("unmute", "kim")
    assert matches.muted(desk.wire.db) == {}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("test", "kin"), "'kin' is no watch of watches.yaml; the watches are: kim, wrong, big, all, news, much"),
        (("test", "kim", "--since", "soon"), "--since: 'soon' is no time; write 7d"),
        (("test", "kim", "--since", "2999-01-01"), "--since: '2999-01-01' is still to come"),
        (("mute", "kim", "--until", "2020-01-01"), "--until: '2020-01-01' is over; write 2h, 7d"),
        (("explain", "kim", "nothing"), "nothing: no article of this id or address is in the index"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_would_be_right(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(UserError, match=r"^[^\n]+$") as caught:
        desk(*arguments)

    assert str(caught.value).startswith(says)


def test_dead_messages_are_put_on_their_way_again(desk: Desk) -> None:
    desk.wire.watch("kim", query="Kim")
    desk.wire.article("Ким стиже")
    desk.wire.judge()
    (task,) = matches.claim_outbox(desk.wire.db)
    matches.failed_once(desk.wire.db, replace(task, attempts=7), "refused")
    dead = [row.state for row in matches.history(desk.wire.db)]

    said = desk("retry", "kim"), desk("retry", "big")

    assert dead == ["dead"]
    assert (said[0].split()[0], said[1].split()[0]) == ("1", "0")
    assert [row.state for row in matches.history(desk.wire.db)] == ["pending"]


def test_the_history_of_one_watch_says_why(desk: Desk) -> None:
    desk.wire.watch("kim", query="Kim")
    desk.wire.watch("big", query="Kim", at_least=AtLeast(2, HOUR))
    desk.wire.article("Ким стиже", BODY)
    desk.wire.judge()

    row = desk.row("history", "kim")

    assert row["why"] == {"words": ["Ким"], "entities": [], "topics": []}
    assert row["sentence"] == f"Лидер Северне Кореје <em>Ким</em>{BODY.split('Ким')[1]}"
    assert desk("history", "big") == ""
