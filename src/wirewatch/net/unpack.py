"""Content-Encoding undone within a limit.

httpx unpacks a network read as a whole: 900 bytes of brotli became one piece of 1 GB, 64 KiB of gzip one of 67 MB. So we offer
gzip and deflate only, and unpack with a limit on the output of each step.
"""

import zlib

from wirewatch.errors import Reason, Retry

OFFERED = "gzip, deflate"
_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS + 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_MEMBERS = 1000  # of one gzip body; honest servers send one
_UNDECIDED = 64 * 1024  # packed bytes that may pass without output before a body counts as broken


class Unpacker:
    """Takes a body's packed pieces, keeps what they unpack to, at most `limit` bytes."""

    def __init__(self, encoding: str, limit: int) -> None:
        """`encoding`: the Content-Encoding header. Raises Retry(ENCODING) if it wasn't offered."""
        self.full = False  # more came than the limit allows
        self._body, self._limit, self._packed = bytearray(), limit, 0
        self._kind = _kind(encoding)
        self._head = b""  # what came before the first output, in case it turns out not to be packed at all
        self._rest = b""
        self._members = 0
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes) -> None:
        """Take the next piece. Raises Retry(ENCODING) if it doesn't unpack."""
        self._packed += len(data)
        self.full = self.full or self._packed > self._limit + _UNDECIDED
        if self.full:
            return
        if not self._kind:
            self._keep(data)
        elif self._stream is None:
            self._begin(self._head + data)
        else:
            self._unpack(self._stream, data)

    def body(self) -> bytes:
        """What came, unpacked. Raises Retry(TRUNCATED) if the packed stream has no end."""
        if self._stream is None:
            return bytes(self._body) + self._head
        if not self.full and not self._stream.eof:
            raise Retry(Reason.TRUNCATED, "the packed body has no end")
        return bytes(self._body)

    def _begin(self, data: bytes) -> None:
        if len(data) < 2:
            self._head = data
            return
        self._head = b""
        window = _window(self._kind, data)
        if window is None:  # says gzip and is plain: some servers do, browsers show it
            self._kind = ""
            self._keep(data)
            return
        self._unpack(zlib.decompressobj(window), data)

    def _unpack(self, stream: "zlib._Decompress", data: bytes) -> None:
        self._stream = stream
        if not self._body:
            self._head += data
        while data and not self.full:
            if stream.eof:
                if not self._next_member(data := self._rest + data):
                    return
                self._stream = stream = zlib.decompressobj(_GZIP)
            try:
                piece = stream.decompress(data, self._limit + 1 - len(self._body))
            except zlib.error as error:
                self._broken(error)
                return
            self._keep(piece)
            data = stream.unconsumed_tail or stream.unused_data
        if self._body:
            self._head = b""
        elif len(self._head) > _UNDECIDED:
            raise Retry(Reason.ENCODING, f"{self._kind} that yields nothing")

    def _next_member(self, data: bytes) -> bool:
        """Whether another gzip member begins; whatever else stands behind the end is of no interest."""
        self._rest = data if data == b"\x1f" else b""  # a header cut in two
        if not data.startswith(b"\x1f\x8b"):
            return False
        self._members += 1
        if self._members > _MEMBERS:
            raise Retry(Reason.ENCODING, f"more than {_MEMBERS} gzip members")
        return True

    def _broken(self, error: zlib.error) -> None:
        if self._body or self._kind == "gzip":
            raise Retry(Reason.ENCODING, f"{self._kind} doesn't unpack: {error}")
        self._kind, self._stream, plain = "", None, self._head  # said deflate, is plain
        self._head = b""
        self._keep(plain)

    def _keep(self, data: bytes) -> None:
        room = self._limit - len(self._body)
        self._body += data[:room]
        self.full = self.full or len(data) > room


def _kind(encoding: str) -> str:
    kinds = [name.strip().lower().removeprefix("x-") for name in encoding.split(",")]
    kinds = [name for name in kinds if name not in ("", "identity")]
    if len(kinds) > 1 or kinds not in ([], ["gzip"], ["deflate"]):
        raise Retry(Reason.ENCODING, f"{', '.join(kinds)[:40]!a} was not offered")
    return kinds[0] if kinds else ""


def _window(kind: str, data: bytes) -> int | None:
    if kind == "gzip":
        return _GZIP if data.startswith(b"\x1f\x8b") else None
    zlib_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0  # RFC 1950; some servers send bare deflate
    return _ZLIB if zlib_header else _RAW
