"""A text's sketch: what its copies share, however they are spelled, set or cut.

What is compared is the body folded as search folds it, endings kept, so that a Serbian article in Cyrillic and its Latin
edition are one. Of each word one byte is kept: two different runs of five words look alike once in 10¹². The title is no part
of it: each outlet writes its own.
"""

import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from wirewatch.analysis.chain import TABLES_VERSION, by_line, forms

VERSION = 1  # of what is below; with the tables' it says which sketches can be compared
RULES = VERSION * 1000 + TABLES_VERSION
RUN = 5  # words of a shingle (the stories study: 4 and 6 end within .01 of it)
NEAR = 40  # words: shorter texts (flashes, captions) are alike without being copies, and are compared as a whole
SHORTEST, CHARACTERS = 12, 80  # words, and characters in all, below which not even an equal text tells anything
SMALLEST = 24  # hashes an article is found by; a copy holds 30 % of the larger text, so that seven are shared on average
TELLING = 10  # words of a paragraph, from which it is told from chance when it comes again
REMEMBERED = 65_536  # words, about 6 MB
_DIGIT = re.compile(r"\d")

Shingles = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, folded."""

    folded: str
    words: bytes
    numbers: tuple[int, ...]  # of each number: 16 bits of a hash of what stands before it, 16 of its own
    key: int  # hash, as a signed number of 64 bits; 0: too short to be told from chance when it comes again


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it is grouped: what takes the time, and needs no database."""

    paragraphs: tuple[Paragraph, ...]
    digest: bytes | None  # what equal texts share; None for a text too short to tell


@dataclass(frozen=True)
class Sketch:
    """What is kept of a text for as long as near copies of it may come."""

    words: bytes  # one byte a word
    numbers: bytes  # as Paragraph.numbers, sorted, uint32 little endian

    @cached_property
    def of_numbers(self) -> dict[int, set[int]]:
        """The numbers, by what stands before them."""
        found: dict[int, set[int]] = {}
        for number in np.frombuffer(self.numbers, "<u4").tolist():
            found.setdefault(number >> 16, set()).add(number & 0xFFFF)
        return found

    @property
    def places(self) -> dict[int, int]:
        """The shingles, each with its place among them in the order of the text."""
        return places(self.words)


class _Bytes(dict[str, int]):
    """One byte a word, remembered. The same on every machine."""

    def __missing__(self, word: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        made = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass")) & 0xFF
        return made


_BYTES = _Bytes()


def fold(body: str) -> Folded:
    """A text, its paragraphs parted by line breaks."""
    parts = tuple(_paragraph(words) for _, words in by_line(body) if words)
    return Folded(parts, _digest(parts))


def _digest(parts: Sequence[Paragraph]) -> bytes | None:
    folded = " ".join(part.folded for part in parts if part.folded)
    if sum(len(part.words) for part in parts) < SHORTEST or len(folded) < CHARACTERS:
        return None
    return _hash(folded, 16)


def _paragraph(words: Sequence[str]) -> Paragraph:
    folded = " ".join(words)
    key = number_of(folded, 64) if len(words) >= TELLING else 0
    return Paragraph(folded, bytes(map(_BYTES.__getitem__, words)), _numbers(words) if _DIGIT.search(folded) else (), key)


def _numbers(words: Sequence[str]) -> tuple[int, ...]:
    found, before, since = [], "", 0  # the last word that is no number, and how many numbers came since
    for word in words:
        if word.isalpha() or not _DIGIT.search(word):
            before, since = word, 0
        else:
            found.append((_short(f"{before} {since}") << 16) | _short(word))
            since += 1
    return tuple(found)


def _short(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) & 0xFFFF


def sketch(parts: Sequence[Paragraph]) -> Sketch | None:
    """What is compared with near copies; None for a text too short for that."""
    words = b"".join(part.words for part in parts)
    if len(words) < NEAR:
        return None
    numbers = sorted({number for part in parts for number in part.numbers})
    return Sketch(words, np.array(numbers, "<u4").tobytes())


def title_hash(title: str) -> int:
    """What equal titles share."""
    return number_of(" ".join(forms(title)[1]), 32)


def number_of(text: str, bits: int) -> int:
    """A hash as a signed number."""
    return int.from_bytes(_hash(text, bits // 8), "little", signed=True)


@lru_cache(maxsize=512)  # some 10 MB: a story that runs everywhere is compared with again and again
def places(words: bytes) -> dict[int, int]:
    """Each shingle with its place in the text, in words."""
    runs = _runs(words).tolist()
    return dict(zip(reversed(runs), range(len(runs) - 1, -1, -1), strict=True))  # of one that comes twice, its first place


def smallest(words: bytes) -> list[int]:
    """The hashes that an article is found by: of its shingles' the smallest, as signed numbers of 32 bits."""
    mixed = np.unique(_mixed(_runs(words)))[:SMALLEST]
    return sorted({int(each) for each in mixed.astype(np.uint32).view(np.int32)})


def _runs(words: bytes) -> Shingles:
    one = np.frombuffer(words, np.uint8).astype(np.uint64)
    made = np.zeros(max(0, len(one) - RUN + 1), np.uint64)
    for n in range(RUN):
        made |= one[n : n + len(made)] << np.uint64(8 * n)
    return made


def _mixed(shingles: Shingles) -> Shingles:
    """Spread over 64 bits: the finalizer of splitmix64 (Steele, Lea, Flood 2014)."""
    mixed = shingles + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _hash(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
