"""What is done once a day, who is told of trouble, and moving the state to a server: by the command line, as a user has it."""

import asyncio
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests import pg
from tests.cli import TOML, Cli, on_site
from wirewatch import alarms, tasks
from wirewatch.demo.site import SampleSite
from wirewatch.errors import UserError

ALARMS = TOML + 'ops = "file://ops.jsonl"\n[alarms]\nchannels = ["ops"]\n'


def ops(cli: Cli) -> list[dict[str, Any]]:
    """What the alarms' channel was told."""
    file = cli.home / "ops.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def as_airflow_has_it(cli: Cli, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Settings come from the environment alone."""
    for name, value in {"WIREWATCH_CONFIG": str(cli.config), "WIREWATCH_HOME": str(cli.home), **more}.items():
        monkeypatch.setenv(name, value)


def test_every_step_says_what_it_did_and_a_silent_feed_is_told_once(site: SampleSite, tmp_path: Path) -> None:
    cli = on_site(site, tmp_path, toml=ALARMS)
    cli("run", "--once")
    long_ago = int((datetime.now(UTC) - timedelta(days=9)).timestamp() * 1_000_000)
    with sqlite3.connect(cli.home / "state.db") as conn:
        conn.execute("UPDATE feeds SET last_new_at = ? WHERE no = 1", (long_ago,))

    first = cli.rows("maintain")
    second = cli.rows("maintain")

    assert [row["step"] for row in first] == ["sweep", "prune", "health", "compact", "check"]
    assert not any("problem" in row for row in first + second)
    assert first[2]["done"] == {"silent": 1}
    assert second[2]["done"] == {}
    assert first[4]["done"]["pages"] > 30
    assert [alarm["notice"] for alarm in ops(cli)] == ["wirewatch: 1 feeds silent"]
    assert "127.0.0.1" in ops(cli)[0]["text"]


def test_a_damaged_archive_is_said_and_the_other_steps_are_done(site: SampleSite, tmp_path: Path) -> None:
    cli = on_site(site, tmp_path)
    cli("run", "--once")
    file = next((cli.home / "archive").rglob("*.warc.gz"))
    raw = file.read_bytes()
    half = len(raw) // 2
    file.write_bytes(raw[:half] + bytes(20) + raw[half + 20 :])  # more than a gzip header, where no harm shows

    rows = [json.loads(line) for line in cli("maintain", "--json", code=1).splitlines()]

    assert [row["step"] for row in rows if "problem" in row] == ["check"]
    assert len(rows) == 5


def test_a_file_is_read_back_when_it_is_new_and_once_a_month_after(monkeypatch: pytest.MonkeyPatch) -> None:
    from wirewatch.maintaining import _due

    today = datetime(2026, 11, 24, 3, 20, tzinfo=UTC)
    old = [f"2026/01/{day:02}/x{n}.warc.gz" for day in range(1, 29) for n in range(10)]

    looked = [file for day in range(30) for file in old if _due(today + timedelta(days=day))(file)]

    assert sorted(looked) == sorted(old)
    assert _due(today)("2026/11/23/new.warc.gz")


