"""A small HTTP server on 127.0.0.1 that answers as badly as a test needs, and remembers what it was asked."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    at: float  # monotonic seconds


def answer(body: bytes | str = b"", status: int = 200, **headers: str) -> bytes:
    """A well-formed answer; `content_type="text/html"` is the header Content-Type."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Some reason"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if status != 304 and "content_length" not in headers:
        lines.append(f"Content-Length: {len(raw)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def redirect(location: str, status: int = 302, **headers: str) -> bytes:
    """An answer that leads on to `location`."""
    return answer(b"", status, location=location, **headers)


@dataclass(slots=True)
class Site:
    """Routes by path: bytes are sent and the connection stays open; a handler gets the writer, which is closed after it."""

    routes: dict[str, bytes | Handler] = field(default_factory=dict)
    host: str = "127.0.0.1"
    context: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self.context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    def url(self, path: str = "/") -> str:
        """The absolute address of a path."""
        return f"http://{self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [one.path for one in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        path = lines[0].split(" ")[1]
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        self.asked.append(Asked(path, headers, time.monotonic()))
        route = self.routes.get(path, answer("not here", 404, content_type="text/plain"))
        if isinstance(route, bytes):
            writer.write(route)
            await writer.drain()
            return True
        await route(writer)
        await writer.drain()
        return False


def drip(start: bytes, then: bytes, pause: float) -> Handler:
    """Sends `start`, then `then` byte by byte, over and over, with a pause after each."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            for byte in then:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(pause)

    return send


def flood(start: bytes, piece: bytes) -> Handler:
    """Sends `start`, then `piece` without end."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # drain alone never lets the client speak while the buffers take more

    return send


def cut(raw: bytes) -> Handler:
    """Sends `raw` and hangs up."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return send


def reset(raw: bytes) -> Handler:
    """Sends `raw` and resets the connection."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        await asyncio.sleep(0.05)
        linger = struct.pack("ii", 1, 0)  # closing sends RST
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return send
