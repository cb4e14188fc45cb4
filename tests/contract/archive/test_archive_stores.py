"""What the archive promises wherever its files lie: in a folder, in memory, in an object store."""

import gzip
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.archived import OWNER, archived, origin, page
from tests.wire_state import document
from wirewatch import upkeep
from wirewatch.archive.pages import copied, stretches
from wirewatch.archive.read import list_files, read_page, read_records
from wirewatch.archive.recover import sweep
from wirewatch.archive.store import CLOSED, _opened, open_store, probe
from wirewatch.archive.tombstones import list_tombstones, put_tombstone, read_tombstone
from wirewatch.archive.write import ArchiveWriter
from wirewatch.errors import Reason, Retry
from wirewatch.house import recover_archive
from wirewatch.model import ArticleId, Hop, Origin, Page, Place
from wirewatch.state import captures
from wirewatch.state.database import Database


def story(n: int) -> tuple[Page, Origin]:
    """The n-th article's page, and where it came from."""
    url = f"http://vesti.example/{n}"
    key = f"vesti.example/{n}"
    mine = origin(article_id=ArticleId(f"article-{n:08}"), keys=(key,), n=1)
    return page(url, body=f"<p>{n}</p>".encode()), replace(mine, entry=replace(mine.entry, url=url))


def filed(archive: str, numbers: Sequence[int]) -> str:
    """The name of a closed file with these articles' pages."""
    writer = ArchiveWriter(archive, OWNER)
    for n in numbers:
        writer.add(*story(n))
    return writer.close_file()[0][1].file


def indexed(db: Database) -> list[tuple[ArticleId, Place]]:
    """Index every archived page, as a run would; gives articles and places."""
    tasks = captures.claim_fetched(db, 1000)
    captures.indexed(db, [document(task) for task in tasks])
    return [(task.article_id, task.place) for task in tasks]


def tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what was archived today be of a past day."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return cls.fromtimestamp((datetime.now(UTC) + timedelta(days=1)).timestamp(), tz)

    monkeypatch.setattr(upkeep, "datetime", Later)


def bodies(archive: str) -> list[bytes]:
    """The text of every page of every file, in order."""
    return sorted(read_page(archive, place).body for file in list_files(archive) for _, place, *_ in read_records(archive, file))


def test_a_page_comes_out_as_it_went_in(archive: str) -> None:
    packed = (("content-type", "text/html; charset=windows-1251"), ("content-encoding", "gzip"), ("x-title", "plain"))
    given = page(
        final_url="http://vesti.example/there",
        body="Мост".encode("cp1251"),
        headers=packed,
        hops=(Hop(url="http://x/", status=301),),
    )

    (place,) = archived(archive, given)

    assert read_page(archive, place) == replace(given, hops=(), request_headers=())


def test_a_file_of_the_largest_size_comes_out_as_it_went_in(archive: str) -> None:
    texts = [os.urandom(9_000_000), os.urandom(9_000_000)]

    places = archived(archive, *(page(body=text) for text in texts))

    assert [read_page(archive, place).body for place in places] == texts
    assert [found[1] for found in read_records(archive, places[0].file)] == places


def test_where_pages_came_from_and_lie_is_read_from_the_file_alone(archive: str) -> None:
    places = archived(archive, page(), page(final_url="http://vesti.example/c"))

    found = list(read_records(archive, list_files(archive)[0]))

    assert found == [
        (origin(), places[0], "http://vesti.example/a?b=1", "text/html"),
        (origin(), places[1], "http://vesti.example/c", "text/html"),
    ]


def test_an_archive_that_does_not_exist_yet_is_empty(archive: str) -> None:
    assert list_files(archive) == []
    assert list_tombstones(archive) == []
    assert sweep(archive, lambda _: False) == 0


