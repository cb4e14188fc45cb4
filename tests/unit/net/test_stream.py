"""A connection gives what comes, in its order and within bounds, and says why no more comes."""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpcore
import pytest

from tests import loopback
from tests.loopback import Site, answer
from wirewatch.net.client import Http
from wirewatch.net.stream import MOST, Stream, connect

READ = 256 * 1024  # bytes that asyncio reads at once
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def with_server(handler: Handler, use: Callable[[Stream], Coroutine[Any, Any, Any]]) -> Any:
    """What `use` gives of a connection to a server that does this."""

    async def run() -> Any:
        async with await asyncio.start_server(handler, "127.0.0.1", 0) as listening:
            stream = await connect("127.0.0.1", listening.sockets[0].getsockname()[1], 5.0)
            try:
                return await use(stream)
            finally:
                await stream.aclose()
                await asyncio.sleep(0.01)

    return asyncio.run(run())


def sends(*pieces: bytes, then_close: bool = True) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if not then_close:
            await reader.read()
        writer.close()

    return handler


async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
    writer.transport.abort()


async def never_reads(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    try:
        await asyncio.sleep(1)
    finally:
        writer.transport.abort()


async def everything(stream: Stream) -> bytes:
    return b"".join([piece async for piece in pieces(stream)])


async def pieces(stream: Stream) -> Any:
    while piece := await stream.read(10_000, 5.0):
        yield piece


def test_what_was_sent_is_read_whole_to_the_end() -> None:
    sent = [bytes([n]) * 70_000 for n in range(10)]

    assert with_server(sends(*sent), everything) == b"".join(sent)


def test_a_server_that_sends_more_than_is_read_has_to_wait() -> None:
    async def slowly(stream: Stream) -> tuple[int, int]:
        most = got = 0
        while piece := await stream.read(10_000, 5.0):
            got += len(piece)
            await asyncio.sleep(0)
            most = max(most, len(stream._got))
        return most, got

    waiting, whole = with_server(sends(*[b"x" * 100_000] * 80), slowly)

    assert waiting <= MOST + READ
    assert whole == 8_000_000


def test_silence_is_a_timeout_and_the_connection_stays_good() -> None:
    async def twice(stream: Stream) -> bytes:
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(10, 0.05)
        await stream.write(b"go", 5.0)
        return await stream.read(10, 5.0)

    async def after_a_word(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.write(b"here")
        await writer.drain()
        writer.close()

    assert with_server(after_a_word, twice) == b"here"


def test_a_connection_that_breaks_says_so() -> None:
    async def ask(stream: Stream) -> None:
        await stream.write(b"two bytes and more", 5.0)
        await stream.read(10, 5.0)

    with pytest.raises(httpcore.ReadError, match="reset"):
        with_server(breaks, ask)


def test_nothing_can_be_written_to_a_server_that_is_gone_nor_to_one_that_never_reads() -> None:
    async def gone(stream: Stream) -> None:
        assert await stream.read(10, 5.0) == b""
        await stream.write(b"x", 5.0)

    async def stuck(stream: Stream) -> None:
        await stream.write(b"x" * 20_000_000, 0.1)

    with pytest.raises(httpcore.WriteError):
        with_server(sends(), gone)
    with pytest.raises(httpcore.WriteTimeout):
        with_server(never_reads, stuck)


def test_a_port_where_nobody_listens_is_told_in_words() -> None:
    async def nobody() -> None:
        async with await asyncio.start_server(sends(), "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
        await connect("127.0.0.1", port, 5.0)

    with pytest.raises(httpcore.ConnectError, match=r"^Connection refused$"):
        asyncio.run(nobody())


def test_what_comes_before_the_handshake_never_passes_for_what_came_under_tls() -> None:
    async def late(stream: Stream) -> None:
        await asyncio.sleep(0.05)
        await stream.start_tls(ssl.create_default_context(), "vesti.example", 5.0)

    with pytest.raises(httpcore.ConnectError, match="before the handshake") as failed:
        with_server(sends(b"HTTP/1.1 200 OK\r\n\r\n", then_close=False), late)

    assert isinstance(failed.value.__cause__, ssl.SSLError)


def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_ones() -> None:
    async def twice(writer: asyncio.StreamWriter) -> None:
        writer.write(answer("one"))
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(answer("unasked"))
        await asyncio.sleep(0.2)

    async def run() -> tuple[list[bytes], int]:
        routes: dict[str, bytes | loopback.Handler] = {"/1": twice, "/2": answer("two")}
        async with Site(routes) as site, Http("test", "", 5.0, ["127.0.0.1/32"]) as http:
            found = []
            for path in ("/1", "/2"):
                found.append((await http.get(site.url(path), max_bytes=1000, total=5.0, redirects=0)).body)
                await asyncio.sleep(0.1)
            await asyncio.sleep(0.1)
            return found, site.connections

    assert asyncio.run(run()) == ([b"one", b"two"], 2)
