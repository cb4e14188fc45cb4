"""A file that others wrote is read as far as it is whole, and said to be cut where it is."""

from pathlib import Path

import pytest

from tests.archived import archived, page
from wirewatch.archive.foreign import CUT, Foreign, pages
from wirewatch.model import Hop

BODY = "<p>Председник је примио госта.</p>".encode()
DATE = "WARC-Date: 2026-03-01T12:00:00Z\r\n"


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


def record(date: str = DATE) -> bytes:
    """A page as another's crawler keeps it."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://vesti.example/a\r\n{date}Content-Length: {len(block)}"
    return head.encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "WARC-Date: yesterday\r\n",
        "WARC-Date: 0999-12-31T23:59:59Z\r\n",
        "WARC-Date: 1000-01-01T00:00:00+14:00\r\n",
        "WARC-Date: 0001-01-01T00:00:00+14:00\r\n",
        "WARC-Date: 9999-12-31T23:59:59-14:00\r\n",
    ],
)
def test_a_record_without_a_date_that_can_be_written_is_no_page_and_stops_no_other(date: str, tmp_path: Path) -> None:
    (tmp_path / "odd.warc").write_bytes(record() + record(date) + record())
    told = Foreign()

    found = list(pages(tmp_path / "odd.warc", 1_000_000, told))

    assert [each.body for each in found] == [BODY, BODY]
    assert (told.not_pages, told.broken) == (1, "")


@pytest.mark.parametrize("name", ["empty.warc", "empty.warc.gz"])
def test_an_empty_file_holds_nothing_and_is_not_cut(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    told = Foreign()

    assert list(pages(tmp_path / name, 1_000_000, told)) == []
    assert told == Foreign()


@pytest.mark.parametrize(("missing", "broken"), [(0, ""), (5, CUT)])
def test_of_an_arc_file_nothing_is_a_page_and_only_a_cut_one_is_said_to_be_cut(missing: int, broken: str, tmp_path: Path) -> None:
    about = b"1 0 desk\nURL IP-address Archive-date Content-type Archive-length\n"
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY
    whole = b"filedesc://a.arc 0.0.0.0 20260301120000 text/plain %d\n%b\n" % (len(about), about)
    whole += b"http://vesti.example/a 203.0.113.7 20260301120000 text/html %d\n%b\n" % (len(block), block)
    (tmp_path / "old.arc").write_bytes(whole[: len(whole) - missing])
    told = Foreign()

    assert list(pages(tmp_path / "old.arc", 1_000_000, told)) == []
    assert (told.not_pages, told.broken) == (2, broken)


def test_a_page_that_only_led_on_to_another_is_none(tmp_path: Path) -> None:
    step = Hop(url="http://vesti.example/amp", status=200, headers=(("content-type", "text/html"),))
    (place,) = archived(str(tmp_path), page(body=BODY, hops=(step,)))

    assert [each.body for each in pages(tmp_path / place.file, 1_000_000, Foreign())] == [BODY]
