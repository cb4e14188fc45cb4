"""The DAGs on a real Airflow, with PostgreSQL, Elasticsearch and a press: every article once, whatever is killed."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from sqlalchemy import create_engine, text

from tests.airflow import Airflow, Postgres, running, wait_for
from tests.cli import Cli
from tests.press import Press

INGEST, MATCH = "wirewatch_ingest", "wirewatch_match"
OUTLETS, BATCHES = 4, 2
TOML = """\
[fetch]
allow_networks = ["127.0.0.0/8"]
per_host_delay = 0
contact = "tests@example.org"
batch = 2
[channels]
desk = "file://alerts.jsonl"
[alarms]
channels = ["desk"]
"""
WATCHES = """\
watches:
  - {name: kim-putin, query: 'Kim AND Putin', channels: [desk]}
"""


@dataclass
class House:
    """Airflow and all that it stands on."""

    airflow: Airflow
    postgres: Postgres
    press: Press
    cli: Cli
    env: Mapping[str, str]

    def rows(self, *arguments: str) -> list[dict[str, object]]:
        """What the command line says of the same state and index."""
        return [json.loads(line) for line in self.cli(*arguments, "--json", env=dict(self.env)).splitlines()]

    def ingest(self) -> str:
        """One run from beginning to end; gives its state."""
        return self.airflow.ended(INGEST, self.airflow.trigger(INGEST))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """A look into the state."""
        engine = create_engine(self.postgres.url("wirewatch", "psycopg"))
        try:
            with engine.connect() as conn:
                return [tuple(row) for row in conn.execute(text(query))]
        finally:
            engine.dispose()

    def worker(self) -> int:
        """The process of a fetch task that holds pages."""
        query = "SELECT DISTINCT owner FROM captures WHERE status = 'queued' AND leased_until > now()"
        owners = wait_for(lambda: self.ask(query), 60, "a fetch task at work")
        return int(str(owners[0][0]).split(":")[1])

    def at_work(self, run: str) -> str:
        """The map index of a fetch task that is running."""
        tasks = self.airflow.tasks(INGEST, run)
        return next((str(task["map_index"]) for task in tasks if task["task_id"] == "fetch" and task["state"] == "running"), "")

    def held(self) -> bool:
        """Whether somebody holds a page or a host."""
        return any(self.ask(f"SELECT 1 FROM {table} WHERE leased_until > now() LIMIT 1") for table in ("captures", "hosts"))

    def everything_once(self) -> None:
        """Whatever was published is indexed, found and told once, and nothing is held or left."""
        wait_for(lambda: self.rows("status")[0]["articles"]["matched"] == self.press.published, 90, "every article matched")  # type: ignore[index]
        wait_for(lambda: len(self.cli.told()) >= self.press.published, 60, "every article told")
        found = Counter(row["url"] for row in self.rows("search", "Kim Putin", "--limit", "1000"))
        matches = self.rows("watches", "history")
        told = Counter(row["match_id"] for row in self.cli.told() if "match_id" in row)
        assert len(found) == self.press.published
        assert set(found.values()) == {1}
        assert set(told.values()) == {1}
        assert len(told) == len(matches) == self.rows("status")[0]["stories"]
        assert self.ask("SELECT count(*) FROM captures WHERE status NOT IN ('matched') OR leased_until > now()") == [(0,)]
        assert self.ask("SELECT count(*) FROM captures WHERE n > 1") == [(0,)]


def facts(rows: Iterable[Mapping[str, object]]) -> set[tuple[str, ...]]:
    """What must not depend on who did the work."""
    return {tuple(str(row[name]) for name in ("id", "url", "title", "source", "language", "entities", "topics")) for row in rows}


@pytest.fixture(scope="module")
def house(elasticsearch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Everything up; no DAG runs yet."""
    folder = tmp_path_factory.mktemp("airflow")
    cli = Cli(folder / "config", folder / "home")
    cli.config.mkdir()
    with Press(OUTLETS) as press:
        for name, content in (("wirewatch.toml", TOML), ("feeds.yaml", press.feeds_yaml()), ("watches.yaml", WATCHES)):
            (cli.config / name).write_text(content, encoding="utf-8")
        settings: dict[str, str] = {}

        def environment(postgres: Postgres, _: Path) -> Mapping[str, str]:
            settings.update({
                "WIREWATCH_CONFIG": str(cli.config),
                "WIREWATCH_HOME": str(cli.home),
                "WIREWATCH_STATE__URL": postgres.url("wirewatch", "psycopg"),
                "WIREWATCH_INDEX__URL": elasticsearch,
                "WIREWATCH_INDEX__NAME": f"airflow-{uuid4().hex[:8]}",
                "WIREWATCH_EVERY": "1d",  # runs begin when a test says so
            })  # fmt: skip
            cli("db", "upgrade", env=settings)
            cli("index", "setup", env=settings)
            return settings

        with running(environment) as (airflow, postgres):
            yield House(airflow, postgres, press, cli, settings)


