"""A connection for httpcore, straight on asyncio.

httpcore's own, by anyio, spends two turns of the event loop and a scope for cancelling on every piece, which was a tenth of
fetching, and leaves a connection open whose TLS handshake was broken off.
"""

import asyncio
import contextlib
import os
import select
import ssl
from collections.abc import Awaitable, Iterator
from typing import Any

import httpcore

MOST = 256 * 1024  # bytes that wait to be read, beyond which the server is asked to wait


class Stream(httpcore.AsyncNetworkStream, asyncio.Protocol):
    """What came and wasn't read yet, and whether more can come."""

    def __init__(self, peer: str) -> None:
        self._peer, self._got = peer, bytearray()
        self._transport: Any = None  # asyncio's types know a transport that reads, and one that writes
        self._ended = False
        self._error: Exception | None = None
        self._news: asyncio.Future[None] | None = None  # somebody waits to read
        self._room: asyncio.Future[None] | None = None  # the kernel takes no more

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio calls it, like the five that follow."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._got += data
        if len(self._got) > MOST:
            self._transport.pause_reading()
        _wake(self._news)

    def eof_received(self) -> None:
        """Nothing more will come."""
        self._ended = True
        _wake(self._news)

    def connection_lost(self, error: Exception | None) -> None:
        """Nothing more will come, nor go."""
        self._ended, self._error = True, self._error or error
        _wake(self._news)
        self.resume_writing()

    def pause_writing(self) -> None:
        """The kernel takes no more for now."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It takes more."""
        room, self._room = self._room, None
        _wake(room)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What came next; b"" at the end. Raises as httpcore's streams do."""
        if not self._got and not self._ended:
            self._news = asyncio.get_running_loop().create_future()
            with _named_as(httpcore.ReadTimeout, httpcore.ReadError):
                async with asyncio.timeout(timeout):
                    await self._news
        if not self._got and self._error:
            raise httpcore.ReadError(_said(self._error)) from self._error
        piece = bytes(self._got[:max_bytes])
        del self._got[:max_bytes]
        if not self._ended and len(self._got) <= MOST:
            self._transport.resume_reading()
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Hand it to the kernel, and wait while that takes no more."""
        if self._ended:
            raise httpcore.WriteError("the connection is closed")
        self._transport.write(buffer)
        if self._room:
            with _named_as(httpcore.WriteTimeout, httpcore.WriteError):
                async with asyncio.timeout(timeout):
                    await self._room

    async def aclose(self) -> None:
        """At once: a farewell would wait for a peer that may be silent."""
        self._transport.abort()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Speak TLS from now on. Raises ConnectError, from the SSLError if that is why; then the connection is closed."""
        handshake = asyncio.get_running_loop().start_tls
        try:
            with _named_as(httpcore.ConnectTimeout, httpcore.ConnectError):
                if self._got:  # it would pass for what came under TLS
                    raise ssl.SSLError("the server spoke before the handshake")
                async with asyncio.timeout(timeout):
                    self._transport = await _tls(handshake(self._transport, self, ssl_context, server_hostname=server_hostname))
        except BaseException:
            await self.aclose()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about a connection."""
        if info == "server_addr":
            return (self._peer,)  # without asking the kernel eight times a request
        if info == "is_readable":  # of an idle connection: the server has closed it, or spoke without being asked
            handle = self._transport.get_extra_info("socket")
            return self._ended or bool(self._got) or handle is None or _readable(handle.fileno())
        return self._transport.get_extra_info(info)


async def connect(address: str, port: int, timeout: float | None) -> Stream:
    """A connection to this address. Raises httpcore's ConnectError or ConnectTimeout."""
    with _named_as(httpcore.ConnectTimeout, httpcore.ConnectError):
        async with asyncio.timeout(timeout):
            _, stream = await asyncio.get_running_loop().create_connection(lambda: Stream(address), address, port)
    return stream


@contextlib.contextmanager
def _named_as(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Raise httpcore's errors in the place of the system's."""
    try:
        yield
    except OSError as error:
        raise (late if isinstance(error, TimeoutError) else broken)(_said(error)) from error


def _said(error: Exception) -> str:
    """`Connection refused`, where asyncio's text says it with an address and a number."""
    number = error.errno if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
    return os.strerror(number) if number else str(error)


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting and not waiting.done():
        waiting.set_result(None)


async def _tls(handshake: Awaitable[Any]) -> Any:
    try:
        return await handshake
    except ConnectionResetError as error:
        if error.errno:
            raise
        raise ssl.SSLError("the server ended the handshake") from error  # asyncio's word for an end of file


def _readable(handle: int) -> bool:
    if handle < 0:
        return True
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(0))