def test_files_are_listed_oldest_first_and_nothing_else_is(archive: str) -> None:
    store = open_store(archive)
    for name in ("2026/03/02/b.warc.gz", "2026/02/28/c.warc.gz", "2026/03/02/a.warc.gz", "notes.txt"):
        store.put(name, b"x", OWNER)

    assert list_files(archive) == ["2026/02/28/c.warc.gz", "2026/03/02/a.warc.gz", "2026/03/02/b.warc.gz"]
    assert store.names(CLOSED, "2026/02") == ["2026/02/28/c.warc.gz"]


def test_a_listing_shows_what_others_wrote_and_deleted_since_the_last(archive: str) -> None:
    mine, other = open_store(archive), _opened(archive, -1)  # as another process has it
    mine.put("2026/03/02/a.warc.gz", b"x", OWNER)
    before = mine.names(CLOSED)

    other.put("2026/03/02/b.warc.gz", b"longer", OWNER)
    other.delete("2026/03/02/a.warc.gz")

    assert before == ["2026/03/02/a.warc.gz"]
    assert mine.names(CLOSED) == ["2026/03/02/b.warc.gz"]
    assert mine.size("2026/03/02/b.warc.gz") == 6


def test_what_is_deleted_is_gone_and_may_be_deleted_again(archive: str) -> None:
    file, store = filed(archive, [1]), open_store(archive)

    store.delete(file)
    store.delete(file)

    assert list_files(archive) == []
    with pytest.raises(FileNotFoundError):
        store.size(file)
    with pytest.raises(FileNotFoundError), store.open(file):
        pass


def test_a_file_is_as_large_as_its_bytes(archive: str) -> None:
    file, store = filed(archive, [1, 2]), open_store(archive)

    with store.open(file) as stream:
        assert store.size(file) == len(stream.read()) > 500


@pytest.mark.parametrize("lost", [1, 8, 100])
def test_a_cut_record_is_lost_and_those_before_it_are_not(archive: str, lost: int) -> None:
    first, second = archived(archive, page(), page(body=os.urandom(500)))
    open_store(archive).put(first.file, open_store(archive).read(first.file, 0, second.offset + second.length - lost), OWNER)

    with pytest.raises(Retry) as failed:
        read_page(archive, second)

    assert failed.value.reason is Reason.ARCHIVE_LOST
    assert read_page(archive, first).body == page().body
    assert [place for _, place, *_ in read_records(archive, first.file)] == [first]


def test_a_changed_record_is_lost(archive: str) -> None:
    (place,) = archived(archive, page(body=b"the true text"))
    store = open_store(archive)
    record = gzip.decompress(store.read(place.file, place.offset, place.length)).replace(b"the true", b"the fake")
    forged = gzip.compress(record)
    store.put(place.file, store.read(place.file, 0, place.offset) + forged, OWNER)

    with pytest.raises(Retry, match="digest"):
        read_page(archive, replace(place, length=len(forged)))


@pytest.mark.parametrize("wrong", [{"file": "2026/03/01/none.warc.gz"}, {"offset": 3}, {"length": 7}, {"offset": 10**12}])
def test_a_place_where_nothing_lies_is_lost(archive: str, wrong: dict[str, Any]) -> None:
    (place,) = archived(archive, page())

    with pytest.raises(Retry) as failed:
        read_page(archive, replace(place, **wrong))

    assert failed.value.reason is Reason.ARCHIVE_LOST


def test_tombstones_are_read_back_and_are_no_pages(archive: str) -> None:
    filed(archive, [1])

    name = put_tombstone(archive, {"article-1": ["vesti.example/1"]}, ["spam.example"], OWNER)

    assert list_tombstones(archive) == [name]
    assert read_tombstone(archive, name) == ({"article-1": ["vesti.example/1"]}, ["spam.example"])
    assert name not in list_files(archive)


def test_a_sweep_takes_nothing_that_was_closed(archive: str) -> None:
    file = filed(archive, [1])
    tombstone = put_tombstone(archive, {}, ["spam.example"], OWNER)

    assert sweep(archive, lambda _: False) == 0
    assert (list_files(archive), list_tombstones(archive)) == ([file], [tombstone])


