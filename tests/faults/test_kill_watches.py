"""Kill matching and telling at any moment: no match is lost or recorded twice, and a message is repeated once a kill at most."""

import collections
import contextlib
import os
import random
import signal
from pathlib import Path

import pytest

from tests.cli import TOML, Cli
from tests.wire import Wire
from wirewatch.state.database import opened

ROUNDS = int(os.environ.get("KILL_ROUNDS", "5"))
KILLS = 3  # a round
ARTICLES, STANDING = 40, 12
WORDS = ("Ким", "Путин", "Москва", "Пјонгјанг", "воз", "ракета")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_after_kills_while_matching_and_telling_every_match_is_told(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    with opened("sqlite", tmp_path / "home") as db:
        wire = Wire(db, tmp_path / "home")
        wire.watches += [wire.watch(f"w{n}", query=" OR ".join(dice.sample(WORDS, 3))) for n in range(STANDING)]
        articles = {wire.article(" ".join(words)): words for words in ([*dice.sample(WORDS, 3), str(n)] for n in range(ARTICLES))}
    asked = {watch.name: set(watch.query.split(" OR ")) for watch in wire.watches}
    expected = {(name, id_) for name, words in asked.items() for id_, have in articles.items() if words & set(have)}
    cli = _config(tmp_path, asked)

    for _ in range(KILLS):
        process = cli.start("match")
        with contextlib.suppress(Exception):
            process.wait(dice.uniform(0.5, 2.5))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
    cli("match")

    history = cli.rows("watches", "history")
    assert {(row["watch"], row["article_id"]) for row in history} == expected
    assert len(history) == len(expected)
    assert {row["state"] for row in history} == {"sent"}
    told = collections.Counter((message["watch"], message["article_id"]) for message in cli.told())
    repeated = sum(told.values()) - len(told)
    print(f"{len(expected)} matches, {KILLS} kills: {repeated} told twice")
    assert set(told) == expected
    assert repeated <= KILLS, "only what was sent and not yet noted is sent again: one message an address and kill"


def _config(folder: Path, asked: dict[str, set[str]]) -> Cli:
    config = folder / "config"
    config.mkdir()
    (config / "wirewatch.toml").write_text(TOML, encoding="utf-8")
    rows = (f"  - {{name: {name}, query: '{' OR '.join(sorted(words))}', channels: [desk]}}\n" for name, words in asked.items())
    (config / "watches.yaml").write_text("watches:\n" + "".join(rows), encoding="utf-8")
    return Cli(config, folder / "home")
