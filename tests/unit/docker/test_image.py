"""docker/Dockerfile: what it is made from is there, pinned, and can be sent to the engine."""

import json
import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.unit.docker.scripts import DOCKER, ROOT, load

LINES = [
    line
    for line in (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]
STAGES = load("rehearse").read(DOCKER / "Dockerfile")
TARGETS = ("wirewatch", "airflow")
each_target = pytest.mark.parametrize("target", TARGETS)
IGNORE = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def of(instruction: str) -> list[str]:
    return [line.removeprefix(instruction).strip() for line in LINES if line.startswith(instruction + " ")]


def sent(path: str) -> bool:
    """Whether a path reaches the engine: the last pattern of .dockerignore that meets it, or a folder above it, decides."""
    kept = True
    for pattern in IGNORE:
        name = pattern.removeprefix("!")
        parts = path.split("/")
        above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        hit = fnmatch(parts[0], name) if name == "*" else any(each == name for each in above)
        if name.startswith("**/"):
            hit = name.removeprefix("**/") in parts
        if hit:
            kept = pattern.startswith("!")
    return kept


def copied() -> list[str]:
    return [source for line in of("COPY") if not line.startswith("--from=") for source in line.split()[:-1]]


def test_every_copied_file_exists_and_is_sent() -> None:
    assert copied()
    assert [path for path in copied() if not (ROOT / path).exists() or not sent(path)] == []


def test_nothing_else_is_sent() -> None:
    private = [
        ".env",
        "docker/.env",
        "docker/config/wirewatch.toml",
        ".git/config",
        "data/state.db",
        ".venv/bin/python",
        "tests/es.py",
    ]

    assert [path for path in private if sent(path)] == []
    assert not sent("src/wirewatch/__pycache__/model.pyc")
    assert {line.removeprefix("!") for line in IGNORE if line.startswith("!")} == set(copied())


def hadolint(text: str) -> str:
    """What hadolint has to say of a Dockerfile."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["hadolint", "--no-color", "--failure-threshold", "style", "-"],
        env=os.environ | {"PATH": path},
        input=text,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode == 0) == (ran.stdout == ""), ran.stderr
    return ran.stdout


def test_hadolint_has_nothing_to_say_of_it() -> None:
    assert hadolint((DOCKER / "Dockerfile").read_text(encoding="utf-8")) == ""


def test_hadolint_would_say_that_a_base_is_not_pinned() -> None:
    assert "DL3006" in hadolint("FROM python\n")


def test_the_base_is_pinned_and_the_same_in_each_stage() -> None:
    bases = {line.split()[0] for line in of("FROM")} - set(STAGES)

    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", bases.pop())


@each_target
def test_the_locked_versions_come_first_and_nothing_is_resolved_anew(target: str) -> None:
    lines = [rest for word, rest in STAGES[f"build-{target}"] if word == "RUN"]

    lock = "requirements.lock" if target == "wirewatch" else "requirements-airflow.lock"
    assert lines == [f"pip install --requirement {lock}", "pip install --no-deps /wheels/*.whl"]


@each_target
def test_it_holds_no_tool_that_only_the_build_needs(target: str) -> None:
    words = [word for word, _ in STAGES[target]]

    assert "RUN" not in words
    assert ("COPY", f"--from=build-{target} /opt/venv /opt/venv") in STAGES[target]
    assert dict(STAGES[target])["FROM"].split()[0] == "base"


@each_target
def test_it_runs_as_an_unprivileged_user_whose_home_is_a_volume(target: str) -> None:
    said = dict(STAGES[target])

    [user] = re.findall(r"useradd --uid (\d+)", " ".join(of("RUN")))
    assert said["USER"] == f"{user}:{user}" != "0:0"
    assert "/var/lib/wirewatch" in json.loads(said["VOLUME"])
    assert "WIREWATCH_HOME=/var/lib/wirewatch" in " ".join(of("ENV"))


def test_airflows_home_is_a_volume_and_its_dags_are_in_the_image() -> None:
    said = dict(STAGES["airflow"])

    assert "AIRFLOW_HOME=/var/lib/airflow" in said["ENV"]
    assert "/var/lib/airflow" in json.loads(said["VOLUME"])
    assert ("COPY", "dags /opt/wirewatch/dags") in STAGES["airflow"]
    assert "AIRFLOW__CORE__DAGS_FOLDER=/opt/wirewatch/dags" in said["ENV"]
    assert "AIRFLOW__CORE__LOAD_EXAMPLES=False" in said["ENV"]


@each_target
def test_it_says_how_its_health_is_asked(target: str) -> None:
    command = json.loads(dict(STAGES[target])["HEALTHCHECK"].partition(" CMD ")[2])

    assert command[0] in ("python", "airflow")


@each_target
def test_the_programs_that_are_started_are_in_it(target: str) -> None:
    compose = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    inside = {Path(source).name for word, rest in STAGES[target] if word == "COPY" for source in rest.split()[:-1]}

    started = set(re.findall(r"/opt/wirewatch/([a-z_.]+)", compose + "".join(rest for _, rest in STAGES[target])))
    assert {"setup.py", "bucket.py", "healthy.py", "airflow_setup.py", "answers.py"} <= started
    assert started - {"dags"} <= {Path(path).name for path in copied()}
    assert {"setup.py", "bucket.py", "healthy.py"} <= inside or {"airflow_setup.py", "answers.py", "pools.json"} <= inside


def test_the_pools_are_those_that_the_dags_name() -> None:
    """A task whose pool is missing waits for ever."""
    from wirewatch import schedule

    pools = json.loads((DOCKER / "pools.json").read_text(encoding="utf-8"))
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "dags").glob("*.py"))

    named = set(re.findall(r"pool=([A-Z]+)", text))
    assert named
    assert {getattr(schedule, name) for name in named} == set(pools)


@each_target
def test_the_rehearsal_does_the_stages_that_a_target_is_made_of(target: str) -> None:
    other = next(name for name in TARGETS if name != target)

    stages = load("rehearse").needed(STAGES, target)

    assert stages == [name for name in STAGES if other not in name]
