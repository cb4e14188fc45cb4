"""`channels test` and `watches feed`, as a user calls them."""

from pathlib import Path

import feedparser
import pytest

from tests.cli import TOML, Cli
from tests.receivers import receiving
from tests.wire import Wire
from wirewatch.state.database import opened


def config(folder: Path, toml: str = TOML) -> Cli:
    (folder / "config").mkdir()
    (folder / "config" / "wirewatch.toml").write_text(toml, encoding="utf-8")
    (folder / "config" / "watches.yaml").write_text("watches:\n  - {name: kim, query: 'Ким'}\n", encoding="utf-8")
    return Cli(folder / "config", folder / "home")


def test_each_address_of_a_channel_is_tried_and_no_secret_shown(tmp_path: Path) -> None:
    with receiving() as fine, receiving(401) as refusing:
        urls = f'["{fine.hook}", "json://desk:s3cret@127.0.0.1:{refusing.server_port}/t0ken", "slack://T1JJ3T3L2/bad"]'
        cli = config(tmp_path, f"[channels.desk]\nurl = {urls}\n")
        process = cli.start("channels", "test", "desk")
        out, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert out.splitlines() == [
        "ok  webhook://127.0.0.1 took it",
        "BAD json://127.0.0.1 did not take it: it answered 401",
        "BAD slack://… is no Apprise address",
    ]
    assert not any(secret in out + err for secret in ("s3cret", "t0ken", "T1JJ3T3L2"))
    assert fine.got[0][1]["matches"][0]["title"] == "A test of the channel desk"


def test_a_channel_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    said = config(tmp_path)("channels", "test", "newsrom", code=2)

    assert said == "wirewatch: 'newsrom' is no channel of wirewatch.toml; the channels are: desk\n"


@pytest.mark.parametrize("limit", [2, 50])
def test_a_watchs_feed_has_its_last_stories(tmp_path: Path, limit: int) -> None:
    cli = config(tmp_path)
    with opened("sqlite", tmp_path / "home") as db:
        wire = Wire(db, tmp_path / "home")
        wire.watch("kim", query="Ким")
        for n in range(3):
            wire.article(f"Ким {n} код Путина")
        wire.judge()

    cli("watches", "feed", "kim", "--output", str(tmp_path / "kim.atom"), "--limit", str(limit))

    parsed = feedparser.parse((tmp_path / "kim.atom").read_bytes())
    assert not parsed.bozo
    assert len(parsed.entries) == min(limit, 3)
    assert list(tmp_path.glob(".*")) == []
