"""The one-off service `airflow-init`, with the real Airflow, on SQLite."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.docker.scripts import DOCKER, load

pytestmark = pytest.mark.long  # processes and servers of its own; only a container's scripts depend on it

setup = load("airflow_setup")
PASSWORDS = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The volume of a container that was never started before."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/airflow.db")
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    monkeypatch.setenv(PASSWORDS, str(tmp_path / "passwords.json"))
    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "abc")
    return tmp_path


@pytest.mark.long
@pytest.mark.slow
def test_it_makes_tables_pools_and_the_password_of_admin_and_may_be_repeated(home: Path) -> None:
    assert setup.main(os.environ) == 0
    assert setup.main(os.environ) == 0

    ran = subprocess.run(["airflow", "pools", "list", "--output", "json"], capture_output=True, text=True, check=True)
    slots = {pool["pool"]: int(pool["slots"]) for pool in json.loads(ran.stdout[ran.stdout.index("[{") :])}
    wanted = {name: pool["slots"] for name, pool in json.loads((DOCKER / "pools.json").read_text(encoding="utf-8")).items()}
    assert {name: slots.get(name) for name in wanted} == wanted
    assert json.loads((home / "passwords.json").read_text()) == {"admin": "abc"}
    assert (home / "passwords.json").stat().st_mode & 0o777 == 0o600


def test_a_new_password_takes_the_old_ones_place(tmp_path: Path) -> None:
    setup.write_password(tmp_path / "passwords.json", "old")
    setup.write_password(tmp_path / "passwords.json", "new")

    assert json.loads((tmp_path / "passwords.json").read_text()) == {"admin": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["passwords.json"]


def test_a_database_that_is_not_there_ends_it_and_names_the_step(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{home}/missing/airflow.db")

    code = setup.main(os.environ)

    assert code != 0
    assert f"airflow-init: `airflow db migrate` ended with {code}" in capfd.readouterr().err


def test_a_missing_variable_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("AIRFLOW_ADMIN_PASSWORD")

    code = setup.main(os.environ)

    assert code == 2
    assert "AIRFLOW_ADMIN_PASSWORD is not set" in capsys.readouterr().err
