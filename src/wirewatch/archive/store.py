"""Where the archive's files lie: a folder of this machine, or whatever else fsspec opens (s3://…)."""

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

import fsspec
from fsspec.implementations.local import LocalFileSystem

from wirewatch.errors import Unavailable

CLOSED, OPEN = ".warc.gz", ".tmp"


class Store:
    """Whole files under names; a name exists only with all its bytes behind it, and durably."""

    def __init__(self, archive: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(archive)
        self._folder = Path(self._root) if isinstance(self._files, LocalFileSystem) else None

    def put(self, name: str, data: bytes, owner: str) -> None:
        """Keep `data` under `name`; on return it survives a power cut. Raises Unavailable, and then nothing is kept."""
        try:
            if self._folder:
                _put(self._folder / name, data, owner)
            else:
                self._files.pipe_file(f"{self._root}/{name}", data)  # one request: it is there whole or not at all
        except OSError as error:
            raise _unavailable(error, self._root) from error

    def read(self, name: str, offset: int, length: int) -> bytes:
        """That part of a file; shorter if the file is. Raises OSError."""
        if not self._folder:
            part: bytes = self._files.cat_file(f"{self._root}/{name}", start=offset, end=offset + length)
            return part
        with open(self._folder / name, "rb", buffering=0) as file:
            file.seek(offset)
            return file.read(length)

    def open(self, name: str) -> "fsspec.core.OpenFile":
        """The file, to be read from its start. Raises OSError."""
        return self._files.open(f"{self._root}/{name}", "rb")

    def names(self, ending: str = CLOSED) -> list[str]:
        """All closed files, oldest first."""
        if not self._folder:
            below = len(self._root.rstrip("/")) + 1
            return sorted(path[below:] for path in self._files.find(self._root) if path.endswith(ending))
        return sorted(str(path.relative_to(self._folder)) for path in self._local(ending))

    def size(self, name: str) -> int:
        """A file's bytes. Raises OSError."""
        return int(self._files.size(f"{self._root}/{name}"))

    def delete(self, name: str) -> None:
        """Take a file away; one that isn't there is no fault. Raises Unavailable."""
        try:
            with suppress(FileNotFoundError):
                self._files.rm_file(f"{self._root}/{name}")
        except OSError as error:
            raise _unavailable(error, self._root) from error

    def unfinished(self) -> Iterator[tuple[Path, str]]:
        """Each local file that was not renamed yet, and its owner."""
        for path in self._local(OPEN):
            yield path, unquote(path.name.removesuffix(OPEN).partition(CLOSED + ".")[2])

    def _local(self, ending: str) -> Iterator[Path]:
        return self._folder.rglob(f"*{ending}") if self._folder else iter(())


@lru_cache(maxsize=8)
def open_store(archive: str) -> Store:
    """The store at an address; opened once a process, which may read thousands of pages."""
    return Store(archive)


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


def _unavailable(error: OSError, root: str) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable(f"no room left for the archive in {root}: free some space and run again; nothing is lost")
    return Unavailable(f"the archive can't be written in {root}: {error.strerror or type(error).__name__}")
