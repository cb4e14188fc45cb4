"""The command line's manners: exit codes, one-line errors, output for programs."""

import sys
from pathlib import Path

import pytest

from tests.cli import Cli

LONG = "Ким Џонг Ун " * 3000  # gives more than a pipe holds
WRITING = [("watches", "list"), ("watches", "list", "--json"), ("--help",), ("entities", "find", LONG, "--json")]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    config = tmp_path / "config"
    config.mkdir()
    (config / "feeds.yaml").write_text("sources: []\n")
    return Cli(config, tmp_path / "home")


def test_init_writes_a_folder_that_works(tmp_path: Path, cli: Cli) -> None:
    cli("init", str(tmp_path / "desk"))

    settings = Cli(tmp_path / "desk", tmp_path / "home")
    assert len(settings.rows("watches", "list")) == 2
    assert len(settings.rows("feeds", "list")) == 12


def test_init_leaves_a_folder_alone_that_holds_something(tmp_path: Path, cli: Cli) -> None:
    said = cli("init", str(cli.config), code=2)

    assert said == f"wirewatch: {cli.config}: is not empty; name a new folder\n"


def test_a_run_with_nothing_to_do_says_so(cli: Cli) -> None:
    out = cli("run", "--once")

    assert out.splitlines()[0].split() == ["poll", "nothing", "to", "do"]


def test_quiet_says_nothing(cli: Cli) -> None:
    process = cli.start("--quiet", "run", "--once")

    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_every_mistake_of_the_config_is_a_line(cli: Cli) -> None:
    (cli.config / "watches.yaml").write_text("watches:\n  - name: a\n    query: 'Kim AND'\n  - name: b\n    channels: [none]\n")

    said = cli("run", "--once", code=2)

    assert [line.split(": ")[2] for line in said.splitlines()] == ["watches[0].query", "watches[1].channels"]


def test_a_query_is_read_before_the_index_is_opened(cli: Cli) -> None:
    said = cli("search", "Kim AND (", code=2)

    assert said.count("\n") == 1
    assert not cli.home.exists()


def test_a_home_that_cannot_be_made_is_one_line(cli: Cli) -> None:
    process = Cli(cli.config, Path("/proc/wirewatch")).start("run", "--once")
    _, err = process.communicate(timeout=60)

    assert process.returncode in (1, 2)
    assert len(err.splitlines()) == 1
    assert "/proc/wirewatch" in err


def test_doctor_says_what_is_wrong_and_ends_with_1(cli: Cli) -> None:
    out = cli("doctor", code=1)

    lines = {line.split()[1]: line.split()[0] for line in out.splitlines()}
    assert lines == {
        "config": "ok",
        "contact": "BAD",
        "state": "ok",
        "archive": "ok",
        "disk": "ok",
        "server": "ok",
        "index": "ok",
        "feeds": "ok",
        "channels": "ok",
    }


def test_doctor_names_every_address_that_cannot_be_told(cli: Cli) -> None:
    toml = cli.config / "wirewatch.toml"
    toml.write_text('[channels]\na = "nosuch://x"\nb = ["slack://bad", "webhook://"]\n', encoding="utf-8")

    (line,) = [line for line in cli("doctor", code=1).splitlines() if "channels" in line]

    assert [line.count(name) for name in ("nosuch://", "slack://", "webhook://… has no host")] == [1, 1, 1]


def test_an_unknown_reason_for_retry_names_the_known(cli: Cli) -> None:
    assert "http-404" in cli("retry", "--reason", "nonsense", code=2)


@pytest.mark.parametrize("arguments", WRITING)
def test_a_reader_who_leaves_early_is_no_failure(arguments: tuple[str, ...], cli: Cli) -> None:
    process = cli.start(*arguments)
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    _, err = process.communicate(timeout=60)

    assert err == ""
    assert process.returncode == 0


def test_a_reader_who_leaves_early_hides_no_failure(cli: Cli) -> None:
    process = cli.start("doctor", "--json", env={"PYTHONUNBUFFERED": ""})  # so that it fails first, and writes at its end
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None

    _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (1, "")


@pytest.mark.parametrize("arguments", [("--version",), ("watches", "list")])
def test_a_closed_standard_output_is_no_failure(arguments: tuple[str, ...], cli: Cli) -> None:
    import subprocess

    program = str(Path(sys.executable).parent / "wirewatch")
    command = [program, "--config", str(cli.config), "--home", str(cli.home), *arguments]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *command], stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("arguments", "unbuffered"), [*((each, "") for each in WRITING), (WRITING[0], "1")])
def test_a_full_disk_under_the_output_is_one_line(arguments: tuple[str, ...], unbuffered: str, cli: Cli) -> None:
    import os
    import subprocess

    program = str(Path(sys.executable).parent / "wirewatch")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [program, "--config", str(cli.config), "--home", str(cli.home), *arguments],
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stderr) == (1, "wirewatch: no room left on the disk: what was written is cut\n")


def test_the_package_runs_as_a_module_too() -> None:
    import subprocess

    done = subprocess.run([sys.executable, "-m", "wirewatch", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("wirewatch ")


def test_extract_shows_a_page_and_lets_nothing_of_it_reach_the_terminal_raw(cli: Cli, tmp_path: Path) -> None:
    evil = "\x1b[2J\u202e"
    menu = f"<nav id='{evil}'>{evil} Насловна</nav>"
    text = "".join(
        f"<p>{evil}Мост преко северног рукавца отвара се на пролеће, рекао је градоначелник на кеју.</p>" for _ in range(9)
    )
    (tmp_path / "page.html").write_text(f"<title>{evil}Мост</title>{menu}<h1>Мост</h1>{text}", encoding="utf-8")

    out = cli("extract", str(tmp_path / "page.html"), "--explain")

    assert not any(sign in out for sign in "\x1b\u202e")
    assert {"title", "authors", "body"} <= {line.split()[0] for line in out.splitlines() if line}
    assert "cut (the frame of the page): 1 parts" in out
    assert cli.rows("extract", str(tmp_path / "page.html"))[0]["title"] == "Мост"
    assert not (cli.home / "state.db").exists()


def test_extract_of_a_page_without_an_article_says_why_and_ends_with_1(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>Страница није нађена.</p>", encoding="utf-8")

    out = cli("extract", str(tmp_path / "page.html"), code=1)

    assert out.splitlines()[1] == "no article: not-article"
