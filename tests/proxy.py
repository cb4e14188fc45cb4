"""A proxy in front of a server, on loopback, that does what networks do: cuts, answers for the server, speaks TLS."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Answer = bytes | None  # instead of the server's; None: pass the request on
CONTINUE = b"Expect: 100-continue\r\n"
OVERLOADED = b'{"error":{"type":"es_rejected_execution_exception","reason":"busy"},"status":429}'


@dataclass
class Proxy:
    """Passes requests on, unless told otherwise."""

    url: str
    upstream: str
    instead: Callable[[bytes], Answer] = lambda _request: None  # asked with each request's head and body
    cut_inside: Callable[[bytes], bool] = lambda _request: False  # pass half of the request on, and cut
    cut_after: Callable[[bytes], bool] = lambda _request: False  # pass the request on, and cut before the answer
    hang_up: bool = False  # after an answer of its own
    seen: list[bytes] = field(default_factory=list)  # the first line of each request


@contextmanager
def proxy(upstream: str, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    """A proxy in front of `upstream`."""
    target = urlsplit(upstream)
    assert target.hostname is not None
    assert target.port is not None
    address = (target.hostname, target.port)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            client = tls.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False) if tls else self.request
            with suppress(OSError, ssl.SSLError), closing(client):
                while request := _message(client):
                    told.seen.append(request.split(b"\r\n", 1)[0])
                    if (answer := told.instead(request)) is not None:
                        client.sendall(answer)
                        if told.hang_up:
                            return
                        continue
                    inside = told.cut_inside(request)
                    with socket.create_connection(address, timeout=30) as server:
                        server.sendall(request[: len(request) // 2] if inside else request)
                        if inside:
                            return
                        answer = _message(server, head_only=request.startswith(b"HEAD"))
                    if told.cut_after(request):
                        return
                    client.sendall(answer)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, allow_reuse_address = True, True

    with Server(("127.0.0.1", 0), Handler) as server:
        told = Proxy(f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}", upstream)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def response(status: int, body: bytes) -> bytes:
    """An answer as Elasticsearch gives it."""
    head = f"HTTP/1.1 {status} x\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _message(stream: socket.socket, *, head_only: bool = False) -> bytes:
    """A whole request or answer; b"" at the end."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        if not (some := stream.recv(65536)):
            return b""
        raw += some
    if head_only:
        return raw
    if CONTINUE in raw:  # who sends it waits for a word before it sends the body
        stream.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        raw = raw.replace(CONTINUE, b"")
    head, _, rest = raw.partition(b"\r\n\r\n")
    body = bytearray(rest)
    fields = {line.split(b":", 1)[0].strip().lower(): line.split(b":", 1)[1].strip() for line in head.split(b"\r\n")[1:]}
    length = int(fields.get(b"content-length", b"0"))
    chunked = fields.get(b"transfer-encoding") == b"chunked"
    while (len(body) < length) or (chunked and not body.endswith(b"0\r\n\r\n")):
        if not (some := stream.recv(65536)):
            return b""
        body += some
    return head + b"\r\n\r\n" + bytes(body)
