"""TLS is spoken with the name that was asked for, and with nobody whose certificate isn't believed."""

import asyncio
import gc
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpcore
import pytest

from tests.loopback import Site, answer
from wirewatch.errors import Reason, Retry
from wirewatch.net.client import Http
from wirewatch.net.connect import Pools
from wirewatch.net.guard import Guard

PEM = Path(__file__).with_name("vesti.pem")  # made for these tests: signed by itself, for vesti.example, valid for a century


def server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


@pytest.fixture(autouse=True)
def _every_name_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **options: resolver("127.0.0.1", *rest, **options))


def status_of(name: str) -> int:
    """What a client that believes the test's certificate gets from the server under that name."""

    async def run() -> int:
        pools = Pools(Guard(["127.0.0.1/32"]), 1, context=ssl.create_default_context(cafile=PEM))
        async with Site({"/": answer("page")}, context=server()) as site:
            extensions: dict[str, Any] = {"timeout": {"connect": 5.0, "read": 5.0}}
            headers = [("host", f"{name}:{site.port}")]
            request = httpcore.Request("GET", f"https://{name}:{site.port}/", headers=headers, extensions=extensions)
            response = await pools.ask(request)
            await response.aclose()
            await pools.aclose()
            return response.status

    return asyncio.run(run())


def test_the_certificate_is_held_against_the_name_not_the_address() -> None:
    assert status_of("vesti.example") == 200
    with pytest.raises(httpcore.ConnectError, match=r"vreme\.example"):
        status_of("vreme.example")


def test_a_certificate_that_is_not_believed_is_a_tls_failure() -> None:
    async def run() -> None:
        async with (
            Site({"/": answer("page")}, context=server()) as site,
            Http("test", "", 5.0, ["127.0.0.1/32"]) as http,
        ):
            await http.get(f"https://vesti.example:{site.port}/", max_bytes=1000, total=5.0, redirects=0)

    with pytest.raises(Retry, match="self-signed") as failed:
        asyncio.run(run())

    assert failed.value.reason is Reason.TLS


async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()
    writer.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass
    writer.close()


async def ask(handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> None:
    """Ask a server that is no TLS server by https."""
    async with await asyncio.start_server(handler, "127.0.0.1", 0) as listening, Http("test", "", 5.0, ["127.0.0.1/32"]) as http:
        port = listening.sockets[0].getsockname()[1]
        try:
            await http.get(f"https://vesti.example:{port}/", max_bytes=1000, total=0.5, redirects=0)
        finally:
            await asyncio.sleep(0.1)  # the server notices


def test_a_server_that_speaks_no_tls_is_a_tls_failure() -> None:
    with pytest.raises(Retry) as failed:
        asyncio.run(ask(plain))

    assert failed.value.reason is Reason.TLS


async def ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.close()


def test_a_server_that_ends_the_handshake_is_a_tls_failure() -> None:
    with pytest.raises(Retry) as failed:
        asyncio.run(ask(ends))

    assert failed.value.reason is Reason.TLS


def test_a_handshake_that_never_ends_is_a_timeout_and_leaves_no_connection() -> None:
    with pytest.raises(Retry) as failed:
        asyncio.run(ask(silent))
    gc.collect()  # an open socket would warn here, and a warning is an error

    assert failed.value.reason is Reason.TIMEOUT
