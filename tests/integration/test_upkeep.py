"""The archive's upkeep as a user has it: restore, import, forget, compact, check; and killed half way."""

import contextlib
import json
import shutil
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli import Cli, on_site
from wirewatch import upkeep
from wirewatch.archive.foreign import Foreign, pages
from wirewatch.archive.pages import copied, stretches
from wirewatch.archive.read import list_files, read_page
from wirewatch.demo.site import SampleSite
from wirewatch.model import Place
from wirewatch.state import moving
from wirewatch.state.database import Database, opened

pytestmark = pytest.mark.long  # whole runs, and half a minute in all


@pytest.fixture
def cli(site: SampleSite, tmp_path: Path) -> Cli:
    """A home after a run."""
    made = on_site(site, tmp_path)
    made("run", "--once", "--now", code=(0, 1))
    return made


def found(cli: Cli) -> dict[str, str]:
    """Id and first-seen of every article of the index."""
    return {row["id"]: row["first_seen_at"] for row in cli.rows("search", "*", "--limit", "1000")}


def yesterday(cli: Cli) -> None:
    """Let the archive's files be of a past day, as the state knows them."""
    import sqlite3

    archive = cli.home / "archive"
    with sqlite3.connect(cli.home / "state.db") as db:
        for path in sorted(archive.rglob("*.warc.gz")):
            old = str(path.relative_to(archive))
            new = "2026/01/01/" + path.name
            (archive / "2026/01/01").mkdir(parents=True, exist_ok=True)
            path.rename(archive / new)
            db.execute("UPDATE captures SET file = ? WHERE file = ?", (new, old))
            db.execute("UPDATE archive_files SET name = ? WHERE name = ?", (new, old))
    db.close()


def in_three_files(cli: Cli) -> None:
    """Let the archive be of three small files of a past day."""
    archive = str(cli.home / "archive")
    with opened("sqlite", cli.home) as db:
        files = list_files(archive)
        every = [page for file in files for page in stretches(archive, file)]
        for part in (every[0::3], every[1::3], every[2::3]):
            name, offsets = copied(archive, part, db.owner)
            moving.move(db, {(p.file, p.offset): (name, at) for p, at in zip(part, offsets, strict=True)}, [name], [])
        for file in files:
            moving.move(db, {}, [], [file])
            (cli.home / "archive" / file).unlink()
    yesterday(cli)


def readable(cli: Cli, db: Database) -> int:
    """Reads the page of every capture that has one; gives their number."""
    import sqlite3

    with sqlite3.connect(cli.home / "state.db") as raw:
        rows = raw.execute('SELECT file, "offset", length FROM captures WHERE file IS NOT NULL').fetchall()
    raw.close()
    for file, offset, length in rows:
        assert read_page(str(cli.home / "archive"), Place(file=file, offset=offset, length=length)).body
    return len(rows)


def test_a_lost_database_is_restored_and_every_article_is_there_once_and_told_once(cli: Cli) -> None:
    before, told = found(cli), cli.told()
    for path in cli.home.glob("state.db*"):
        path.unlink()

    cli("db", "restore")
    cli("db", "restore")
    cli("run", "--once", code=(0, 1))
    cli("reindex")

    assert found(cli) == before
    assert cli.told() == told


def test_an_older_copy_of_the_database_is_brought_up_to_a_newer_archive(site: SampleSite, tmp_path: Path) -> None:
    cli = on_site(site, tmp_path)
    cli("poll", "--now", code=(0, 1))
    copy = tmp_path / "copy.db"
    shutil.copy(cli.home / "state.db", copy)
    cli("run", "--once", "--now", code=(0, 1))
    before = found(cli)
    for path in cli.home.glob("state.db*"):
        path.unlink()
    shutil.copy(copy, cli.home / "state.db")

    cli("db", "restore")
    cli("run", "--once", "--now", code=(0, 1))

    assert found(cli).keys() == before.keys()
    assert json.loads(cli("status", "--json"))["articles"]["matched"] == len(before)


def test_an_import_is_indexed_once_and_told_to_nobody(cli: Cli, site: SampleSite, tmp_path: Path) -> None:
    files = [str(path) for path in sorted((cli.home / "archive").rglob("*.warc.gz"))]
    other = on_site(site, tmp_path / "other")

    other("import", *files, "--source", "Crawl", code=(0, 1))
    once = found(other)
    other("import", *files, "--source", "Crawl", code=(0, 1))

    assert len(once) == len(found(cli))
    assert found(other) == once
    assert other.told() == []
    assert {row["source"] for row in other.rows("search", "*", "--limit", "1000")} == {"Crawl"}


def cut_within_a_record(whole: bytes, share: float) -> bytes:
    """About this share of the file. A cut between two records could not be seen: it is moved one byte on."""
    end = int(len(whole) * share)
    with contextlib.suppress(zlib.error):
        zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(whole[end:], 1)  # a record begins here
        end += 1
    return whole[:end]