def test_a_closed_file_whose_acknowledgement_was_lost_is_taken_up_once(archive: str, db: Database) -> None:
    filed(archive, [1, 2])
    filed(archive, [3])

    taken = [recover_archive(db, archive), recover_archive(db, archive)]

    assert taken == [3, 0]
    assert sorted(read_page(archive, place).body for _, place in indexed(db)) == [b"<p>1</p>", b"<p>2</p>", b"<p>3</p>"]


def test_what_a_tombstone_names_is_not_taken_up(archive: str, db: Database) -> None:
    filed(archive, [1, 2])
    put_tombstone(archive, {"article-00000001": ["vesti.example/1"]}, [], OWNER)

    assert recover_archive(db, archive) == 1
    assert [article for article, _ in indexed(db)] == ["article-00000002"]


def test_a_check_finds_a_sound_archive_sound(archive: str, db: Database) -> None:
    files = [filed(archive, [1, 2]), filed(archive, [3])]
    recover_archive(db, archive)

    assert list(upkeep.check(archive, db)) == [(files[0], 2, []), (files[1], 1, [])]


def test_a_check_names_a_cut_file_and_one_that_is_gone(archive: str, db: Database) -> None:
    cut, gone = filed(archive, [1, 2]), filed(archive, [3])
    recover_archive(db, archive)
    store = open_store(archive)
    store.put(cut, store.read(cut, 0, store.size(cut) - 50), OWNER)
    store.delete(gone)

    wrong = {file: problems for file, _, problems in upkeep.check(archive, db)}

    assert set(wrong) == {cut, gone}
    assert wrong[cut]
    assert wrong[gone] == [f"{gone}: the file is gone, with 1 captures"]


def test_compact_joins_a_day_and_every_page_stays_where_the_state_says(
    archive: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for numbers in ([1, 2], [3], [4, 5]):
        filed(archive, numbers)
    recover_archive(db, archive)
    indexed(db)
    before = bodies(archive)
    tomorrow(monkeypatch)

    would = upkeep.compact(archive, db, dry_run=True)
    done = upkeep.compact(archive, db)

    assert would == done == (3, 1)
    assert bodies(archive) == before
    assert [(whole, wrong) for _, whole, wrong in upkeep.check(archive, db)] == [(5, [])]
    assert upkeep.compact(archive, db) == (1, 1)


def test_compact_deletes_what_a_killed_one_left_beside_its_copy(
    archive: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = filed(archive, [1, 2])
    recover_archive(db, archive)
    indexed(db)
    copied(archive, list(stretches(archive, file)), OWNER)
    tomorrow(monkeypatch)

    assert upkeep.compact(archive, db) == (2, 1)
    assert list_files(archive) == [file]


def test_dropped_pages_are_in_no_file_and_the_others_stay(archive: str, db: Database) -> None:
    filed(archive, [1, 2, 3])
    only = filed(archive, [4])
    recover_archive(db, archive)
    indexed(db)

    dropped = upkeep.drop_pages(archive, db, [ArticleId("article-00000002"), ArticleId("article-00000004")])

    assert dropped == 2
    assert bodies(archive) == [b"<p>1</p>", b"<p>3</p>"]
    assert only not in list_files(archive)
    assert [(whole, wrong) for _, whole, wrong in upkeep.check(archive, db)] == [(2, [])]


def test_past_its_keeping_time_a_file_is_deleted(archive: str, db: Database) -> None:
    file = filed(archive, [1])
    recover_archive(db, archive)
    indexed(db)

    kept = upkeep.prune_archive(archive, db, datetime.now(UTC))
    dropped = upkeep.prune_archive(archive, db, datetime.now(UTC) + timedelta(days=1))

    assert (kept, dropped) == ([], [file])
    assert list_files(archive) == []


def test_a_probe_leaves_nothing_behind(archive: str) -> None:
    probe(archive, OWNER)

    assert open_store(archive).names("") == []
