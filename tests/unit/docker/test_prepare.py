"""`make up` begins with docker/prepare.py: new passwords once, and a config folder to edit."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.unit.docker.scripts import load
from wirewatch.settings import load as settings

prepare = load("prepare")


def values(env: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in env.read_text().splitlines() if not line.startswith("#"))


def secrets_of(env: Path) -> dict[str, str]:
    return {name: value for name, value in values(env).items() if name in prepare.VARIABLES}


def test_the_first_time_makes_passwords_that_only_the_owner_may_read(tmp_path: Path) -> None:
    code = prepare.main(tmp_path)

    assert code == 0
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert set(values(tmp_path / ".env")) == {*prepare.CHOICES, *prepare.VARIABLES}


def test_no_two_passwords_are_the_same_and_none_needs_quoting(tmp_path: Path) -> None:
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        prepare.main(tmp_path / folder)

    made = [secrets_of(tmp_path / folder / ".env") for folder in ("here", "there")]
    assert len({value for each in made for value in each.values()}) == 2 * len(prepare.VARIABLES)
    for each in made:
        assert all(re.fullmatch(r"[0-9a-f]{48,}", value) for name, value in each.items() if name not in prepare.FERNET)


def test_the_key_that_airflow_encrypts_with_is_one_that_fernet_takes(tmp_path: Path) -> None:
    prepare.main(tmp_path)

    key = Fernet(values(tmp_path / ".env")["AIRFLOW_FERNET_KEY"])
    assert key.decrypt(key.encrypt(b"Kim")) == b"Kim"


def test_the_passwords_are_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare.main(tmp_path)

    printed = "".join(capsys.readouterr())
    assert [value for value in secrets_of(tmp_path / ".env").values() if value in printed] == []


def test_a_second_time_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepare.main(tmp_path)
    before = (tmp_path / ".env").read_bytes()
    (tmp_path / "config/feeds.yaml").write_text("sources: []\n")
    capsys.readouterr()

    code = prepare.main(tmp_path)

    assert code == 0
    assert (tmp_path / ".env").read_bytes() == before
    assert (tmp_path / "config/feeds.yaml").read_text() == "sources: []\n"
    assert capsys.readouterr().out == ""


def test_of_many_at_once_one_writes_the_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        wrote = list(pool.map(prepare.write_env, [tmp_path / ".env"] * 40))

    assert wrote.count(True) == 1
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
    assert set(values(tmp_path / ".env")) == {*prepare.CHOICES, *prepare.VARIABLES}


def test_what_a_file_of_an_older_version_lacks_is_added_and_the_rest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("# ours\nELASTIC_PASSWORD=abc\nCOMPOSE_PROFILES=simple\nMORE=1")

    code = prepare.main(tmp_path)

    now = values(tmp_path / ".env")
    said = capsys.readouterr().out
    assert code == 0
    assert (tmp_path / ".env").read_text().startswith("# ours\nELASTIC_PASSWORD=abc\nCOMPOSE_PROFILES=simple\nMORE=1\n")
    assert set(now) == {*prepare.CHOICES, *prepare.VARIABLES, "MORE"}
    assert "POSTGRES_PASSWORD" in said
    assert "ELASTIC_PASSWORD" not in said
    assert now["POSTGRES_PASSWORD"] not in said
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [".env"]


def test_a_variable_that_was_emptied_is_named_and_nothing_is_put_in_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("ELASTIC_PASSWORD=abc\nDESK_PASSWORD=\n")

    code = prepare.main(tmp_path)

    said = capsys.readouterr().err
    assert code == 2
    assert "DESK_PASSWORD" in said
    assert "ELASTIC_PASSWORD" not in said
    assert (tmp_path / ".env").read_text() == "ELASTIC_PASSWORD=abc\nDESK_PASSWORD=\n"


def test_the_config_folder_is_wirewatchs_own_and_readable_by_the_containers_user(tmp_path: Path) -> None:
    prepare.main(tmp_path)

    read = settings(tmp_path / "config", tmp_path / "home", {})
    assert read.sources
    assert (tmp_path / "config").stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "config").iterdir()} == {0o644}