@pytest.mark.parametrize("cut", [0.41, 0.5, 0.66, 0.8, -1, -5, -9])
def test_a_cut_file_is_read_up_to_the_cut_and_that_is_said(cli: Cli, tmp_path: Path, cut: float) -> None:
    whole = max((cli.home / "archive").rglob("*.warc.gz"), key=lambda file: file.stat().st_size).read_bytes()
    path = tmp_path / "cut.warc.gz"
    path.write_bytes(cut_within_a_record(whole, cut) if isinstance(cut, float) else whole[:cut])
    told, entire = Foreign(), Foreign()

    some = list(pages(path, 10_000_000, told))
    path.write_bytes(whole)
    every = list(pages(path, 10_000_000, entire))

    assert "middle of a record" in told.broken
    assert entire.broken == ""
    assert 0 < len(some) <= len(every)
    assert some == every[: len(some)]


def test_a_file_that_ends_early_ends_the_import_with_1_and_keeps_what_came_before(
    cli: Cli, site: SampleSite, tmp_path: Path
) -> None:
    whole = sorted((cli.home / "archive").rglob("*.warc.gz"))[0].read_bytes()
    (tmp_path / "cut.warc.gz").write_bytes(cut_within_a_record(whole, 2 / 3))
    other = on_site(site, tmp_path / "other")

    process = other.start("import", str(tmp_path / "cut.warc.gz"))
    _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "can't be read further" in said
    assert 0 < len(found(other)) < len(found(cli))


def test_a_forgotten_article_is_nowhere_and_never_comes_back(cli: Cli) -> None:
    row = cli.rows("search", "Kim Putin")[0]

    cli("forget", row["url"], code=1)  # nobody agreed
    assert row["id"] in found(cli)
    cli("forget", row["url"], "--yes")
    cli("run", "--once", "--now", code=(0, 1))
    cli("reindex")

    assert row["id"] not in found(cli)
    assert row["title"] not in json.dumps(cli.rows("watches", "history"))
    assert all(row["url"].encode() not in _unpacked(path) for path in (cli.home / "archive").rglob("*.warc.gz"))
    cli("archive", "check")


def test_what_was_forgotten_stays_so_when_the_database_is_lost(cli: Cli) -> None:
    row = cli.rows("search", "Kim Putin")[0]
    cli("forget", row["url"], "--yes")
    for path in cli.home.glob("state.db*"):
        path.unlink()

    cli("db", "restore")
    cli("run", "--once", "--now", code=(0, 1))

    assert row["id"] not in found(cli)
    assert row["url"] not in {each["url"] for each in cli.rows("search", "*", "--limit", "1000")}


def test_a_forgotten_host_lets_nothing_in_again(cli: Cli) -> None:
    cli("forget", "--host", "127.0.0.1", "--yes")
    cli("run", "--once", "--now", code=(0, 1))

    assert found(cli) == {}
    assert json.loads(cli("status", "--json"))["skipped_by_reason"].get("forgotten", 0) > 30


def test_compact_joins_a_day_and_every_page_stays_readable(cli: Cli) -> None:
    in_three_files(cli)
    archive = str(cli.home / "archive")
    with opened("sqlite", cli.home) as db:
        pages = readable(cli, db)
        assert len(list_files(archive)) == 3

    cli("archive", "compact")
    cli("archive", "check")

    with opened("sqlite", cli.home) as db:
        assert readable(cli, db) == pages
        assert len(list_files(archive)) == 1
    cli("archive", "compact")
    cli("reindex")
    assert len(found(cli)) > 30


@pytest.mark.parametrize("step", ["copied", "move", "delete"])
def test_compact_killed_between_two_steps_loses_nothing_and_is_finished_by_the_next(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    in_three_files(cli)
    archive = str(cli.home / "archive")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with opened("sqlite", cli.home) as db:
        pages = readable(cli, db)
        with monkeypatch.context() as patched:
            if step == "delete":
                patched.setattr("wirewatch.archive.store.Folder.delete", killed)
            else:
                patched.setattr(moving if step == "move" else upkeep, step, killed)
            with pytest.raises(KeyboardInterrupt):
                upkeep.compact(archive, db)
        assert readable(cli, db) == pages

    cli("status")
    cli("archive", "compact")
    cli("archive", "compact")

    with opened("sqlite", cli.home) as db:
        assert readable(cli, db) == pages
        assert len(list_files(archive)) == 1


def test_past_its_keeping_time_a_day_of_the_archive_is_dropped_and_the_articles_stay(cli: Cli) -> None:
    yesterday(cli)
    archive = cli.home / "archive"
    old = next(archive.rglob("*.warc.gz"))
    with opened("sqlite", cli.home) as db:
        dropped = upkeep.prune_archive(str(archive), db, datetime(2026, 1, 1, tzinfo=UTC))
        assert dropped == []
        dropped = upkeep.prune_archive(str(archive), db, datetime(2026, 1, 2, tzinfo=UTC))
    before = found(cli)

    assert dropped == [str(old.relative_to(archive))]
    assert not old.exists()
    cli("archive", "check")
    cli("reindex")
    cli("run", "--once", code=(0, 1))
    assert found(cli) == before


def test_check_says_what_is_broken(cli: Cli) -> None:
    file = sorted((cli.home / "archive").rglob("*.warc.gz"))[0]
    raw = file.read_bytes()
    half = len(raw) // 2
    file.write_bytes(raw[:half] + bytes(20) + raw[half + 20 :])  # more than a gzip header, where no harm shows

    lines = [json.loads(line) for line in cli("archive", "check", "--json", code=1).splitlines()]

    assert any(file.name in line["file"] for line in lines)


def _unpacked(path: Path) -> bytes:
    import gzip

    return gzip.decompress(path.read_bytes())
