"""py3langid's model, limited to some languages, kept unpacked: to unpack it takes half a second, at each start.

It lies in the user's cache folder, 45 MB, under a name that tells from which model and for which languages it was made. Whoever
deletes it, or can't write there, loses that half second. It is mapped, not read: what no text needs takes no memory.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDER_WAY = "new-"
KNOWN = "The leader of North Korea arrived by train in Russia"


def identifier(languages: Sequence[str]) -> Any:
    """py3langid's identifier for these languages."""
    with suppress(Exception):  # not there yet, or damaged, in whatever way: it is made anew
        return _mapped(_folder(languages))
    made = LanguageIdentifier.from_model_file(MODEL_FILE)
    made.set_languages(languages)
    with suppress(OSError, RuntimeError):  # no home, no room, no right to write
        _keep(made, _folder(languages))
    return made


def _folder(languages: Sequence[str]) -> Path:
    """Raises RuntimeError where there is no home."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = named if named.is_absolute() else Path.home() / ".cache"  # as the XDG specification says
    made_of = " ".join((version("py3langid"), *_PARTS, *languages))
    return base / "wirewatch" / f"languages-{hashlib.blake2b(made_of.encode(), digest_size=16).hexdigest()}"


def _mapped(folder: Path) -> Any:
    ptc, pc, classes, moves, rows, output = (open_memmap(folder / f"{name}.npy", "r") for name in _PARTS)
    mapped = LanguageIdentifier(
        np.asarray(ptc), np.asarray(pc), classes.tolist(), moves.data, output.tolist(), tk_row=rows.tolist()
    )
    if mapped.classify(KNOWN)[0] != "en":
        raise ValueError("the model is damaged")
    return mapped


_PARTS = {  # by attribute, which of numpy's types keeps it exactly; None: the type it has
    "nb_ptc": None, "nb_pc": None, "nb_classes": None, "tk_nextmove": None, "tk_row": None, "tk_output": np.int32
}  # fmt: skip


def _keep(made: Any, folder: Path) -> None:
    """All or nothing: synced, and then renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{UNDER_WAY}*"):  # by a kill
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=UNDER_WAY, ignore_cleanup_errors=True) as name:
        for part, kind in _PARTS.items():
            with open(Path(name) / f"{part}.npy", "wb") as file:
                np.save(file, np.asarray(getattr(made, part), kind))
                os.fsync(file.fileno())
        os.rename(name, folder)
