"""Kill any process at any moment and start again: no article is lost, none is indexed twice, no match is recorded twice."""

import collections
import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.cli import TOML, on_site
from wirewatch.archive.read import list_files, read_records
from wirewatch.demo.site import SampleSite

ROUNDS = int(os.environ.get("KILL_ROUNDS", "2"))
KILLS = 2  # a round


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[tuple[str, str]]]:
    """What a run that nobody disturbs finds and matches: titles, and (watch, title) pairs."""
    with SampleSite() as site:
        cli = on_site(site, tmp_path_factory.mktemp("undisturbed"))
        cli("run", "--once")
        titles = {row["title"] for row in cli.rows("search", "*", "--limit", "1000")}
        return titles, {(row["watch"], row["title"]) for row in cli.rows("watches", "history")}


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_after_kills_at_random_moments_everything_is_there_once(
    seed: int, tmp_path: Path, expected: tuple[set[str], set[tuple[str, str]]]
) -> None:
    dice = random.Random(seed)
    titles, matches = expected
    with SampleSite() as site:
        cli = on_site(site, tmp_path)

        for _ in range(KILLS):
            process = cli.start("run", "--once", "--now")
            with contextlib.suppress(Exception):
                process.wait(dice.uniform(0.6, 5.0))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL) if dice.random() < 0.5 else os.kill(process.pid, signal.SIGKILL)
            process.communicate(timeout=30)
        cli("run", "--once", "--now")

        found = cli.rows("search", "*", "--limit", "1000")
        history = cli.rows("watches", "history")
        status = cli.rows("status")[0]
    assert {row["title"] for row in found} == titles
    assert len(found) == len(titles) == len({row["id"] for row in found})
    assert len(history) == len(matches)
    assert len({(row["watch"], row["story_id"]) for row in history}) == len(history)
    assert status["articles"].get("failed", 0) == 0
    assert status["articles"].get("queued", 0) == 0
    told = collections.Counter(message["match_id"] for message in cli.told())
    live = [row for row in history if row["state"] == "sent"]
    assert len(told) == len(live) == len([row for row in history if row["watch"] != "on-topic" and row["state"] != "suppressed"])
    assert sum(told.values()) - len(told) <= KILLS, "told twice more often than a kill can fall between sending and noting"
    archive = str(cli.home / "archive")
    records = [record for file in list_files(archive) for record in read_records(archive, file)]
    assert len(records) >= len(titles)


def test_two_runs_at_once_share_the_work_and_double_nothing(
    tmp_path: Path, expected: tuple[set[str], set[tuple[str, str]]]
) -> None:
    with SampleSite() as site:
        cli = on_site(site, tmp_path)

        both = [cli.start("run", "--once"), cli.start("run", "--once")]
        ended = [process.communicate(timeout=100) for process in both]
        cli("run", "--once")

        found = cli.rows("search", "*", "--limit", "1000")
        history = cli.rows("watches", "history")
        asked = collections.Counter(path for path, _ in site.requests if path.endswith(".html") and "robots" not in path)
    assert [process.returncode for process in both] == [0, 0], ended
    assert len(found) == len({row["title"] for row in found}) == len(expected[0])
    assert len(history) == len(expected[1])
    assert max(collections.Counter(message["match_id"] for message in cli.told()).values()) == 1
    assert not asked or max(asked.values()) == 1


def test_ctrl_c_ends_cleanly_with_a_summary(tmp_path: Path) -> None:
    with SampleSite() as site:
        cli = on_site(site, tmp_path, toml=TOML.replace("per_host_delay = 0", "per_host_delay = 3"))
        process = cli.start("run", "--once")
        time.sleep(4)

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)

        cli("status")
    assert "Traceback" not in err
    assert "stopped early" in err
    assert "poll" in out
