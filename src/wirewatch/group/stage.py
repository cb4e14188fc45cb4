"""Group: articles of the same folded text are one story. Near copies come later (docs/decisions).

What is compared is the body folded as search folds it, endings kept, so that a Serbian article in Cyrillic and its Latin
edition are one. The title is no part of it: each outlet writes its own.
"""

import hashlib

from wirewatch.analysis.chain import both

SHORTEST = 12  # words, of CHARACTERS characters in all; shorter texts (flashes, captions) are alike without being copies
CHARACTERS = 80


def digest(body: str) -> bytes | None:
    """What copies of a text share: the same bytes on every machine. None for a text too short to tell."""
    words = both(body)[1]
    folded = " ".join(words)
    if len(words) < SHORTEST or len(folded) < CHARACTERS:
        return None
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()
