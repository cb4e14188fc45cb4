"""Text to tokens: one chain for every language and script, used by index, watches, gazetteer and stories alike.

What the chain does is said in `plain`. Here it is done fast, with the same tokens and spans: no token goes over a blank, so what
stands between two blanks (a piece) is folded once and remembered, and a text is put together from its pieces column by column.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache, partial
from itertools import accumulate, chain
from operator import add, itemgetter
from typing import TypeVar, cast

from wirewatch.analysis import plain
from wirewatch.analysis.plain import HALF_KATAKANA, SPLIT, Token
from wirewatch.analysis.tables import HALF_KANA, LETTERS, PAIRS, POSSESSIVE, TABLES_VERSION, TWINS, UNMISTAKABLE, VOICED

__all__ = ["TABLES_VERSION", "Reading", "Token", "analyze", "both", "by_line", "exacts", "forms", "stems", "tokens"]

WORDS = 65_536  # remembered with their forms, about 12 MB
PIECES, LONGEST_PIECE = 65_536, 40  # words with their marks, remembered; about 25 MB
REMEMBERED = 512  # texts, about 10 MB; an index batch has 200 bodies and 200 titles

Pair = tuple[tuple[str, ...], tuple[str, ...]]  # stems and exact forms, of one length
Spans = tuple[tuple[int, ...], tuple[int, ...]]  # starts and ends
_Made = TypeVar("_Made")


def tokens(text: str) -> list[Token]:
    """The text's tokens in their order, each with its span in `text`."""
    pieces = [(found.start(), _SPANS[found[0]]) for found in _PIECE.finditer(text)]
    starts = [begin + start for begin, (starts, _) in pieces for start in starts]
    ends = [begin + end for begin, (_, ends) in pieces for end in ends]
    return list(map(_token, zip(*both(text), starts, ends, strict=True)))


class Reading:
    """A text's tokens: the forms of all, and the places of those that are asked for."""

    def __init__(self, text: str, forms: Pair | None = None) -> None:
        """`forms`: as `both` gives them, if they are known already."""
        self.text = text
        self.stems, self.exacts = forms or both(text)

    def span(self, number: int) -> tuple[int, int]:
        """Where a token starts and ends in the text."""
        piece = bisect_right(self._tokens, number)
        begin, (starts, ends) = self._begins[piece], _SPANS[self._pieces[piece]]
        within = number - self._tokens[piece] + len(starts)
        return begin + starts[within], begin + ends[within]

    @cached_property
    def _pieces(self) -> list[str]:
        return self.text.split()

    @cached_property
    def _begins(self) -> list[int]:
        sizes = list(map(len, self._pieces))
        if sum(sizes) + len(sizes) - 1 == len(self.text):  # one sign between any two, as in most texts
            return list(accumulate(map((1).__add__, sizes), initial=0))
        return [found.start() for found in _PIECE.finditer(self.text)]

    @cached_property
    def _tokens(self) -> list[int]:
        """How many tokens there are up to each piece's end."""
        return list(accumulate(map(len, map(_STEMS, map(_FORMS.__getitem__, self._pieces)))))


def both(text: str) -> Pair:
    """The stems and the exact forms of the text's tokens, of one length."""
    return _joined(by_line(text))


@lru_cache(maxsize=REMEMBERED)
def by_line(text: str) -> tuple[Pair, ...]:
    """As `both`, of each line. Remembered, since stories, entities, topics, index and watches ask for the same body in turn."""
    return tuple(map(forms, text.split("\n")))


def forms(text: str) -> Pair:
    """As `both`, for a text that won't be asked for again."""
    return _joined(list(map(_FORMS.__getitem__, text.split())))


def _joined(parts: Sequence[Pair]) -> Pair:
    return tuple(chain.from_iterable(map(_STEMS, parts))), tuple(chain.from_iterable(map(_EXACTS, parts)))


def stems(text: str) -> list[str]:
    """What inflections share, of each token."""
    return list(both(text)[0])


