"""A file that others wrote is read as far as it is whole, and said to be cut where it is."""

from pathlib import Path

import pytest

from tests.archived import archived, page
from wirewatch.archive.foreign import CUT, Foreign, pages

BODY = "<p>Председник је примио госта.</p>".encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("archive")
    places = archived(str(folder), *(page(body=BODY, headers=(("content-type", "text/html"),)) for _ in range(2)))
    return (folder / places[0].file).read_bytes()


def ends(packed: bytes) -> list[int]:
    """Where its records begin, and its end."""
    return [n for n in range(len(packed)) if packed[n : n + 3] == b"\x1f\x8b\x08"] + [len(packed)]


def test_a_file_cut_anywhere_is_said_to_be_cut_unless_it_ends_with_a_record(whole: bytes, tmp_path: Path) -> None:
    file, wrong = tmp_path / "cut.warc.gz", []

    for end in range(1, len(whole) + 1):
        file.write_bytes(whole[:end])
        told = Foreign()
        for each in pages(file, 1_000_000, told):
            assert each.body == BODY
        if (told.broken == CUT) == (end in ends(whole)):
            wrong.append((end, told.broken))

    assert wrong == []


def test_a_head_without_an_address_is_no_record_and_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "odd.warc").write_bytes(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nabcde\r\n\r\n")
    told = Foreign()

    assert list(pages(tmp_path / "odd.warc", 1_000_000, told)) == []
    assert told.broken == "a record lacks its fields"
