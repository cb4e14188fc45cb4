"""How a connection is made: resolve once, check every address, connect to that very address."""

import asyncio
import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from wirewatch.errors import Reason, Retry
from wirewatch.net.guard import Guard

_ADDRESSES = 8  # of a name that are tried
_KEEPALIVE = 30.0  # seconds; servers close idle connections after 5 to 75
_SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over our own way of connecting. No proxy of the environment: a guard would see only that one."""

    def __init__(self, guard: Guard, *, max_connections: int, context: ssl.SSLContext | None = None) -> None:
        """`context`: which certificates are believed; None: certifi's authorities."""
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context or httpx.create_ssl_context(trust_env=False),
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=_KEEPALIVE,
            http1=True,
            http2=True,
            network_backend=_Backend(guard),
        )


class _Backend(httpcore.AnyIOBackend):
    """Connects to checked addresses only. TLS is begun above it, with the name that was asked for."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses, refused = self._checked(await _resolve(host, port))
        failure: Exception = refused or Retry(Reason.DNS, "the name has no address")
        for address in addresses:
            try:
                share = timeout / len(addresses) if timeout else None  # an IPv6 that leads nowhere must not use it up
                stream = await super().connect_tcp(address, port, share, local_address, socket_options)
                return _Stream(stream, address, stream.get_extra_info("socket"))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked(self, addresses: list[str]) -> tuple[list[str], Retry | None]:
        """The addresses that may be connected to, and why another one may not."""
        good, refused = [], None
        for address in addresses:
            try:
                self._guard.check(address)
                good.append(address)
            except Retry as error:
                refused = error
        return good, refused


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed also if its TLS handshake is broken off (httpcore 1.0 leaves it open then), and that knows its
    peer without asking the kernel eight times a request."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, peer: str, handle: socket.socket) -> None:
        self._inner, self._peer, self._socket = inner, peer, handle

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout), self._peer, self._socket)
        except BaseException:
            await self._inner.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "server_addr":
            return (self._peer,)
        if info == "is_readable":  # of an idle connection: the server has closed it
            return self._socket.fileno() < 0 or _readable(self._socket)
        return self._inner.get_extra_info(info)


def _readable(handle: socket.socket) -> bool:
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(0))


async def _resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the resolver orders them. Raises Retry(DNS).

    In a daemon thread of its own: a resolver may take 20 s, must not hold the threads that the database needs, and must not
    keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def note(found: list[str] | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def look_up() -> None:
        found: list[str] | Exception
        try:
            rows = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(row[4][0]) for row in rows))[:_ADDRESSES]
        except OSError as error:
            found = Retry(Reason.DNS, error.strerror or "the name was not found")
        except ValueError:  # a label that is empty or too long
            found = Retry(Reason.BAD_URL, "no host name")
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(note, found)

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await answer
