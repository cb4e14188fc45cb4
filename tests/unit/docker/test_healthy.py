"""The health check of the service `wirewatch`, on a real home."""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.docker.scripts import load
from wirewatch.state import runs
from wirewatch.state.database import opened

pytestmark = pytest.mark.long  # processes and servers of its own; only a container's scripts depend on it

healthy = load("healthy")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a container: its programs on the path, its folders in the environment."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("WIREWATCH_HOME", str(tmp_path))
    monkeypatch.delenv("WIREWATCH_CONFIG", raising=False)
    return tmp_path


def test_a_container_is_healthy_while_it_runs_and_for_a_while_after(home: Path) -> None:
    with opened("sqlite", home) as db:
        runs.begin(db)

    assert healthy.main(datetime.now(UTC)) == 0
    assert healthy.main(datetime.now(UTC) + timedelta(minutes=90)) == 0


def test_it_is_not_when_no_run_has_begun_for_hours(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened("sqlite", home) as db:
        runs.end(db, runs.begin(db), {})

    assert healthy.main(datetime.now(UTC) + timedelta(hours=3)) == 1
    assert "no run in the last 2:00:00" in capsys.readouterr().err


def test_it_is_not_before_the_first_run(home: Path) -> None:
    assert healthy.main(datetime.now(UTC)) == 1


def test_it_is_not_with_a_config_that_is_wrong(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WIREWATCH_FETCH__WORKERS", "many")

    assert healthy.main(datetime.now(UTC)) == 1
    assert "WIREWATCH_FETCH__WORKERS" in capsys.readouterr().err
