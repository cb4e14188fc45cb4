"""What becomes of an article whose page changes: through the command line, against a site that edits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import Cli
from tests.press import Press

TOML = """\
[fetch]
allow_networks = ["127.0.0.0/8"]
per_host_delay = 0
[channels]
desk = "file://alerts.jsonl"
"""
WATCHES = """watches:
  - {name: kim, query: Kim, channels: [desk]}
  - {name: versions, query: Kim, updates: true, channels: [desk]}
"""


@pytest.fixture
def press() -> Iterator[Press]:
    with Press(1) as outlets:
        yield outlets


@pytest.fixture
def cli(press: Press, tmp_path: Path) -> Cli:
    """A desk that has read the press's one article."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "wirewatch.toml").write_text(TOML, encoding="utf-8")
    (config / "feeds.yaml").write_text(press.feeds_yaml(), encoding="utf-8")
    (config / "watches.yaml").write_text(WATCHES, encoding="utf-8")
    desk = Cli(config, tmp_path / "home")
    press.publish(1)
    desk("run", "--once")
    return desk


def test_a_later_look_that_finds_another_text_is_a_new_version_of_the_article(press: Press, cli: Cli) -> None:
    (first,) = cli.rows("search", "Putin")

    press.correction = "Исправка: састанак је трајао краће."
    cli("run", "--once", "--now")

    (now,) = cli.rows("search", "Putin")
    assert first["updated_at"] is None
    assert now["id"] == first["id"]
    assert now["first_seen_at"] < now["updated_at"] <= now["indexed_at"]
    assert cli.rows("search", "Исправка")[0]["id"] == first["id"]
    assert len(cli.rows("watches", "history")) == 2
    assert sorted((message["watch"], message["version"]) for message in cli.told()) == [
        ("kim", 0),
        ("versions", 0),
        ("versions", 2),
    ]


def test_a_later_look_that_finds_the_same_writes_nothing(press: Press, cli: Cli) -> None:
    before = cli.rows("search", "Putin")

    cli("run", "--once", "--now")

    assert sum(press.asked.values()) == 2
    assert cli.rows("search", "Putin") == before
