"""The hostile site of `nasty/`, case by case, through the command line as a user has it; `nasty/check.py` is the judge.

It judges what came into the index, the reasons told, manners (robots.txt, pace, name and contact), requests that nobody may
make, time, memory, exit codes, and what reaches the terminal. Each case has a config and a home of its own.
"""

import importlib.util
import random
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent / "nasty"
TELLING = (  # one of each kind, and quick
    "win1251-wrong-header xxe bomb-gzip redirect-hex status-429-date header-injection robots-503 page-zh title-escape"
).split()
GROUPS = 12  # of all other cases: each worker takes some
JOBS = 3  # cases at a time; most wait for a pace or a dripping server


def _load_site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nasty_server", HERE / "nasty_server.py")
    assert spec
    assert spec.loader
    module = sys.modules["nasty_server"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.build()
    return module


CASES = [case["id"] for case in _load_site().catalogue()]
OTHERS = [case for case in CASES if case not in TELLING]


def judged(cases: list[str], folder: Path) -> None:
    """Drive the cases; fails with the judge's words."""
    command = [sys.executable, str(HERE / "check.py"), "drive", "--wirewatch", str(Path(sys.executable).parent / "wirewatch")]
    command += ["--out", str(folder), "--only", ",".join(cases), "--jobs", str(JOBS), "--port", str(_free_port())]
    verdict = subprocess.run(command, capture_output=True, text=True, check=False)

    failed = [line for line in verdict.stdout.splitlines() if not line.startswith("pass ")]
    assert failed == [f"{len(cases)} of {len(cases)} cases passed; 0 connections to the private network"], verdict.stderr


def _free_port() -> int:
    """Of two neighbours that are free on every address of 127/8."""
    while True:
        port = random.randrange(20_000, 32_000)
        try:
            with socket.create_server(("", port)), socket.create_server(("", port + 1)):
                return port
        except OSError:
            continue


@pytest.mark.slow
def test_a_telling_part_of_the_hostile_site_is_come_through(tmp_path: Path) -> None:
    assert set(TELLING) < set(CASES)

    judged(TELLING, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("group", range(GROUPS))
def test_all_of_the_hostile_site_is_come_through(group: int, tmp_path: Path) -> None:
    judged(OTHERS[group::GROUPS], tmp_path)