def exacts(text: str) -> list[str]:
    """Each token folded, with its ending."""
    return list(both(text)[1])


def analyze(text: str, language: str | None = None) -> list[str]:  # noqa: ARG001 - the chain is the same for every language
    """The stems, for measuring the chain."""
    return stems(text)


_PIECE = re.compile(r"\S+")
_AROUND = '.,:;!?…-–—()[]«»„“”"'  # signs that no table knows: at a piece's ends they change nothing
_STEMS: Callable[[Pair], tuple[str, ...]] = itemgetter(0)
_EXACTS: Callable[[Pair], tuple[str, ...]] = itemgetter(1)
_token = cast(Callable[[Iterable[object]], Token], partial(tuple.__new__, Token))  # Token(…) costs three times as much

_CYRILLIC = "".join(letter for letter in LETTERS if "\u0400" <= letter <= "\u04ff")
_LATIN_TWINS, _CYRILLIC_TWINS = "".join(TWINS), "".join(TWINS.values())
_UNMISTAKABLE = UNMISTAKABLE + UNMISTAKABLE.upper()
_PAIR = re.compile(
    f"[{_LATIN_TWINS}][{_CYRILLIC}]|[{_CYRILLIC}][{_LATIN_TWINS}]"
    f"|[{_CYRILLIC_TWINS}][{_UNMISTAKABLE}]|[{_UNMISTAKABLE}][{_CYRILLIC_TWINS}]|{'|'.join(POSSESSIVE)}"
    f"|[{HALF_KANA[0]}-{HALF_KANA[-1]}][{VOICED}]"
)


def _class(letters: Iterable[str]) -> str:
    return f"[{''.join(map(re.escape, letters))}]"


_FOLD = str.maketrans(LETTERS)
_FOLDED = re.compile(_class([*LETTERS, *VOICED]))
_UNEVEN_LETTER = re.compile(_class(letter for letter, made in LETTERS.items() if len(made) != 1))
_UNEVEN = re.compile(f"{_PAIR.pattern}|{_UNEVEN_LETTER.pattern}")
_RUN = f"(?:[{plain.SINGLE}]|[{plain.KATAKANA}]++|[{plain.HANGUL}]++(?!{plain.GOES_ON}))+"
_RUN_OR_WORD = re.compile(f"(?P<run>{_RUN})|{SPLIT.pattern}")
_RUNS_ALONE = re.compile(
    f"(?:[{plain.SINGLE}]{{2,}}+|[^\\w{plain.SINGLE}]++)++"
)  # of Han and Hiragana, nothing but signs between
_PAIRS_OF_RUNS = re.compile(f"(?=([{plain.SINGLE}]{{2}}))")
_COMBINING = re.compile(  # astral ones by their range: a set that holds one is looked through letter by letter
    f"{_class(letter for letter in map(chr, range(0x300, 0x10000)) if unicodedata.combining(letter))}|[\U00010000-\U0010ffff]"
)
_PAIRS = re.compile(f"[A-Za-z{VOICED}]")  # every pair has one of these
_ANY_CJK = re.compile(f"[{plain.SINGLE}{plain.KATAKANA}{plain.HANGUL}]")


class _Remembered(dict[str, _Made]):
    """Pieces and what was made of them; no more than `room`, none longer than LONGEST_PIECE."""

    def __init__(self, room: int = PIECES) -> None:
        super().__init__()
        self.room = room

    def keep(self, piece: str, made: _Made) -> _Made:
        """Remember it, unless it is long; all is forgotten when there is no room."""
        if len(piece) <= LONGEST_PIECE:
            if len(self) >= self.room:
                self.clear()
            self[piece] = made
        return made


class _Forms(_Remembered[Pair]):
    """The tokens' forms."""

    def __missing__(self, piece: str) -> Pair:
        core = piece.strip(_AROUND)
        return self.keep(piece, _forms_of(piece) if core == piece else self[core])


class _Spans(_Remembered[Spans]):
    """The tokens' places in their piece."""

    def __missing__(self, piece: str) -> Spans:
        core = piece.strip(_AROUND)
        return self.keep(piece, _spans_of(piece) if core == piece else _moved(self[core], piece.find(core)))


