"""Where the archive's files lie: a folder of this machine, or whatever else fsspec opens (s3://…)."""

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import quote, unquote

from wirewatch.errors import Unavailable

CLOSED, OPEN = ".warc.gz", ".tmp"
LOCAL = ("file://", "local://")
_ENDINGS = re.compile(r"\.(?:gz|json|probe)\.")  # what stands before the owner in an unfinished file's name


class Store(Protocol):
    """Whole files under names; a name exists only with all its bytes behind it, and durably."""

    def put(self, name: str, data: bytes, owner: str) -> None:
        """Keep `data` under `name`; on return it survives a power cut. Raises Unavailable: then it isn't promised."""

    def read(self, name: str, offset: int, length: int) -> bytes:
        """That part of a file; shorter if the file is. Raises OSError; Unavailable if the store can't be asked."""

    def open(self, name: str) -> BinaryIO:
        """The file, to be read from its start. Raises OSError; Unavailable if the store can't be asked."""

    def names(self, ending: str, below: str = "") -> list[str]:
        """All files of that ending in that folder, oldest first. Raises Unavailable."""

    def size(self, name: str) -> int:
        """A file's bytes. Raises OSError; Unavailable if the store can't be asked."""

    def delete(self, name: str) -> None:
        """Take a file away; one that isn't there is no fault. Raises Unavailable."""

    def unfinished(self) -> Iterator[tuple[Path, str]]:
        """Each local file that was not renamed yet, and its owner."""


class Folder:
    """A folder of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, data: bytes, owner: str) -> None:
        """Write, sync and rename. Raises Unavailable, and then nothing is kept."""
        try:
            _put(self._path / name, data, owner)
        except OSError as error:
            raise _unavailable(error, self._path) from error

    def read(self, name: str, offset: int, length: int) -> bytes:
        """That part of a file; shorter if the file is. Raises OSError."""
        with open(self._path / name, "rb", buffering=0) as file:
            file.seek(offset)
            return file.read(length)

    def open(self, name: str) -> BinaryIO:
        """The file, to be read from its start. Raises OSError."""
        return open(self._path / name, "rb")

    def names(self, ending: str, below: str = "") -> list[str]:
        """All files of that ending in that folder, oldest first."""
        return sorted(str(path.relative_to(self._path)) for path in (self._path / below).rglob(f"*{ending}"))

    def size(self, name: str) -> int:
        """A file's bytes. Raises OSError."""
        return (self._path / name).stat().st_size

    def delete(self, name: str) -> None:
        """Take a file away; one that isn't there is no fault. Raises Unavailable."""
        try:
            (self._path / name).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error, self._path) from error

    def unfinished(self) -> Iterator[tuple[Path, str]]:
        """Each file that was not renamed yet, and its owner."""
        for path in self._path.rglob(f"*{OPEN}"):
            yield path, unquote(_ENDINGS.split(path.name.removesuffix(OPEN), maxsplit=1)[-1])


def open_store(archive: str) -> Store:
    """The store at an address; opened once a process, which may read thousands of pages. Raises UserError."""
    return _opened(archive, os.getpid())  # a client's threads and connections don't survive a fork


@lru_cache(maxsize=8)
def _opened(archive: str, _process: int) -> Store:
    if archive.startswith(LOCAL) or "://" not in archive:
        return Folder(Path(archive.partition("://")[2] or archive).expanduser().absolute())
    from wirewatch.archive.objects import ObjectStore  # here: who keeps pages in a folder needn't wait for it

    return ObjectStore(archive)


def probe(archive: str, owner: str) -> None:
    """Write, read and delete a small file. Raises UserError, Unavailable."""
    store, name, data = open_store(archive), f"{secrets.token_hex(8)}.probe", b"may be deleted"
    store.put(name, data, owner)
    try:
        if store.read(name, 0, len(data)) != data:
            raise Unavailable(f"{archive}: what was written is read back as something else")
    except OSError as error:
        raise Unavailable(f"{archive}: what was written can't be read back: {error.strerror or error}") from error
    finally:
        store.delete(name)


def _put(path: Path, data: bytes, owner: str) -> None:
    _make_folder(path.parent)
    unfinished = path.with_name(f"{path.name}.{quote(owner, safe='')}{OPEN}")
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise
    _sync_folder(path.parent)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, durably: a synced file in a folder that a power cut takes away is lost."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _unavailable(error: OSError, root: Path) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable(f"no room left for the archive in {root}: free some space and run again; nothing is lost")
    return Unavailable(f"the archive can't be written in {root}: {error.strerror or type(error).__name__}")
