"""A page is found wherever a user names it."""

import gzip
from pathlib import Path

import pytest

from tests import wire_state as wire
from tests.archived import archived, page
from wirewatch.demo.sample import outlets
from wirewatch.demo.site import SampleSite
from wirewatch.errors import Unavailable, UserError
from wirewatch.onepage import find_page
from wirewatch.settings import Settings, load
from wirewatch.state import captures
from wirewatch.state.captures import Fetched
from wirewatch.state.database import opened

BODY = "<p>Сусрет у свемирској луци</p>".encode()
URL = "https://vesti.example/1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "wirewatch.toml").write_text('[fetch]\nallow_networks = ["127.0.0.0/8"]\nmax_bytes = 50000\n')
    return load(tmp_path, tmp_path / "home", {})


def test_a_file_is_read_packed_or_not(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(BODY)
    (tmp_path / "b.gz").write_bytes(gzip.compress(BODY))

    assert find_page(settings, str(tmp_path / "a.html")).page.body == BODY
    assert find_page(settings, str(tmp_path / "b.gz")).page.body == BODY


def test_a_file_that_unpacks_beyond_the_limit_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"<p>" + bytes(10_000_000)))

    with pytest.raises(UserError, match=r"more than fetch\.max_bytes"):
        find_page(settings, str(tmp_path / "bomb.gz"))


def test_a_cut_file_and_one_that_is_not_there_are_told_in_a_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(BODY)[:-12])

    with pytest.raises(Unavailable, match=r"cut\.gz: "):
        find_page(settings, str(tmp_path / "cut.gz"))
    with pytest.raises(UserError, match="no-such: No such file or directory; write an address"):
        find_page(settings, "no-such")


def test_a_place_of_the_archive_gives_page_and_entry(settings: Settings) -> None:
    places = archived(settings.archive, page(body=BODY), page("http://vesti.example/c", body=b"<p>other</p>"))
    file = places[0].file

    found = find_page(settings, f"{file}:{places[0].offset}")

    assert found.page.body == BODY
    assert found.entry.title == "Сусрет у свемирској луци"
    with pytest.raises(UserError, match=rf"holds 2 pages, none at 7; write {file}:\d+ \(http://vesti\.example"):
        find_page(settings, f"{file}:7")
    with pytest.raises(UserError, match="holds 2 pages, none named"):
        find_page(settings, file)
    with pytest.raises(UserError, match="neither a file nor in the archive"):
        find_page(settings, "2026/11/01/none.warc.gz:1")


def test_an_articles_id_gives_the_page_it_was_made_of(settings: Settings) -> None:
    [place] = archived(settings.archive, page(URL, body=BODY))
    with opened("sqlite", settings.home) as db:
        wire.announce(db, wire.entry(URL))
        [task] = wire.claim_to_fetch(db)
        captures.fetched(db, [Fetched(task=task, place=place, final_url=URL, content_type="text/html", keys=())])
        wire.index_all(db)

    found = find_page(settings, task.article_id)

    assert (found.page.body, found.entry.title) == (BODY, "Ким и Путин")
    with pytest.raises(UserError, match="no article of this id"):
        find_page(settings, "a" * 16)


def test_an_address_is_fetched_as_a_run_would_and_not_against_robots_txt(settings: Settings, site: SampleSite) -> None:
    strict = next(outlet for outlet in outlets() if outlet.disallow)

    assert b"<html" in find_page(settings, site.url).page.body
    with pytest.raises(Unavailable, match="robots: disallowed"):
        find_page(settings, f"{site.base(strict)}{strict.disallow}1")
    with pytest.raises(Unavailable, match="blocked-address"):
        find_page(settings, "http://[::1]:1/")
