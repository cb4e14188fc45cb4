"""What tantivy raises, in our words. It has two kinds, a bare ValueError with a text and the panic of Rust, a BaseException."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from wirewatch.errors import Unavailable, WirewatchError
from wirewatch.index.port import Busy, NeedsRebuild

REBUILD = "the index is damaged and is to be built anew from the archive"

_TEXTS: tuple[tuple[str, type[Unavailable], str], ...] = (  # the first that occurs in the text decides
    ("LockBusy", Busy, "another process is writing to the index"),
    ("No space left", Unavailable, "no space left on the disk of the index; make room and run again"),
    ("StorageFull", Unavailable, "no space left on the disk of the index; make room and run again"),
    ("Permission denied", Unavailable, "the folder of the index can't be written to: permission denied"),
    ("PermissionDenied", Unavailable, "the folder of the index can't be written to: permission denied"),
    ("Read-only file system", Unavailable, "the folder of the index can't be written to: read-only file system"),
    ("ReadOnlyFilesystem", Unavailable, "the folder of the index can't be written to: read-only file system"),
    ("schema does not match", NeedsRebuild, "the index was made by another version and is to be built anew"),
    ("IncompatibleIndex", NeedsRebuild, "the index was made by another version and is to be built anew"),
    ("Incompatible index", NeedsRebuild, "the index was made by another version and is to be built anew"),
    ("Data corrupt", NeedsRebuild, REBUILD),
    ("DataCorruption", NeedsRebuild, REBUILD),
    ("FileDoesNotExist", NeedsRebuild, REBUILD),
    ("InvalidData", NeedsRebuild, REBUILD),
    ("Directory does not exist", NeedsRebuild, "the folder of the index is gone; it is to be built anew from the archive"),
    ("DoesNotExist", NeedsRebuild, "the folder of the index is gone; it is to be built anew from the archive"),
    ("(os error", Unavailable, "the disk of the index fails"),
)


def ours(text: str) -> WirewatchError | None:
    """The error of ours for a text of tantivy's; None: not one that is nobody's fault."""
    return next((kind(f"{told} ({_short(text)})") for mark, kind, told in _TEXTS if mark in text), None)


@contextmanager
def told() -> Iterator[None]:
    """Inside, what tantivy raises becomes ours; what is a bug stays what it is."""
    try:
        yield
    except ValueError as error:
        if (known := ours(str(error))) is not None:
            raise known from error
        raise
    except OSError as error:
        raise _of_system(error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # its class can't be imported
            raise NeedsRebuild(f"{REBUILD} ({_short(str(error))})") from error
        raise


def _of_system(error: OSError) -> Unavailable:
    if error.errno == errno.ENOSPC:
        return Unavailable("no space left on the disk of the index; make room and run again")
    return Unavailable(f"the folder of the index can't be used: {error.strerror or error} ({error.filename or 'index'})")


def _short(text: str) -> str:
    return " ".join(text.split())[:160]
