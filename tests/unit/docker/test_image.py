"""docker/Dockerfile: what it is made from is there, pinned, and can be sent to the engine."""

import re
from fnmatch import fnmatch

from tests.unit.docker.scripts import DOCKER, ROOT

LINES = [
    line
    for line in (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]
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


def test_the_base_is_pinned_and_the_same_in_each_stage() -> None:
    bases = {line.split()[0] for line in of("FROM")}

    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", bases.pop())


def test_the_locked_versions_come_first_and_nothing_is_resolved_anew() -> None:
    installs = re.findall(r"pip install ([^&\n]+)", "\n".join(LINES))

    assert [each.split() for each in installs] == [["--requirement", "requirements.lock"], ["--no-deps", "."]]


def test_it_runs_as_an_unprivileged_user_whose_home_is_a_volume() -> None:
    last = len(LINES) - 1 - [line.startswith("USER ") for line in reversed(LINES)].index(True)

    assert LINES[last] == "USER wirewatch"
    assert not any(line.startswith("RUN ") for line in LINES[last:])
    assert of("VOLUME") == ["/var/lib/wirewatch"]
    assert "WIREWATCH_HOME=/var/lib/wirewatch" in " ".join(LINES)


def test_the_programs_that_compose_starts_are_in_it() -> None:
    compose = (DOCKER / "compose.yaml").read_text(encoding="utf-8")
    started = set(re.findall(r"/opt/wirewatch/([a-z.]+)", compose))

    assert started == {"setup.py", "healthy.py"}
    assert started <= {path.removeprefix("docker/") for path in copied()}
