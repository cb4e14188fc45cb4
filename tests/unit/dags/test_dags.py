"""The DAGs as Airflow reads them: whole, light, bounded, with everything that people and pools need."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.airflow import DAGS, POOLS

READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization

bag = DagBag(dag_folder=sys.argv[1])
loaded = sorted(name for name in sys.modules if name.partition(".")[0] in ("wirewatch", "trafilatura", "elasticsearch", "lxml"))
facts = {
    dag.dag_id: {
        "catchup": dag.catchup, "tags": sorted(dag.tags), "doc": dag.doc_md or "", "stored": bool(DagSerialization.to_dict(dag)),
        "failure": bool(dag.on_failure_callback), "deadline": bool(dag.deadline), "params": dict(dag.params.dump()),
        "tasks": {
            task.task_id: {
                "pool": task.pool, "owner": task.owner, "retries": task.retries, "backoff": bool(task.retry_exponential_backoff),
                "minutes": task.execution_timeout.total_seconds() / 60 if task.execution_timeout else None,
                "doc": (getattr(task, "python_callable", None) or task.partial_kwargs["python_callable"]
                        if hasattr(task, "partial_kwargs") else task.python_callable).__doc__ or "",
                "leaf": not task.downstream_task_ids,
            }
            for task in dag.tasks
        },
    }
    for dag in bag.dags.values()
}
print("FACTS" + json.dumps({"errors": bag.import_errors, "loaded": loaded, "dags": facts}, default=str))
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process of its own found in the DAG folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WIREWATCH_"))}
    environment |= {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(DAGS)], env=environment, text=True, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.partition("FACTS")[2]))


@pytest.fixture
def dags(read: dict[str, Any]) -> dict[str, Any]:
    """The DAGs by their ids."""
    return dict(read["dags"])


@pytest.fixture
def tasks(dags: dict[str, Any]) -> dict[str, Any]:
    """All tasks, but those that only say that another failed."""
    return {f"{name}.{task}": facts for name, dag in dags.items() for task, facts in dag["tasks"].items() if task != "watcher"}


def test_all_are_read_and_can_be_stored(read: dict[str, Any], dags: dict[str, Any]) -> None:
    assert read["errors"] == {}
    assert sorted(dags) == ["wirewatch_backfill", "wirewatch_ingest", "wirewatch_maintain", "wirewatch_match"]
    assert all(dag["stored"] for dag in dags.values())


def test_reading_them_imports_nothing_heavy(read: dict[str, Any]) -> None:
    light = {"wirewatch", "wirewatch.alarms", "wirewatch.errors", "wirewatch.pace", "wirewatch.schedule"}

    assert set(read["loaded"]) == light


def test_people_find_what_each_is_for(dags: dict[str, Any], tasks: dict[str, Any]) -> None:
    assert all(dag["tags"] == ["wirewatch"] and len(dag["doc"]) > 100 for dag in dags.values())
    assert all(task["doc"].strip() and task["owner"] == "wirewatch" for task in tasks.values())


def test_each_task_is_bounded_and_tried_again_with_growing_delays(tasks: dict[str, Any]) -> None:
    assert {name for name, task in tasks.items() if not task["minutes"] or task["minutes"] > 10} == {
        "wirewatch_backfill.import_file", "wirewatch_backfill.reindex",
    }  # fmt: skip
    assert all(task["retries"] >= 3 and task["backoff"] for task in tasks.values())


def test_every_pool_is_one_that_the_deployment_makes(tasks: dict[str, Any]) -> None:
    compose = json.loads((Path(__file__).parents[3] / "docker" / "pools.json").read_text())

    assert {task["pool"] for task in tasks.values()} - {"default_pool"} == set(POOLS) == set(compose)


def test_nothing_is_caught_up_and_every_failure_is_told(dags: dict[str, Any]) -> None:
    assert not any(dag["catchup"] for dag in dags.values())
    assert all(dag["failure"] for dag in dags.values())
    assert [name for name, dag in sorted(dags.items()) if dag["deadline"]] == [
        "wirewatch_ingest", "wirewatch_maintain", "wirewatch_match",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["wirewatch_ingest", "wirewatch_maintain"])
def test_a_run_whose_stage_failed_fails_though_later_ones_went_on(dags: dict[str, Any], name: str) -> None:
    assert dags[name]["tasks"]["watcher"]["leaf"]


def test_the_backfill_asks_for_what_it_needs(dags: dict[str, Any]) -> None:
    assert sorted(dags["wirewatch_backfill"]["params"]) == ["files", "reindex", "since", "sources", "until"]
