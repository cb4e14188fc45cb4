"""The archive's files in an object store: whatever fsspec opens that is no folder (s3://…).

A file is one PUT under its final name: it is there whole or not at all, and a process killed while it uploads leaves nothing.
Every call ends in bounded time, and what the store's client raises becomes Unavailable: "it can't be had now" must never be
taken for "it isn't there".
"""

import asyncio
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import fsspec
from fsspec.asyn import sync

from wirewatch.errors import Unavailable, UserError
from wirewatch.safe import one_line

S3 = ("s3", "s3a")
PAGE = 6.0  # seconds for one page: less than the 10 s after which the worker that reads it is taken for hung
FILE = 120.0  # seconds for a file of 16 MiB, or of 64 MiB after `compact`
LIST = 600.0  # seconds for all names: a thousand of them a request
_CLIENT = {"connect_timeout": 5, "read_timeout": 20, "retries": {"mode": "standard", "total_max_attempts": 4}}  # seconds
_ROUNDS = 2  # of s3fs around the client's own attempts: it alone asks again when an answer's body is cut
_ONE_PUT = 5 * 2**30  # bytes below which s3fs must not cut a file into parts: the most that S3 takes at once
_EMPTY, _NO_BUCKET = "InvalidRange", "NoSuchBucket"  # codes of S3


class ObjectStore:
    """Whole files under names."""

    def __init__(self, url: str) -> None:
        """Connects with the first call. Raises UserError for a URL that nothing installed can open."""
        self._files, self._root = _opened(url)
        self._url = _plain(self._files.unstrip_protocol(self._root))
        self._once = {"chunksize": _ONE_PUT} if url.startswith(tuple(f"{name}://" for name in S3)) else {}

    def put(self, name: str, data: bytes, owner: str) -> None:  # noqa: ARG002 - nothing unfinished has a name here
        """Keep `data` under `name`. Raises Unavailable; whether the store took it is then open: recovery adopts what it did."""
        self._call("written in", FILE, "pipe_file", self._path(name), data, **self._once)

    def read(self, name: str, offset: int, length: int) -> bytes:
        """That part of a file; shorter if the file is. Raises FileNotFoundError, Unavailable."""
        return self._bytes(PAGE, name, start=offset, end=offset + length)

    def open(self, name: str) -> BinaryIO:
        """The file, had whole before it is read: a connection cut half way isn't a file that ends there.

        Raises FileNotFoundError, Unavailable.
        """
        return io.BytesIO(self._bytes(FILE, name, start=0))

    def names(self, ending: str, below: str = "") -> list[str]:
        """All files of that ending in that folder, oldest first. Raises Unavailable."""
        cut = len(self._root.rstrip("/")) + 1
        found = self._call("listed in", LIST, "find", self._path(below).rstrip("/"))
        return sorted(path[cut:] for path in found if path.endswith(ending))

    def size(self, name: str) -> int:
        """A file's bytes. Raises FileNotFoundError, Unavailable."""
        return int(self._call("read in", PAGE, "info", self._path(name))["size"])

    def delete(self, name: str) -> None:
        """Take a file away; one that isn't there is no fault. Raises Unavailable."""
        with suppress(FileNotFoundError):
            self._call("deleted in", PAGE, "rm_file", self._path(name))

    def unfinished(self) -> Iterator[tuple[Path, str]]:
        """None: what isn't whole has no name."""
        return iter(())

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def _bytes(self, within: float, name: str, **part: int) -> bytes:
        try:
            found: bytes = self._call("read in", within, "cat_file", self._path(name), **part)
        except Unavailable as error:
            if _code(error.__cause__) == _EMPTY:  # the part begins behind the file's end
                return b""
            raise
        return found

    def _call(self, done: str, within: float, method: str, *args: Any, **options: Any) -> Any:
        """A call of fsspec's that ends within so many seconds. Raises FileNotFoundError, Unavailable; `done`: what can't be."""
        files = self._files
        try:
            if not files.async_impl:
                return getattr(files, method)(*args, **options)
            return sync(files.loop, _bounded, getattr(files, f"_{method}"), within, args, options)
        except (MemoryError, NotImplementedError):
            raise
        except Exception as error:  # each store's client has exceptions of its own, most of them no OSError
            if isinstance(error, FileNotFoundError) and _code(error) != _NO_BUCKET:
                raise
            cause = f"no answer within {within:g} s" if isinstance(error, TimeoutError) and not str(error) else _said(error)
            raise Unavailable(f"the archive can't be {done} {self._url}: {cause}") from error


async def _bounded(method: Any, within: float, args: Any, options: Any) -> Any:
    return await asyncio.wait_for(method(*args, **options), within)


def _opened(url: str) -> tuple[Any, str]:
    protocol = url.partition("://")[0]
    options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if protocol in S3:
        given = fsspec.config.conf.get(protocol, {}).get("config_kwargs", {})
        options["config_kwargs"] = _CLIENT | given
    try:
        files, root = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        needed = "pip install 'wirewatch[s3]'" if protocol in S3 else _said(error)
        raise UserError(f"archive.url: {protocol}:// needs a package that isn't installed: {needed}") from error
    except ValueError as error:
        raise UserError(f"archive.url: {_said(error)}") from error
    if protocol in S3:
        if not root:
            raise UserError("archive.url names no bucket; write s3://bucket/prefix")
        files.retries = _ROUNDS
    return files, str(root)


def _code(error: BaseException | None) -> str:
    """What S3 calls the error; "" if the answer didn't say, or there was none."""
    while error is not None and not hasattr(error, "response"):
        error = error.__cause__
    answer = getattr(error, "response", None)
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""


def _said(error: Exception) -> str:
    return _plain(one_line(getattr(error, "strerror", None) or str(error), 300)) or type(error).__name__


def _plain(text: str) -> str:
    """Without what an address may hold of secrets: a login before the host, and its query."""
    return re.sub(r"\?[^\s\"']*", "", re.sub(r"//[^/@\s]+@", "//", text))