def test_what_is_published_is_fetched_indexed_and_told_and_the_ui_shows_it(house: House) -> None:
    house.press.publish(3)

    for dag in (MATCH, INGEST):
        house.airflow.unpause(dag)
    run = wait_for(lambda: next(iter(house.airflow.runs(INGEST)), ""), 60, "the first run, which is due at once")

    assert house.airflow.ended(INGEST, run) == "success"
    house.everything_once()
    states = {(task["task_id"], task["map_index"]): task["state"] for task in house.airflow.tasks(INGEST, run)}
    assert len([task for task, index in states if task == "fetch"]) == BATCHES
    assert states["watcher", -1] == "skipped"
    alone = Cli(house.cli.config, house.cli.home.with_name("alone"))  # the same press, by the command line and without servers
    alone("run", "--once")
    assert house.rows("status")[0]["articles"] == alone.rows("status")[0]["articles"]
    assert facts(house.rows("search", "*", "--limit", "99")) == facts(alone.rows("search", "*", "--limit", "99"))
    assert Counter(row["url"] for row in house.cli.told()) == Counter(row["url"] for row in alone.told())
    batches = house.airflow.returned(INGEST, run, "poll")
    fetched = [house.airflow.returned(INGEST, run, "fetch", index) for index in range(len(batches))]
    log = house.airflow.log(INGEST, run, "fetch", 0) + house.airflow.log(INGEST, run, "fetch", 1)
    assert batches == ["1 of 2", "2 of 2"]
    assert sum(summary.get("fetched", 0) for summary in fetched) == house.press.published
    assert "article=" in log or '"article"' in log
    assert "run=" in log or '"run"' in log
    assert house.airflow.api("GET", f"/dags/{INGEST}/details")["doc_md"].strip().startswith("**poll**")


@pytest.mark.long
def test_a_task_killed_in_the_middle_is_made_good(house: House) -> None:
    house.press.publish(4)
    house.press.pause = 0.4
    run = house.airflow.trigger(INGEST)

    psutil.Process(house.worker()).kill()
    house.press.pause = 0.0

    assert house.airflow.ended(INGEST, run) == "success"
    house.everything_once()


@pytest.mark.long
def test_two_runs_at_once_share_the_work(house: House) -> None:
    house.press.publish(4)
    house.press.pause = 0.1
    runs = [house.airflow.trigger(INGEST) for _ in range(2)]

    states = [house.airflow.ended(INGEST, run) for run in runs]

    house.press.pause = 0.0
    assert states == ["success", "success"]
    house.everything_once()
    assert max(house.press.asked.values()) <= 2, "asked again only by the test before, whose task was killed"


@pytest.mark.long
def test_a_failed_batch_fails_the_run_is_told_and_the_next_run_takes_up_what_it_left(house: House) -> None:
    house.press.publish(4)
    house.press.pause = 0.6
    run = house.airflow.trigger(INGEST)
    house.worker()
    batch = wait_for(lambda: house.at_work(run), 30, "a batch")

    house.airflow.api("PATCH", f"/dags/{INGEST}/dagRuns/{run}/taskInstances/fetch/{batch}", {"new_state": "failed"})

    house.press.pause = 0.0
    assert house.airflow.ended(INGEST, run) == "failed"
    states = Counter(task["state"] for task in house.airflow.tasks(INGEST, run) if task["task_id"] == "fetch")
    assert states == {"failed": 1, "success": BATCHES - 1}
    wait_for(lambda: not house.held(), 70, "the ended task gives back what it held")
    assert house.ingest() == "success"
    house.everything_once()
    alarms = wait_for(lambda: [row for row in house.cli.told() if "notice" in row], 60, "the alarm")
    assert [alarm["notice"] for alarm in alarms] == [f"wirewatch: {INGEST} failed"]


@pytest.mark.long
def test_the_scheduler_killed_and_started_again(house: House) -> None:
    house.press.publish(4)
    house.press.pause = 0.3
    run = house.airflow.trigger(INGEST)
    house.worker()

    house.airflow.crash("scheduler")
    house.press.pause = 0.0
    house.airflow.start_one("scheduler")

    assert house.airflow.ended(INGEST, run) == "success"
    house.everything_once()


@pytest.mark.long
def test_the_database_restarted(house: House) -> None:
    house.press.publish(4)
    house.press.pause = 0.3
    run = house.airflow.trigger(INGEST)
    house.worker()

    house.postgres.restart()
    house.press.pause = 0.0
    wait_for(house.airflow.healthy, 120, "Airflow after the restart")

    if house.airflow.ended(INGEST, run) == "failed":  # told, and made good by the next
        assert house.ingest() == "success"
    house.everything_once()


@pytest.mark.long
def test_the_daily_maintenance(house: House) -> None:
    house.airflow.unpause("wirewatch_maintain")
    run = house.airflow.trigger("wirewatch_maintain")

    assert house.airflow.ended("wirewatch_maintain", run) == "success"
    assert house.airflow.returned("wirewatch_maintain", run, "check")["pages"] >= house.press.published


@pytest.mark.long
def test_a_backfill_refuses_what_it_cannot_read_and_makes_the_index_anew(house: House) -> None:
    house.airflow.unpause("wirewatch_backfill")
    wrong = house.airflow.client.post(
        "/api/v2/dags/wirewatch_backfill/dagRuns", json={"logical_date": None, "conf": {"since": "yesterday"}}
    )
    run = house.airflow.trigger("wirewatch_backfill", {"reindex": True})

    assert wrong.status_code == 400
    assert "since" in wrong.text
    assert house.airflow.ended("wirewatch_backfill", run) == "success"
    assert house.airflow.returned("wirewatch_backfill", run, "reindex")["rebuilt"] == house.press.published
    house.everything_once()
