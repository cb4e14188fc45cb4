"""The units of systemd/: what they start exists, and they may do no more than they must."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.unit.docker.scripts import ROOT

FOLDER = ROOT / "systemd"
UNITS = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".service", ".timer"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
PROGRAM = "/opt/wirewatch/bin/wirewatch"
each_service = pytest.mark.parametrize("name", SERVICES)

Unit = dict[str, dict[str, list[str]]]


def read(text: str) -> Unit:
    """Section → key → values. Raises ValueError at a line that is none of systemd's."""
    unit: Unit = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if head := re.fullmatch(r"\[(Unit|Service|Timer|Install)]", line):
            section = head[1]
        elif section and (pair := re.fullmatch(r"([A-Z][A-Za-z]+)=(.*)", line)):
            unit[section][pair[1]].append(pair[2])
        else:
            raise ValueError(line)
    return unit


def unit(name: str) -> Unit:
    return read((FOLDER / name).read_text(encoding="utf-8"))


def verify(folder: Path, name: str, text: str) -> str:
    """What systemd itself has to say of a unit whose program is there; without systemd, nothing."""
    for each in UNITS:
        shutil.copy(FOLDER / each, folder)
    (folder / name).write_text(text)
    for path in folder.iterdir():
        path.write_text(path.read_text().replace(PROGRAM, str(Path(sys.executable).parent / "wirewatch")))
    tool = shutil.which("systemd-analyze")
    if tool is None:
        return ""
    ran = subprocess.run([tool, "verify", "--man=no", folder / name], capture_output=True, text=True)
    return ran.stdout + ran.stderr


def test_there_is_one_to_run_and_one_to_maintain_with_its_timer() -> None:
    assert UNITS == ["wirewatch-maintain.service", "wirewatch-maintain.timer", "wirewatch.service"]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_has_nothing_to_say_of_it(name: str, tmp_path: Path) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")

    assert set(read(text)) - {"Unit", "Install"} == {"Timer" if name.endswith(".timer") else "Service"}
    assert verify(tmp_path, name, text) == ""


@each_service
def test_what_it_starts_is_a_command_of_wirewatch(name: str) -> None:
    [line] = unit(name)["Service"]["ExecStart"]
    program, *arguments = line.split()

    ran = subprocess.run(
        [Path(sys.executable).parent / "wirewatch", arguments[0], "--help"],
        capture_output=True,
        text=True,
        env={"COLUMNS": "200"},
    )

    assert program == PROGRAM
    assert ran.returncode == 0, ran.stderr
    assert all(option in ran.stdout for option in arguments[1:] if option.startswith("-"))


@each_service
def test_it_may_write_its_home_and_nothing_else(name: str) -> None:
    service = unit(name)["Service"]

    assert service["User"] == service["Group"] == ["wirewatch"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["StateDirectory"] == ["wirewatch"]
    assert "WIREWATCH_HOME=/var/lib/wirewatch" in service["Environment"][0].split()
    assert "ReadWritePaths" not in service
    assert service["CapabilityBoundingSet"] == [""]
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID", "LockPersonality"):
        assert service[key] == ["yes"]


def test_both_are_guarded_alike() -> None:
    guards = [
        {key: values for key, values in unit(name)["Service"].items() if key.startswith(("P", "Restrict", "Sys", "C"))}
        for name in SERVICES
    ]

    assert len(guards[0]) > 10
    for each in guards:
        each.pop("RestartPreventExitStatus", None)
    assert guards[0] == guards[1]


def test_a_run_that_fails_starts_again_but_not_with_a_wrong_config() -> None:
    service = unit("wirewatch.service")["Service"]

    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == ["2"]
    assert service["KillMode"] == ["mixed"]


def test_the_timer_makes_up_for_a_day_that_was_missed() -> None:
    timer = unit("wirewatch-maintain.timer")

    assert timer["Timer"]["Persistent"] == ["yes"]
    assert timer["Install"]["WantedBy"] == ["timers.target"]
    assert unit("wirewatch-maintain.service")["Service"]["Type"] == ["oneshot"]


def test_no_secret_stands_in_a_unit() -> None:
    text = "".join((FOLDER / name).read_text(encoding="utf-8") for name in UNITS)

    assert re.findall(r"(?i)(?:password|secret|key)\w*=\S+", text) == []
    assert text.count("EnvironmentFile=-/etc/wirewatch/environment") == len(SERVICES)


def test_the_readme_installs_what_there_is() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert "wirewatch.service wirewatch-maintain.timer" in readme
    assert all((ROOT / name).is_file() for name in re.findall(r"--requirement (\S+)", readme))
