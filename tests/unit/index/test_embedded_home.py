"""What befalls a folder: lost, damaged, made by other rules, full, read-only, renewed."""

import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
import tantivy

from tests.contract.index.articles import PRESS, article
from wirewatch.analysis.chain import TABLES_VERSION
from wirewatch.analysis.query import All, Word
from wirewatch.errors import Unavailable, WirewatchError
from wirewatch.index.embedded.schema import VERSION
from wirewatch.index.open import fresh_index, open_index
from wirewatch.index.port import Busy, Index, NeedsRebuild, Search
from wirewatch.settings.schema import IndexSettings


def opened(home: Path) -> Index:
    return open_index(IndexSettings(), home)


def filled(home: Path) -> Path:
    """The folder of an index with the press, closed."""
    with closing(opened(home)) as index, index.writing() as writer:
        writer.write(PRESS)
    return home / "index"


def files(folder: Path, ending: str) -> list[Path]:
    return [each for each in folder.iterdir() if each.name.endswith(ending)]


def test_the_format_says_by_whose_rules_the_index_was_made(tmp_path: Path) -> None:
    folder = filled(tmp_path)

    form = json.loads((folder / "format.json").read_text())

    assert form["schema"] == VERSION
    assert form["tables"] == TABLES_VERSION
    assert form["tantivy"] == version("tantivy")
    with closing(opened(tmp_path)) as index:
        assert index.generation() == form["generation"]


def _other(key: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        form = json.loads((folder / "format.json").read_text())
        (folder / "format.json").write_text(json.dumps(form | {key: "other"}))

    return change


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _cut(ending: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for each in files(folder, ending):
            os.truncate(each, 10)

    return change


def _gone(ending: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        for each in files(folder, ending):
            each.unlink()

    return change


def _other_schema(folder: Path) -> None:
    form = (folder / "format.json").read_bytes()
    shutil.rmtree(folder)
    folder.mkdir()
    tantivy.Index(tantivy.SchemaBuilder().add_text_field("id").build(), str(folder))
    (folder / "format.json").write_bytes(form)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_other("schema"), id="other-schema-version"),
        pytest.param(_other("tables"), id="other-tables"),
        pytest.param(_without("format.json"), id="no-format"),
        pytest.param(_cut("format.json"), id="cut-format"),
        pytest.param(_without("meta.json"), id="no-meta"),
        pytest.param(_cut("meta.json"), id="cut-meta"),
        pytest.param(_gone(".idx"), id="no-postings"),
        pytest.param(_cut(".store"), id="cut-store"),
        pytest.param(_other_schema, id="other-fields"),
    ],
)
def test_an_index_that_cant_serve_asks_for_a_rebuild_and_a_fresh_one_takes_its_place(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = filled(tmp_path)
    damage(folder)

    with pytest.raises(NeedsRebuild):
        opened(tmp_path)

    with closing(fresh_index(tmp_path)) as index:
        with index.writing() as writer:
            writer.write(PRESS)
        assert index.total() == len(PRESS)
    assert [each.name for each in tmp_path.iterdir()] == ["index"]


def test_flipped_bytes_end_in_our_error_never_in_a_panic(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    for each in files(folder, ".idx") + files(folder, ".store") + files(folder, ".fast") + files(folder, ".pos"):
        raw = bytearray(each.read_bytes())
        raw[: len(raw) // 2 : 3] = b"\xff" * len(raw[: len(raw) // 2 : 3])
        each.write_bytes(raw)

    def use() -> None:
        with closing(opened(tmp_path)) as index:
            index.search(Word("Kim"), Search())
            list(index.scan(All(), Search()))
            index.search(All(), Search(stories=True))

    with pytest.raises(NeedsRebuild):
        use()


def test_a_lost_folder_is_made_anew_under_another_generation(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as index:
        before = index.generation()
    shutil.rmtree(filled(tmp_path))

    with closing(opened(tmp_path)) as index:
        assert (index.total(), index.generation() == before) == (0, False)


def test_a_fresh_index_is_empty_under_another_generation_and_leaves_no_folder_behind(tmp_path: Path) -> None:
    before = json.loads((filled(tmp_path) / "format.json").read_text())["generation"]

    with closing(fresh_index(tmp_path)) as index:
        assert (index.total(), index.generation() == before) == (0, False)
    assert [each.name for each in tmp_path.iterdir()] == ["index"]


def test_an_index_that_is_being_written_to_isnt_replaced(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as index, index.writing() as writer:
        with pytest.raises(Busy):
            fresh_index(tmp_path)
        writer.write([article("a")])
        assert index.total() == 1
    assert [each.name for each in tmp_path.iterdir()] == ["index"]


def test_who_opened_the_index_before_it_was_replaced_doesnt_write_to_its_successor(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as index, closing(fresh_index(tmp_path)) as successor:
        with pytest.raises(NeedsRebuild, match="anew"), index.writing():
            pytest.fail("got the right to write")
        with successor.writing() as writer:
            writer.write([article("a")])
        assert successor.total() == 1


def test_a_write_the_disk_doesnt_take_leaves_what_was_there_and_the_next_one_goes_on(tmp_path: Path) -> None:
    large = [article(f"b{n:03}", "Kim", " ".join(f"word{n}x{m}" for m in range(300))) for n in range(200)]
    with closing(opened(tmp_path)) as index, index.writing() as writer:
        writer.write(PRESS)

        with files_no_larger_than(100_000), pytest.raises(Unavailable):
            writer.write(large)

        assert index.total() == len(PRESS)
        writer.write([article("a")])
        assert index.total() == len(PRESS) + 1
    with closing(opened(tmp_path)) as index, index.writing() as writer:
        writer.write(large)
        assert index.total() == len(PRESS) + 201


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Inside, no file of this process can grow beyond `size` bytes: as near to a full disk as one comes without being root."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


def test_what_a_killed_process_left_goes_when_the_next_one_writes(tmp_path: Path) -> None:
    folder = filled(tmp_path)
    with closing(opened(tmp_path)) as index:
        with index.writing() as writer:
            writer.write([article("a")])
        left = json.loads((folder / ".managed.json").read_text())
        orphan = "0123456789abcdef0123456789abcdef.idx"
        (folder / orphan).write_bytes(b"x")
        (folder / ".managed.json").write_text(json.dumps([*left, orphan]))
    with closing(opened(tmp_path)) as index, index.writing():
        pass

    assert not (folder / orphan).exists()


def test_many_writes_through_one_writer_leave_few_segments(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as index:
        for n in range(3):
            with index.writing() as writer:
                for m in range(25):
                    writer.write([article(f"a{n}{m:02}")])
        assert index.total() == 75
    assert len(files(tmp_path / "index", ".store")) <= 16


def test_a_home_that_isnt_there_yet_is_made(tmp_path: Path) -> None:
    with closing(opened(tmp_path / "new" / "home")) as index:
        assert index.total() == 0


def test_a_home_that_cant_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unavailable) as raised:
        opened(tmp_path / "file")

    assert "\n" not in str(raised.value)


def test_every_error_of_ours_is_told_by_the_tree() -> None:
    assert issubclass(NeedsRebuild, WirewatchError)
    assert not issubclass(NeedsRebuild, Busy)
