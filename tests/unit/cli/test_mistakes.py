"""A command line that can't be read is told in one line that says what would be right."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wirewatch.cli.app import app, main


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("search", "-Kim"), "NOT"),
        (("search", "Kim", "Putin"), "in quotes"),
        (("count", "-Kim"), "NOT"),
        (("search",), "wirewatch search --help"),
        (("search", "Kim", "--limit", "x"), "--limit"),
        (("search", "Kim", "--nosuch"), "--nosuch"),
        (("searhc",), "search"),
        (("watches", "replay", "kim"), "--since"),
        (("run", "--every", "0s"), "1s or more"),
        (("search", "=Kim"), '="Kim Putin"'),
        (("index", "copy", "--to", "server"), "http(s)://host:9200"),
        (("db", "copy", "--to", "server"), "--to: is no database"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    typed: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["wirewatch", *typed])

    with pytest.raises(SystemExit) as ended:
        main()

    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert len(lines) == 1
    assert lines[0].startswith("wirewatch: ")
    assert told in lines[0]


def test_a_group_without_a_command_shows_what_it_has(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["wirewatch", "watches"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "history" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["history", "retry"])
def test_a_watch_that_nobody_knows_is_a_mistake(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["wirewatch", "--home", str(tmp_path), "watches", command, "nosuch"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "'nosuch' is no watch" in capsys.readouterr().err


def test_a_question_that_nobody_answers_is_a_no_and_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["--home", str(tmp_path), "forget", "--host", "vesti.example"], input="")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "nothing was forgotten; --yes doesn't ask"
