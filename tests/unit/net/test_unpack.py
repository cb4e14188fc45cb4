"""A packed body is unpacked whole, or says why not, and never grows beyond its limit."""

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry
from wirewatch.net.unpack import Unpacker


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def unpack(encoding: str, packed: bytes, limit: int = 1_000_000, cuts: tuple[int, ...] = ()) -> bytes:
    unpacker = Unpacker(encoding, limit)
    places = sorted({0, len(packed), *(cut % (len(packed) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        unpacker.feed(packed[start:end])
    return unpacker.body()


@given(st.binary(max_size=3000), st.binary(max_size=300), st.lists(st.integers(0, 5000), max_size=6).map(tuple))
def test_what_was_packed_comes_out_however_it_was_cut(data: bytes, more: bytes, cuts: tuple[int, ...]) -> None:
    assert unpack("gzip", gzip.compress(data), cuts=cuts) == data
    assert unpack("x-gzip, identity", gzip.compress(data) + gzip.compress(more), cuts=cuts) == data + more
    assert unpack("deflate", zlib.compress(data), cuts=cuts) == data
    assert unpack("", data, cuts=cuts) == data


@given(st.text(max_size=2000), st.lists(st.integers(0, 5000), max_size=4).map(tuple))
def test_a_bare_deflate_stream_is_understood(text: str, cuts: tuple[int, ...]) -> None:
    assert unpack("deflate", raw_deflate(text.encode()), cuts=cuts) == text.encode()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_plain_body_that_claims_to_be_packed_is_taken_as_it_is(encoding: str) -> None:
    page = b"<!DOCTYPE html><html><body>Most preko Tise</body></html>"

    assert unpack(encoding, page, cuts=(1,)) == page


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "\x1b[31mred"])
def test_an_encoding_that_was_not_offered_is_refused(encoding: str) -> None:
    with pytest.raises(Retry) as refused:
        Unpacker(encoding, 1000)

    assert refused.value.reason is Reason.ENCODING
    assert "\x1b" not in refused.value.detail


@pytest.mark.parametrize(
    ("encoding", "packed"), [("gzip", gzip.compress(bytes(50_000_000))), ("deflate", zlib.compress(bytes(50_000_000)))]
)
def test_a_bomb_stops_at_the_limit(encoding: str, packed: bytes) -> None:
    unpacker = Unpacker(encoding, 10_000)

    unpacker.feed(packed)

    assert unpacker.full
    assert unpacker.body() == bytes(10_000)


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    unpacker = Unpacker("gzip", 10_000)

    unpacker.feed(gzip.compress(bytes(10_000)))

    assert not unpacker.full
    assert unpacker.body() == bytes(10_000)


def test_a_stream_that_is_cut_is_truncated() -> None:
    with pytest.raises(Retry) as cut:
        unpack("gzip", gzip.compress(b"Tisa " * 1000)[:-9])

    assert cut.value.reason is Reason.TRUNCATED


def test_a_broken_stream_is_an_encoding_error() -> None:
    packed = bytearray(gzip.compress(b"Tisa " * 1000))
    packed[12:20] = b"\xff" * 8

    with pytest.raises(Retry) as broken:
        unpack("gzip", bytes(packed))

    assert broken.value.reason is Reason.ENCODING


def test_members_without_end_are_refused() -> None:
    with pytest.raises(Retry) as refused:
        unpack("gzip", gzip.compress(b"") * 5000)

    assert refused.value.reason is Reason.ENCODING


def test_rubbish_behind_the_end_is_dropped() -> None:
    assert unpack("gzip", gzip.compress(b"page") + b"\0\0\0rubbish") == b"page"