class _Words(dict[str, tuple[str, str]]):
    """Folded words with stem and exact form, remembered; no more than WORDS."""

    def __missing__(self, word: str) -> tuple[str, str]:
        exact = plain.spell(word)
        if len(self) >= WORDS:
            self.clear()
        made = self[word] = plain.stem(exact), exact
        return made


_FORMS, _SPANS, _WORDS = _Forms(), _Spans(), _Words()


def _forms_of(piece: str) -> Pair:
    folded = _folded(piece)
    if _RUNS_ALONE.fullmatch(folded):
        pairs_of_runs = tuple(_PAIRS_OF_RUNS.findall(folded))
        return pairs_of_runs, pairs_of_runs
    if not _ANY_CJK.search(folded):
        made = [_WORDS[word] for word in SPLIT.findall(folded)]
        return tuple([stem for stem, _ in made]), tuple([exact for _, exact in made])
    stems: list[str] = []
    exacts: list[str] = []
    for found in _RUN_OR_WORD.finditer(folded):
        run = found[0]
        if found.lastgroup and len(run) > 1:
            pairs = list(map(add, run, run[1:]))
            if HALF_KATAKANA.search(run):
                pairs = [_WORDS[pair][1] for pair in pairs]
            stems += pairs  # nothing to stem
            exacts += pairs
        else:
            stem, exact = _WORDS[run]
            stems.append(stem)
            exacts.append(exact)
    return tuple(stems), tuple(exacts)


def _spans_of(piece: str) -> Spans:
    folded, places = _folded_with_places(piece)
    starts: list[int] = []
    lasts: list[int] = []
    for found in (_RUN_OR_WORD if _ANY_CJK.search(folded) else SPLIT).finditer(folded):
        start, end = found.span()
        if found.lastgroup and end - start > 1:
            starts += places[start : end - 1]
            lasts += places[start + 1 : end]
        else:
            starts.append(places[start])
            lasts.append(places[end - 1])
    ends = [last + 1 for last in lasts]
    if _COMBINING.search(piece):
        ends = [plain.whole_letters(piece, end) for end in ends]
    return _shared((tuple(starts), tuple(ends)))


@lru_cache(maxsize=1024)
def _shared(spans: Spans) -> Spans:
    """Most pieces are one word from their first letter to their last: equal spans are kept once."""
    return spans


def _moved(spans: Spans, by: int) -> Spans:
    starts, ends = spans
    return _shared((tuple([start + by for start in starts]), tuple([end + by for end in ends]))) if by else spans


def _folded(piece: str) -> str:
    """The skeleton. Where nothing is of both scripts, letter by letter is enough."""
    if not _FOLDED.search(piece):
        return piece
    return (_PAIR.sub(_pair, piece) if _PAIRS.search(piece) else piece).translate(_FOLD)


def _pair(found: re.Match[str]) -> str:
    return PAIRS.get(found[0], found[0])


def _folded_with_places(piece: str) -> tuple[str, Sequence[int]]:
    """The skeleton, and for each of its letters the place in the piece that it came from.

    Nearly all letters fold to one letter: only the others are looked at one by one.
    """
    if not _FOLDED.search(piece):
        return piece, range(len(piece))
    uneven = list((_UNEVEN if _PAIRS.search(piece) else _UNEVEN_LETTER).finditer(piece))
    if not uneven:
        return piece.translate(_FOLD), range(len(piece))
    folded: list[str] = []
    places: list[int] = []
    at = 0
    for found in uneven:
        start, end = found.span()
        made = PAIRS.get(found[0], found[0]) if end - start == 2 else LETTERS[found[0]]
        folded += piece[at:start].translate(_FOLD), made
        places += range(at, start)
        places += [start + min(n * (end - start) // len(made), end - start - 1) for n in range(len(made))]
        at = end
    places += range(at, len(piece))
    return "".join((*folded, piece[at:].translate(_FOLD))), places
