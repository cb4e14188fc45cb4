"""Tantivy's texts, each as it really comes, and the class of ours it becomes."""

from pathlib import Path

import pytest
import tantivy

from tests.contract.index.articles import article
from wirewatch.errors import Unavailable
from wirewatch.index.embedded.errors import told
from wirewatch.index.embedded.schema import SCHEMA, document
from wirewatch.index.port import Busy, NeedsRebuild


def test_a_second_writer_is_busy(tmp_path: Path) -> None:
    index = tantivy.Index(SCHEMA, str(tmp_path))
    first = index.writer(15_000_000, 1)

    with pytest.raises(Busy), told():
        index.writer(15_000_000, 1)
    first.wait_merging_threads()


def test_another_schema_needs_a_rebuild(tmp_path: Path) -> None:
    tantivy.Index(tantivy.SchemaBuilder().add_text_field("id").build(), str(tmp_path))

    with pytest.raises(NeedsRebuild, match="another version"), told():
        tantivy.Index(SCHEMA, str(tmp_path))


@pytest.mark.parametrize("ending", [".idx", ".store", ".term"])
@pytest.mark.parametrize("cut", [True, False])
def test_a_missing_or_cut_file_needs_a_rebuild(tmp_path: Path, ending: str, cut: bool) -> None:
    writer = tantivy.Index(SCHEMA, str(tmp_path)).writer(15_000_000, 1)
    writer.add_document(document(article("a", "Kim")))
    writer.commit()
    writer.wait_merging_threads()
    for each in tmp_path.glob(f"*{ending}"):
        each.write_bytes(each.read_bytes()[:10]) if cut else each.unlink()

    with pytest.raises(NeedsRebuild, match="damaged"), told():
        tantivy.Index(SCHEMA, str(tmp_path)).searcher()


def test_a_broken_meta_file_needs_a_rebuild(tmp_path: Path) -> None:
    tantivy.Index(SCHEMA, str(tmp_path))
    (tmp_path / "meta.json").write_text("{")

    with pytest.raises(NeedsRebuild, match="damaged"), told():
        tantivy.Index(SCHEMA, str(tmp_path))


def test_a_folder_that_is_gone_needs_a_rebuild(tmp_path: Path) -> None:
    with pytest.raises(NeedsRebuild, match="gone"), told():
        tantivy.Index(SCHEMA, str(tmp_path / "no"))
    with pytest.raises(NeedsRebuild, match="gone"), told():
        tantivy.Index.open(str(tmp_path / "no"))


def test_a_panic_becomes_an_exception_that_can_be_caught() -> None:
    searcher = tantivy.Index(SCHEMA).searcher()

    with pytest.raises(NeedsRebuild, match="damaged"), told():
        searcher.search(tantivy.Query.all_query(), 0)
    with pytest.raises(NeedsRebuild, match="damaged"), told():
        tantivy.Query.phrase_query(SCHEMA, "body", ["one"])


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("An IO error occurred: 'No space left on device (os error 28)'", Unavailable, "no space left"),
        ("IO error: Permission denied (os error 13)", Unavailable, "permission denied"),
        ("IO error: Read-only file system (os error 30)", Unavailable, "read-only"),
        ("Internal error: 'File too large (os error 27)'", Unavailable, "disk"),
        ("IO error: Input/output error (os error 5)", Unavailable, "disk"),
        ("IncompatibleIndex(IndexMismatch { library_format_version: 6, index_format_version: 7 })", NeedsRebuild, "version"),
    ],
)
def test_a_failing_disk_and_a_foreign_format_are_told_by_their_texts(text: str, kind: type[Exception], says: str) -> None:
    with pytest.raises(Unavailable, match=says) as raised, told():
        raise ValueError(text)

    assert type(raised.value) is kind
    assert "\n" not in str(raised.value)


def test_a_full_disk_told_by_the_system_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="no space left"), told():
        raise OSError(28, "No space left on device", "x")
    with pytest.raises(Unavailable, match="can't be used: Permission denied"), told():
        raise PermissionError(13, "Permission denied", "x")


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(ValueError, match="nobody knows"), told():
        raise ValueError("a text nobody knows")
    with pytest.raises(KeyboardInterrupt), told():
        raise KeyboardInterrupt
