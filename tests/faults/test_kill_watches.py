"""Kill matching and telling at any moment: no match is lost or recorded twice, and a message is repeated once a kill at most."""

import collections
import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli import TOML, Cli
from tests.wire import Wire
from wirewatch.model import Watch
from wirewatch.state.database import opened

ROUNDS = int(os.environ.get("KILL_ROUNDS", "2"))
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
    cli = _config(tmp_path, wire.watches)

    for _ in range(KILLS):
        process = cli.start("match")
        _wait_for_messages(cli, dice.randrange(len(expected)), process)
        time.sleep(dice.uniform(0, 0.02))
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


def _wait_for_messages(cli: Cli, number: int, process: "subprocess.Popen[str]") -> None:
    """Until so many were sent, or the process has ended."""
    file = cli.home / "alerts.jsonl"
    while process.poll() is None and (number and (not file.exists() or file.read_bytes().count(b"\n") < number)):
        time.sleep(0.002)


def _config(folder: Path, watches: Sequence[Watch]) -> Cli:
    config = folder / "config"
    config.mkdir()
    (config / "wirewatch.toml").write_text(TOML, encoding="utf-8")
    rows = (f"  - {{name: {watch.name}, query: '{watch.query}', channels: [desk]}}\n" for watch in watches)
    (config / "watches.yaml").write_text("watches:\n" + "".join(rows), encoding="utf-8")
    return Cli(config, folder / "home")
