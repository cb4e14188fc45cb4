"""How a connection is made: resolve once, check every address, connect to that very address."""

import asyncio
import contextlib
import re
import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from wirewatch.errors import Reason, Retry, UserError
from wirewatch.net.guard import Guard
from wirewatch.net.stream import connect
from wirewatch.safe import one_line

_ADDRESSES = 8  # of a name that are tried
_A_SERVER = 10  # connections; the stages ask a host one thing at a time
_NO_SECRET = re.compile(r"(?:\w{1,10}://)?[^:]*")  # of an address that is none: what can't be a password
_KEEPALIVE = 30.0  # seconds; servers close idle connections after 5 to 75
_SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


@cache
def _authorities() -> ssl.SSLContext:
    """Whom certifi believes; read once, which takes 0.14 s."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class _Proxy:
    """Whom to ask instead of the server, and who we are there."""

    url: str
    auth: tuple[bytes, bytes] | None


def _proxies(given: Mapping[str, str]) -> dict[str, _Proxy]:
    """The proxies for http and https. Raises UserError, without a password in it."""
    return {scheme: _proxy(scheme, given[scheme]) for scheme in ("http", "https") if given.get(scheme)}


def _proxy(scheme: str, url: str) -> _Proxy:
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and url.isascii()
    except ValueError:
        sound = False
    if not sound:
        said = one_line(_NO_SECRET.match(url.rpartition("@")[2])[0], 100)  # type: ignore[index]  # it matches anything
        raise UserError(f"{scheme.upper()}_PROXY: {said!r} is no proxy's address; write http://proxy.example.org:3128")
    auth = (unquote_to_bytes(parts.username), unquote_to_bytes(parts.password or "")) if parts.username else None
    return _Proxy(url, auth)


class Pools:
    """A pool of connections for each server, over our own way of connecting.

    httpcore looks through all of a pool's connections, pair by pair, before and after every request: among 32 hosts that took
    two thirds of the time of fetching.
    """

    def __init__(self, guard: Guard, most: int, *, context: ssl.SSLContext | None = None, use_proxies: bool = False) -> None:
        """`most`: servers to which connections are kept. `context`: which certificates are believed; None: certifi's authorities.
        `use_proxies`: those of the environment, else none; raises UserError for one of these that is no address.
        """
        self._context = context or _authorities()
        self._backend, self._most = _Backend(guard), most
        self._proxies = _proxies(getproxies()) if use_proxies else {}
        self._by_server: OrderedDict[tuple[bytes, bytes, int], httpcore.AsyncConnectionPool] = OrderedDict()

    async def ask(self, request: httpcore.Request) -> httpcore.Response:
        """The answer, its body not read yet: to be closed. Raises httpcore's errors."""
        origin = request.url.origin
        server = (origin.scheme, origin.host, origin.port)
        pool = self._by_server.get(server) or await self._new(origin)
        pool = self._by_server.setdefault(server, pool)
        self._by_server.move_to_end(server)
        if len(self._by_server) > self._most:
            await self._drop_idle(pool)
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        pools = list(self._by_server.values())
        self._by_server.clear()
        for pool in pools:
            await pool.aclose()

    async def _new(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionPool:
        """A pool for this server; behind a proxy the address is checked now, as far as it is known here."""
        limits: dict[str, Any] = {"max_connections": _A_SERVER, "max_keepalive_connections": _A_SERVER}
        limits |= {"keepalive_expiry": _KEEPALIVE, "http1": True, "http2": True, "ssl_context": self._context}
        host = origin.host.decode("ascii")
        proxy = self._proxies.get(origin.scheme.decode("ascii"))
        if proxy is None or proxy_bypass(host):
            return httpcore.AsyncConnectionPool(network_backend=self._backend, **limits)
        await self._backend.check(host, origin.port)
        # Without our backend: the proxy's own address is the user's word.
        return httpcore.AsyncHTTPProxy(proxy_url=proxy.url, proxy_auth=proxy.auth, **limits)

    async def _drop_idle(self, but: httpcore.AsyncConnectionPool) -> None:
        """Close the connections to the server that was asked longest ago, if none of them is in use."""
        for server, pool in self._by_server.items():
            if pool is not but and all(each.is_idle() or each.is_closed() for each in pool.connections):
                del self._by_server[server]
                await pool.aclose()
                return


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only. TLS is begun above it, with the name that was asked for."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  # nobody sets these two
        socket_options: _SocketOptions | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        addresses, refused = self._checked(await _resolve(host, port))
        failure: Exception = refused or Retry(Reason.DNS, "the name has no address")
        for address in addresses:
            try:
                share = timeout / len(addresses) if timeout else None  # an IPv6 that leads nowhere must not use it up
                return await connect(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def check(self, host: str, port: int) -> None:
        """Raise Retry(BLOCKED_ADDRESS) if a name has an address that may not be connected to; an unknown name passes."""
        try:
            found = await _resolve(host, port)
        except Retry:
            return
        _, refused = self._checked(found)
        if refused:
            raise refused

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
