"""py3langid's model, limited to some languages, kept unpacked: to unpack it takes half a second, at each start.

It lies in the user's cache folder, 45 MB, under a name that tells from which model and for which languages it was made. Whoever
deletes it, or can't write there, loses that half second. It is mapped, not read: what no text needs takes no memory.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier


def identifier(languages: Sequence[str]) -> Any:
    """py3langid's identifier for these languages."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "wirewatch"
    made_of = (MODEL_DIR / MODEL_FILE).read_bytes() + " ".join(languages).encode()
    folder = base / f"languages-{hashlib.blake2b(made_of, digest_size=16).hexdigest()}"
    try:
        return _mapped(folder)
    except (OSError, ValueError):  # not there yet, or damaged
        made = LanguageIdentifier.from_model_file(MODEL_FILE)
        made.set_languages(languages)
        with suppress(OSError):
            _keep(made, folder)
        return made


def _mapped(folder: Path) -> Any:
    ptc, pc, classes, moves, rows, output = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in _PARTS)
    return LanguageIdentifier(
        np.asarray(ptc), np.asarray(pc), classes.tolist(), memoryview(moves), output.tolist(), tk_row=rows.tolist()
    )


_PARTS = {  # by attribute, which of numpy's types keeps it exactly; None: the type it has
    "nb_ptc": None, "nb_pc": None, "nb_classes": None, "tk_nextmove": None, "tk_row": None, "tk_output": np.int32
}  # fmt: skip


def _keep(made: Any, folder: Path) -> None:
    """All or nothing: synced, and then renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
        for part, kind in _PARTS.items():
            with open(Path(name) / f"{part}.npy", "wb") as file:
                np.save(file, np.asarray(getattr(made, part), kind))
                os.fsync(file.fileno())
        os.rename(name, folder)
