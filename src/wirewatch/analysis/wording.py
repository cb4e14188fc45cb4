"""Two texts word by word: what the one has and the other has not. Words are compared folded, so that a script, a mark or a
capital is no difference."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from wirewatch.analysis.chain import forms
from wirewatch.analysis.plain import SPLIT

MOST = 3_000  # words of a text that are compared, some seconds at worst: the time grows with their square

_BEFORE = re.compile(r"(?:(?<=\s)|^)[^\w\s]+\Z")  # signs right before a word, or behind it, are shown with it
_BEHIND = re.compile(r"[^\w\s]*")
NEAR = 5  # signs
Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one of the texts, as it stands there."""

    kind: Kind
    text: str
    words: int


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of the older text."""

    pieces: tuple[Piece, ...]  # what is the same is shown as the newer text has it
    cut: bool  # a text was longer than what is compared

    @property
    def changes(self) -> int:
        """How many places differ."""
        pairs = zip((None, *self.pieces), self.pieces, strict=False)
        return sum(piece.kind != "same" and (before is None or before.kind == "same") for before, piece in pairs)


@dataclass(frozen=True, slots=True)
class _Words:
    text: str
    spans: Sequence[tuple[int, int]]
    keys: Sequence[str]
    cut: bool

    def piece(self, kind: Kind, begin: int, end: int) -> Iterator[Piece]:
        """The stretch of these words; none of none."""
        if begin < end:
            first, last = self.spans[begin][0], self.spans[end - 1][1]
            before, behind = _BEFORE.search(self.text, max(0, first - NEAR), first), _BEHIND.match(self.text, last, last + NEAR)
            text = self.text[before.start() if before else first : behind.end() if behind else last]
            yield Piece(kind, text, end - begin)


def compared(older: str, newer: str) -> Compared:
    """The differences of two texts, in their order; signs between words don't count, of CJK texts each letter is a word."""
    old, new = _words(older), _words(newer)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old.keys, new.keys, autojunk=False).get_opcodes():
        pieces += new.piece("same", c, d) if tag == "equal" else (*old.piece("removed", a, b), *new.piece("added", c, d))
    return Compared(tuple(pieces), old.cut or new.cut)


def _words(text: str) -> _Words:
    text = unicodedata.normalize("NFC", text)
    spans: list[tuple[int, int]] = []
    for found in SPLIT.finditer(text):
        if len(spans) == MOST:
            return _made(text, spans, cut=True)
        spans.append(found.span())
    return _made(text, spans, cut=False)


def _made(text: str, spans: Sequence[tuple[int, int]], *, cut: bool) -> _Words:
    return _Words(text, spans, [_key(text[begin:end]) for begin, end in spans], cut)


def _key(word: str) -> str:
    return " ".join(forms(word)[1]) or word


def excerpt(compared: Compared, around: int) -> Iterator[list[Piece]]:
    """The places that differ, each with at most `around` words before and behind it; near ones are told together."""
    place: list[Piece] = []
    for piece in compared.pieces:
        if piece.kind == "same" and piece.words > 2 * around:
            if place:
                yield [*place, _shortened(piece, around, begins=True)]
            place = [_shortened(piece, around, begins=False)]
        else:
            place.append(piece)
    if any(piece.kind != "same" for piece in place):
        yield place


def _shortened(piece: Piece, words: int, *, begins: bool) -> Piece:
    spans = [found.span() for found in SPLIT.finditer(piece.text)]
    text = piece.text[: spans[words - 1][1]] + " …" if begins else "… " + piece.text[spans[-words][0] :]
    return Piece(piece.kind, text, words)
