"""What others do, on the same texts, folded by the same tables: datasketch's MinHashLSH, SimHash, equal titles, equal texts."""

import hashlib
import importlib.util
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.stories.labelled import Labelled
from wirewatch.analysis.chain import forms
from wirewatch.group.sketch import RUN, fold

HAS_DATASKETCH = importlib.util.find_spec("datasketch") is not None
Rival = Callable[[Sequence[Labelled]], list[Hashable]]


def available() -> dict[str, Rival]:
    """The rivals by name; datasketch's only where it can be imported."""
    found: dict[str, Rival] = {"equal text": equal_text, "equal title": equal_title, "SimHash of 64 bits, distance 3": simhash}
    if HAS_DATASKETCH:
        found = {f"datasketch MinHashLSH, J ≥ {at}": _minhash(at) for at in (0.5, 0.8)} | found
    return found


def equal_text(articles: Sequence[Labelled]) -> list[Hashable]:
    """By the digest of the folded text."""
    return [fold(article.body).digest or n for n, article in enumerate(articles)]


def equal_title(articles: Sequence[Labelled]) -> list[Hashable]:
    """By the folded headline."""
    return [forms(article.title)[1] for article in articles]


def simhash(articles: Sequence[Labelled]) -> list[Hashable]:
    """Of words by how often they come; joins the first that differs in three bits at most."""
    made = np.array([_simhash(forms(article.body)[1]) for article in articles], np.uint64)
    stories: list[Hashable] = []
    for n, own in enumerate(made):
        near = np.flatnonzero(np.bitwise_count(made[:n] ^ own) <= 3)
        stories.append(stories[int(near[0])] if len(near) else n)
    return stories


def _simhash(words: Iterable[str]) -> int:
    total = np.zeros(64)
    for word in words:
        raw = np.frombuffer(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), np.uint8)
        total += np.unpackbits(raw) * 2.0 - 1
    return int.from_bytes(np.packbits(total > 0).tobytes(), "big")


def _minhash(threshold: float) -> Rival:
    def grouped(articles: Sequence[Labelled]) -> list[Hashable]:
        from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found,import-untyped,unused-ignore]

        lsh: Any = MinHashLSH(threshold=threshold, num_perm=128)
        signatures: dict[int, Any] = {}
        stories: list[Hashable] = []
        for n, article in enumerate(articles):
            words = forms(article.body)[1]
            own = MinHash(num_perm=128)
            own.update_batch(
                [" ".join(words[at : at + RUN]).encode("utf-8", "replace") for at in range(max(1, len(words) - RUN + 1))]
            )
            near = sorted(lsh.query(own), key=lambda other: (-own.jaccard(signatures[other]), other))
            stories.append(stories[near[0]] if near else n)
            lsh.insert(n, own)
            signatures[n] = own
        return stories

    return grouped
