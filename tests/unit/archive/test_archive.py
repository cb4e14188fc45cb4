"""What goes into the archive comes out as it was, or is known to be lost."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from tests.archived import OWNER, archived, origin, page
from wirewatch.archive.read import list_files, read_page, read_records
from wirewatch.archive.recover import sweep
from wirewatch.archive.store import open_store
from wirewatch.archive.tombstones import put_tombstone
from wirewatch.archive.write import PAGES, ArchiveWriter
from wirewatch.errors import Unavailable
from wirewatch.model import Entry, Hop


def records(folder: Path, file: str) -> Iterator[Any]:
    with open(folder / file, "rb") as stream:
        yield from ArchiveIterator(stream, check_digests="raise")


@given(
    st.binary(max_size=2000),
    st.lists(st.tuples(st.from_regex(r"[a-z]{1,9}", fullmatch=True) | st.text(max_size=9), st.text(max_size=30)), max_size=4),
)
def test_no_body_and_no_header_harms_the_archive(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    nasty = page(body=body, headers=tuple(headers))

    places = archived(str(folder), page(), nasty, page())

    assert [read_page(str(folder), place).body for place in places] == [page().body, body, page().body]
    assert len(list(read_records(str(folder), places[0].file))) == 3


def test_the_records_of_a_page_follow_the_standard_and_name_each_other(tmp_path: Path) -> None:
    hop = Hop(url="http://vesti.example/old", status=301, headers=(("location", "/a?b=1"),))

    (place,) = archived(str(tmp_path), page(hops=(hop,), headers=(("content-encoding", "gzip"), ("content-length", "5"))))

    found = {(one.rec_type, one.rec_headers.get_header("WARC-Target-URI")): one for one in records(tmp_path, place.file)}
    response = found["response", "http://vesti.example/a?b=1"]
    named = response.rec_headers.get_header("WARC-Record-ID")
    assert [kind for kind, _ in found] == ["warcinfo", "response", "request", "response", "metadata"]
    assert response.rec_headers.protocol == "WARC/1.1"
    assert response.rec_headers.get_header("WARC-Date") == "2026-03-01T12:00:00.250000Z"
    assert response.rec_headers.get_header("WARC-IP-Address") == "203.0.113.7"
    assert response.http_headers.get_header("content-length") == str(len(page().body))
    assert response.http_headers.get_header("x-crawler-content-length") == "5"
    assert response.http_headers.get_header("content-encoding") is None
    assert found["request", "http://vesti.example/a?b=1"].http_headers.statusline == "/a?b=1 HTTP/1.1"
    assert found["response", "http://vesti.example/old"].rec_headers.get_header("WARC-Concurrent-To") == named
    assert found["metadata", "http://vesti.example/a?b=1"].rec_headers.get_header("WARC-Refers-To") == named


def test_an_origin_keeps_what_is_unknown_and_a_title_that_is_no_text(tmp_path: Path) -> None:
    odd = origin(entry=Entry(url="http://vesti.example/a", title="\ud800\x00"), country=None)
    writer = ArchiveWriter(str(tmp_path), OWNER)
    writer.add(page(), odd)
    ((_, place),) = writer.close_file()

    assert next(read_records(str(tmp_path), place.file))[0] == odd


def test_a_file_is_due_when_it_is_full() -> None:
    writer = ArchiveWriter("memory://full", OWNER)
    due = []

    for _ in range(PAGES):
        due.append(writer.due())
        writer.add(page(), origin())

    assert not any(due)
    assert writer.due()
    assert len(writer.close_file()) == PAGES
    assert not writer.due()
    assert writer.close_file() == []


def test_nothing_has_its_name_before_it_is_closed(tmp_path: Path) -> None:
    writer = ArchiveWriter(str(tmp_path), OWNER)
    writer.add(page(), origin())
    before = list_files(str(tmp_path))

    writer.close_file()

    assert before == []
    assert len(list_files(str(tmp_path))) == 1
    assert list(tmp_path.rglob("*.tmp")) == []


def test_only_what_a_dead_owner_left_open_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    archived(str(tmp_path), page())
    for owner in ("dead:1:1", "alive:2:2"):
        leave_open(tmp_path, owner, monkeypatch)

    deleted = sweep(str(tmp_path), lambda owner: owner.startswith("alive"))

    assert deleted == 1
    assert [owner for _, owner in open_store(str(tmp_path)).unfinished()] == ["alive:2:2"]
    assert len(list_files(str(tmp_path))) == 1


def test_an_unfinished_tombstone_of_a_dead_owner_is_deleted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: None)
        put_tombstone(str(tmp_path), {}, ["spam.example"], OWNER)

    assert sweep(str(tmp_path), lambda owner: owner != OWNER) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def leave_open(folder: Path, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a kill between writing and renaming leaves behind."""
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: None)
        writer = ArchiveWriter(str(folder), owner)
        writer.add(page(), origin())
        patch.setattr("wirewatch.archive.store._sync_folder", lambda _: None)
        writer.close_file()


def test_a_folder_that_cannot_be_is_one_clear_line() -> None:
    writer = ArchiveWriter("/dev/full/archive", OWNER)
    writer.add(page(), origin())

    with pytest.raises(Unavailable, match=r"^the archive can't be written in /dev/full/archive: File exists$"):
        writer.close_file()

    assert writer.close_file() == []


def test_no_room_left_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    writer = ArchiveWriter(str(tmp_path), OWNER)
    writer.add(page(), origin())
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Unavailable, match="no room left"):
        writer.close_file()

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
