"""What Airflow costs: reading the DAGs, and the CPU of its tasks beside the command line's.

    python -m benchmarks.airflow [--runs 5] [--rounds 3] [--pages 50]

Starts the tests' own Airflow and PostgreSQL (tests/airflow.py).
"""

import argparse
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.measure import PR_SET_CHILD_SUBREAPER, WIREWATCH, row, spread, tree_cpu, turns
from tests.airflow import DAGS, Airflow, Postgres, running, wait_for
from tests.press import Press

READ = "import sys; from airflow.dag_processing.dagbag import DagBag; assert not DagBag(dag_folder=sys.argv[1]).import_errors"
EMPTY = """
from datetime import UTC, datetime
from airflow.sdk import chain, dag, task

@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False)
def empty():
    @task
    def nothing() -> int:
        return 1
    chain(*(nothing.override(task_id=f"nothing_{n}")() for n in range(TASKS)))

empty()
"""
OUTLETS, TASKS = 4, 4  # poll, two batches of two hosts, index
TOML = '[fetch]\nallow_networks = ["127.0.0.0/8"]\nper_host_delay = 0\nbatch = 2\ncontact = "figures@example.org"\n'
INGEST = "wirewatch_ingest"


def reading(runs: int) -> None:
    """The whole folder beside one empty DAG, each in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "dags"
        one.mkdir()
        (one / "empty.py").write_text(EMPTY.replace("TASKS", "1"))
        env = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WIREWATCH_"))}
        env |= {"AIRFLOW_HOME": folder, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        subprocess.run(
            [sys.executable, "-c", READ, str(one)], env=env, check=True, capture_output=True
        )  # compiles, makes its config

        def read(dags: Path) -> float:
            return tree_cpu([sys.executable, "-c", READ, str(dags)], env)[0]

        all_, none = turns(runs, lambda: read(DAGS), lambda: read(one))
    row("CPU s to read our four DAGs, Airflow's import included", spread(all_))
    row("CPU s to read one empty DAG", spread(none))
    row("ratio", spread([a / b for a, b in zip(all_, none, strict=True)]), "≤ 1.3")


class Meter:
    """CPU seconds of Airflow's scheduler and of every task it started, what it does when idle taken off."""

    def __init__(self, airflow: Airflow) -> None:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what a task leaves behind is waited for here
        self._leader = airflow.processes["scheduler"].pid
        self._began, at = self._now(), time.monotonic()
        time.sleep(10)
        self._idle = (self._now() - self._began) / (time.monotonic() - at)

    def begin(self) -> None:
        """From here on it counts."""
        self._began, self._at = self._now(), time.monotonic()

    def end(self) -> float:
        """CPU seconds since `begin`."""
        time.sleep(2)  # the last processes end
        return self._now() - self._began - self._idle * (time.monotonic() - self._at)

    def _now(self) -> float:
        for pid in [child.pid for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        total = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                if os.getsid(process.pid) == self._leader:
                    times = process.cpu_times()
                    total += times.user + times.system + times.children_user + times.children_system
        return total


def tasks(rounds: int, pages: int) -> None:
    """An ingest run by Airflow, the same by the command line, and a run of tasks that do nothing, in turns."""
    with tempfile.TemporaryDirectory() as name, Press(OUTLETS) as press:
        folder = Path(name)
        dags, config = folder / "dags", folder / "config"
        shutil.copytree(DAGS, dags, ignore=shutil.ignore_patterns("__pycache__"))
        (dags / "empty.py").write_text(EMPTY.replace("TASKS", str(TASKS)))
        config.mkdir()
        for file, text in (("wirewatch.toml", TOML), ("feeds.yaml", press.feeds_yaml()), ("watches.yaml", "watches: []\n")):
            (config / file).write_text(text, encoding="utf-8")
        settings: dict[str, str] = {}

        def environment(postgres: Postgres, _: Path) -> Mapping[str, str]:
            settings.update(WIREWATCH_CONFIG=str(config), WIREWATCH_HOME=str(folder / "home"), WIREWATCH_EVERY="1d")
            settings["WIREWATCH_STATE__URL"] = postgres.url("wirewatch", "psycopg")
            return settings

        with running(environment, dags) as (airflow, _):
            for dag in ("empty", INGEST):
                airflow.unpause(dag)
            wait_for(lambda: "success" in airflow.runs(INGEST).values(), 120, "the first run")
            meter, costs, empties = Meter(airflow), list[float](), list[float]()
            alone = os.environ | settings | {"WIREWATCH_STATE__URL": "sqlite", "WIREWATCH_HOME": str(folder / "alone")}
            subprocess.run([WIREWATCH, "run", "--once"], env=alone, check=True, capture_output=True)
            for _ in range(rounds):
                press.publish(pages)
                ingest = run(airflow, meter, INGEST)
                cli = tree_cpu([WIREWATCH, "run", "--once"], alone)[0]
                empty = run(airflow, meter, "empty") / TASKS
                costs.append((ingest - cli) / TASKS)
                empties.append(empty)
                row(f"  CPU s: ingest of {pages * OUTLETS} pages by {TASKS} tasks; by `run --once`", f"{ingest:.2f}; {cli:.2f}")
    row("CPU s of an empty Airflow task", spread(empties))
    row("CPU s of an ingest run beyond the command line's, per task", spread(costs))
    ratios = [cost / empty for cost, empty in zip(costs, empties, strict=True)]
    row("ratio", f"{spread(ratios)}; of medians {statistics.median(costs) / statistics.median(empties):.2f}", "≤ 1.5")


def run(airflow: Airflow, meter: Meter, dag: str) -> float:
    """CPU seconds of one run of a DAG."""
    meter.begin()
    state = airflow.ended(dag, airflow.trigger(dag))
    if state != "success":
        raise RuntimeError(f"{dag}: {state}")
    return meter.end()


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--runs", type=int, default=5, help="readings of the DAG folder")
    options.add_argument("--rounds", type=int, default=3, help="ingest runs")
    options.add_argument("--pages", type=int, default=50, help="of each of four outlets, a run")
    given = options.parse_args()
    reading(given.runs)
    tasks(given.rounds, given.pages)


if __name__ == "__main__":
    main()
