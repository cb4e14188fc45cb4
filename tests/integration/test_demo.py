"""The demo as a new user runs it, and what it leaves to play with."""

import json
import subprocess
import sys
from pathlib import Path

from wirewatch.demo.sample import outlets

WIREWATCH = str(Path(sys.executable).parent / "wirewatch")


def run(*arguments: str) -> str:
    done = subprocess.run([WIREWATCH, *arguments], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_demo_shows_what_it_did_found_and_told_and_can_be_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "demo"

    out = run("demo", "--keep", str(folder))

    assert f"{sum(outlet.is_open(each) for outlet in outlets() for each in outlet.articles)} indexed" in out
    assert out.count("$ wirewatch search") == 3
    assert "$ wirewatch watches history" in out
    assert "desk: sent" in out
    rows = [json.loads(line) for line in run("--config", str(folder), "search", "Ким Путин", "--json").splitlines()]
    assert {row["language"] for row in rows} >= {"sr", "uk", "en"}
    assert len({row["id"] for row in rows}) == len(rows) > 5
    stories = [
        json.loads(line) for line in run("--config", str(folder), "search", "космодром", "--stories", "--json").splitlines()
    ]
    assert max(row["tellings"] for row in stories) >= 2


def test_the_demo_leaves_nothing_unless_told(tmp_path: Path) -> None:
    out = run("--home", str(tmp_path / "home"), "demo")

    assert "Nothing was kept" in out
    assert not (tmp_path / "home").exists()