def test_a_failed_run_is_told_once_though_airflow_calls_twice(
    site: SampleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = on_site(site, tmp_path, toml=ALARMS)
    as_airflow_has_it(cli, monkeypatch)

    alarms.failed("wirewatch_ingest", "manual__1", "a task\x1b[31m failed")
    alarms.failed("wirewatch_ingest", "manual__1", "a task failed")
    alarms.failed("wirewatch_ingest", "manual__2", "a task failed")
    asyncio.run(alarms.late("wirewatch_match", 20, {"dag_run": {"dag_run_id": "manual__3"}}))
    asyncio.run(alarms.late("wirewatch_match", 20, {"dag_run": {"dag_run_id": "manual__3"}}))

    assert [alarm["notice"] for alarm in ops(cli)] == ["wirewatch: wirewatch_ingest failed"] * 2 + [
        "wirewatch: wirewatch_match is late"
    ]
    assert "manual__3" in ops(cli)[2]["text"]


def test_an_alarm_is_told_though_the_state_is_down(site: SampleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = on_site(site, tmp_path, toml=ALARMS)
    as_airflow_has_it(cli, monkeypatch, WIREWATCH_STATE__URL="postgresql+psycopg://nobody@127.0.0.1:1/x")

    alarms.failed("wirewatch_ingest", "manual__1", "a task failed")

    assert "state database" in ops(cli)[0]["text"]


class _Receiver(BaseHTTPRequestHandler):
    got: list[dict[str, Any]] = []  # noqa: RUF012

    def do_POST(self) -> None:
        """Take a webhook."""
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """No log."""


def test_an_alarm_goes_by_the_channels_that_tell_matches(
    site: SampleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    cli = on_site(site, tmp_path, toml=ALARMS.replace("file://ops.jsonl", f"json://127.0.0.1:{server.server_port}/"))
    as_airflow_has_it(cli, monkeypatch)

    alarms.failed("wirewatch_ingest", "manual__1", "@everyone a task failed")

    server.shutdown()
    server.server_close()
    assert _Receiver.got[0]["title"] == "wirewatch: wirewatch_ingest failed"
    assert "@everyone" not in _Receiver.got[0]["message"]


def test_an_alarms_channel_that_is_not_there_is_the_users_mistake(site: SampleSite, tmp_path: Path) -> None:
    cli = on_site(site, tmp_path, toml=TOML + '[alarms]\nchannels = ["nobody"]\n')

    assert "'nobody' is not in [channels]" in cli("status", code=2)


@pytest.mark.long
def test_the_tasks_do_what_the_command_line_does(site: SampleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli, alone = on_site(site, tmp_path / "tasks"), on_site(site, tmp_path / "alone")
    as_airflow_has_it(cli, monkeypatch)
    alone("run", "--once")

    batches = tasks.poll()
    fetched = [tasks.fetch() for _ in batches]
    indexed = tasks.index()
    matched = tasks.match()
    nothing = (tasks.poll(), tasks.index(), tasks.match())

    assert batches == ["1 of 1"]
    assert fetched[0]["fetched"] == indexed["waiting for the watches"] == matched["judged"] > 30
    assert nothing == ([], {}, {})
    assert cli.rows("status")[0]["articles"] == alone.rows("status")[0]["articles"]
    assert Counter(row["watch"] for row in cli.told()) == Counter(row["watch"] for row in alone.told())


def test_a_backfill_of_a_source_nobody_knows_is_the_users_mistake(
    site: SampleSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_airflow_has_it(on_site(site, tmp_path), monkeypatch)

    with pytest.raises(UserError, match=r"'Nobody' is not in feeds\.yaml"):
        tasks.reindex(None, None, ["Nobody"])


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server's URL."""
    with pg.server() as url:
        yield url


@pytest.mark.long
def test_a_user_of_sqlite_moves_up_and_nothing_is_lost_or_told_again(site: SampleSite, tmp_path: Path, postgresql: str) -> None:
    cli = on_site(site, tmp_path)
    cli("run", "--once")
    before = {command: cli.rows(*command.split()) for command in ("status", "watches history", "feeds list")}
    told = cli.told()

    with pg.database(postgresql) as url:
        moved = {"WIREWATCH_STATE__URL": url}
        cli("db", "copy", "--to", "env:NEW", env={"NEW": url})
        after = {
            command: [json.loads(line) for line in cli(*command.split(), "--json", env=moved).splitlines()] for command in before
        }
        again = cli("db", "copy", "--to", "env:NEW", env={"NEW": url}, code=2)
        site.advance()
        cli("run", "--once", "--now", env=moved)
        status = json.loads(cli("status", "--json", env=moved))

    assert after == before
    assert cli.told() == told
    assert "already has" in again
    assert len(again.splitlines()) == 1
    assert status["articles"] == before["status"][0]["articles"]
    assert status["last_run"]["summary"]["poll"].get("edited", 0) > 0


def test_the_schema_is_made_and_said(site: SampleSite, tmp_path: Path, postgresql: str) -> None:
    cli = on_site(site, tmp_path)
    with pg.database(postgresql) as url:
        process = cli.start("db", "upgrade", env={"WIREWATCH_STATE__URL": url})
        _, made = process.communicate(timeout=60)
        process = cli.start("db", "upgrade", env={"WIREWATCH_STATE__URL": url})
        _, again = process.communicate(timeout=60)

    assert made.strip().endswith(", made")
    assert again.strip().endswith(", current")
