"""The whole house with its archive in an object store, set up as the docs say: an address, and four variables."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import Cli, on_site
from tests.s3 import Bucket
from wirewatch.demo.site import SampleSite

pytestmark = pytest.mark.long  # a server of its own and whole runs through it


@pytest.fixture
def cli(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """A config for the sample site whose archive is in the bucket."""
    with SampleSite() as site:
        yield on_site(site, tmp_path, environment=bucket.environment)


def titles(cli: Cli) -> list[str]:
    """Of every article of the index."""
    return sorted(row["title"] for row in cli.rows("search", "*", "--limit", "1000"))


def test_what_is_fetched_lies_in_the_bucket_and_is_found(cli: Cli, bucket: Bucket) -> None:
    cli("run", "--once")

    found = titles(cli)
    assert any(row["url"].endswith("/kim-poseta-rusiji.html") for row in cli.rows("search", "Ким Путин"))
    assert cli.rows("status")[0]["articles"]["matched"] == len(found) > 30
    assert all(key.startswith("of/desk/20") and key.endswith(".warc.gz") for key in bucket.names())
    assert not (cli.home / "archive").exists()
    cli("archive", "check")
    cli("reindex")
    assert titles(cli) == found


def test_a_lost_home_is_made_again_from_the_bucket(cli: Cli) -> None:
    cli("run", "--once")
    before = titles(cli)
    cli.home.rename(cli.home.with_name("lost"))

    cli("db", "restore")
    cli("index")

    assert titles(cli) == before


def test_a_forgotten_article_is_in_no_object_but_its_tombstone_is(cli: Cli, bucket: Bucket) -> None:
    cli("run", "--once")
    row = cli.rows("search", "Kim Putin")[0]

    cli("forget", row["url"], "--yes")
    cli.home.rename(cli.home.with_name("lost"))
    cli("db", "restore")
    cli("index")

    assert row["id"] not in {each["id"] for each in cli.rows("search", "*", "--limit", "1000")}
    assert len([key for key in bucket.names() if key.startswith("of/desk/forgotten/")]) == 1
    cli("archive", "check")


def test_doctor_writes_reads_and_deletes_a_probe(cli: Cli, bucket: Bucket) -> None:
    said = {row["check"]: row for row in cli.rows("doctor", code=(0, 1))}

    assert said["archive"] == {"check": "archive", "ok": True, "finding": f"{bucket.archive}: 0 files"}
    assert bucket.names() == []
