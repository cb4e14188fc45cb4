"""A full disk stops a run with one clear line, and loses nothing."""

import resource
from pathlib import Path

import pytest

from tests.cli import on_site
from wirewatch.demo.site import SampleSite


@pytest.mark.parametrize(
    "room", [pytest.param(60_000, marks=pytest.mark.long), 200_000, pytest.param(500_000, marks=pytest.mark.long)]
)
def test_a_full_disk_is_one_line_and_after_it_everything_is_there(tmp_path: Path, room: int) -> None:
    """A limit on the size of files stands for the full disk: it is met at another place for each size."""
    with SampleSite() as site:
        cli = on_site(site, tmp_path)
        process = cli.start(
            "run", "--once", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        )
        _, err = process.communicate(timeout=100)

        cli("run", "--once", "--now")

        found = cli.rows("search", "*", "--limit", "1000")
        status = cli.rows("status")[0]
    assert process.returncode in (0, 1)
    assert "Traceback" not in err
    assert process.returncode == 0 or len([line for line in err.splitlines() if line.startswith("wirewatch: ")]) == 1
    assert len(found) == status["articles"]["matched"] > 30
    assert status["articles"]["failed"] == 0


def test_a_home_on_a_read_only_place_is_one_line(tmp_path: Path) -> None:
    with SampleSite() as site:
        cli = on_site(site, tmp_path)
        cli.home.write_text("a file where the folder should be")

        process = cli.start("run", "--once")
        _, err = process.communicate(timeout=60)

    assert process.returncode in (1, 2)
    assert len(err.splitlines()) == 1
    assert str(cli.home) in err
