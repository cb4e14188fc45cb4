"""Text to tokens: one chain for every language and script, used by index, watches, gazetteer and stories alike.

fold       pairs and letters of `tables` in one pass, left to right, as Elasticsearch's `mapping` char filter does
split      at the word boundaries of UAX #29, as its `standard` tokenizer does; emoji are dropped
spell      full-width forms, capitals, SPELLING: the exact form
stem       STEMMING: the form that inflections share
bigrams    a run of Chinese, Japanese or Korean letters becomes its overlapping pairs, as `cjk_bigram` does
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from wirewatch.analysis.tables import LETTERS, PAIRS, POSSESSIVE, SPELLING, STEMMING, TABLES_VERSION, TWINS, UNMISTAKABLE

__all__ = ["TABLES_VERSION", "Token", "analyze", "both", "exacts", "stems", "tokens"]

CACHE = 200_000  # words remembered with their forms, about 40 MB; a month of news in seven languages has as many
PIECES, LONGEST_PIECE = 65_536, 40  # words with their marks, remembered; about 25 MB
REMEMBERED = 512  # texts, about 10 MB; an index batch has 200 bodies and 200 titles


Pair = tuple[tuple[str, ...], tuple[str, ...]]  # stems and exact forms, of one length


class Token(NamedTuple):
    """A word, folded, and where it stands in the text as it was given."""

    text: str  # what inflections share
    exact: str
    start: int
    end: int


_CYRILLIC = "".join(letter for letter in LETTERS if "\u0400" <= letter <= "\u04ff")
_LATIN_TWINS, _CYRILLIC_TWINS = "".join(TWINS), "".join(TWINS.values())
_UNMISTAKABLE = UNMISTAKABLE + UNMISTAKABLE.upper()
_PAIR = re.compile(
    f"[{_LATIN_TWINS}][{_CYRILLIC}]|[{_CYRILLIC}][{_LATIN_TWINS}]"
    f"|[{_CYRILLIC_TWINS}][{_UNMISTAKABLE}]|[{_UNMISTAKABLE}][{_CYRILLIC_TWINS}]|{'|'.join(POSSESSIVE)}"
)
_FOLD = str.maketrans(LETTERS)
_UNEVEN = re.compile(f"{_PAIR.pattern}|[{''.join(re.escape(letter) for letter, made in LETTERS.items() if len(made) != 1)}]")

_SINGLE = "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, Hiragana
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa0-\uffdc"
_NO_WORD = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c\u2150-\u215f\u2189\u2460-\u24ff\u2776-\u2793\u3192-\u319f\u3220-\u33ff"


def _marks() -> str:
    """Every mark that goes on a word: accents, and the vowels of Devanagari, Thai, Arabic … (`\\w` leaves them out)."""
    marks = {n for n in range(0x300, 0x1_1000) if unicodedata.category(chr(n)) in ("Mn", "Mc")}
    starts = [n for n in sorted(marks) if n - 1 not in marks]
    ends = [n for n in sorted(marks) if n + 1 not in marks]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_MARKS = f"[{_marks()}\u200c\u200d]"
_LETTER = f"[^\\W{_SINGLE}{_KATAKANA}{_NO_WORD}\\d_]"
_WORD = f"[^\\W{_SINGLE}{_KATAKANA}{_NO_WORD}][^\\W{_SINGLE}{_KATAKANA}{_NO_WORD}\u200b]*(?:{_MARKS}+\\w*)*"
_SPLIT = re.compile(
    f"[{_SINGLE}]|[{_KATAKANA}]+|{_WORD}(?:(?:(?<={_LETTER})[.:\u00b7\u2027](?={_LETTER})|(?<=\\d)[.,;](?=\\d)){_WORD})*"
)
_CJK = re.compile(f"[{_SINGLE}]|[{_KATAKANA}]+|[{_HANGUL}]+")
_ANY_CJK = re.compile(f"[{_SINGLE}{_KATAKANA}{_HANGUL}]")
_WIDE = {**{n: chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F)}, ord("Σ"): "σ"}  # Σ: no special form at a word's end
_HALF_KATAKANA = re.compile("[\uff65-\uff9f]+")

_SPELLING = [(re.compile(pattern), replacement.replace("$", "\\")) for _, pattern, replacement in SPELLING]
_STEMMING = [
    (re.compile(pattern), "".join(f"\\g<{n}>" for n in re.findall(r"\$(\d)", replacement)))
    for _, pattern, replacement in STEMMING
]


def tokens(text: str) -> list[Token]:
    """The text's tokens in their order, each with its span in `text`."""
    folded, places = _fold_with_places(text)
    found = []
    for word, start, end in _words(folded):
        stem, exact = _forms(word)
        found.append(Token(stem, exact, places[start], places[end - 1] + 1 if end else 0))
    return _whole_letters(text, found)


@lru_cache(maxsize=REMEMBERED)
def both(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stems and the exact forms of the text's tokens, of one length.

    Remembered, since topics, stories, index and watches ask for the same body one after another.
    """
    return forms(text)


def forms(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """As `both`, for a text that won't be asked for again.

    No token goes over a blank, so what stands between two blanks is folded once and remembered: ten times as fast.
    """
    found_stems: list[str] = []
    found_exacts: list[str] = []
    for piece in text.split():
        known = _PIECES.get(piece) or _piece(piece)
        found_stems += known[0]
        found_exacts += known[1]
    return tuple(found_stems), tuple(found_exacts)


def _piece(piece: str) -> Pair:
    """The forms of what stands between two blanks."""
    folded = _fold(piece)
    words = [word for word, _, _ in _words(folded)] if _ANY_CJK.search(folded) else _SPLIT.findall(folded)
    pairs = [_forms(word) for word in words]
    made = tuple([stem for stem, _ in pairs]), tuple([exact for _, exact in pairs])
    if len(piece) <= LONGEST_PIECE:
        if len(_PIECES) >= PIECES:
            _PIECES.clear()
        _PIECES[piece] = made
    return made


def stems(text: str) -> list[str]:
    """What inflections share, of each token."""
    return list(both(text)[0])


def exacts(text: str) -> list[str]:
    """Each token folded, with its ending."""
    return list(both(text)[1])


def analyze(text: str, language: str | None = None) -> list[str]:  # noqa: ARG001 - the chain is the same for every language
    """The stems, for measuring the chain."""
    return stems(text)


def _fold(text: str) -> str:
    return _PAIR.sub(_pair, text).translate(_FOLD)


def _pair(found: re.Match[str]) -> str:
    return PAIRS[found[0]]


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` that it came from.

    Nearly all letters fold to one letter: only the others are looked at one by one.
    """
    folded: list[str] = []
    places: list[int] = []
    at = 0
    for found in _UNEVEN.finditer(text):
        start, end = found.span()
        made = PAIRS.get(found[0]) if end - start == 2 else LETTERS[found[0]]
        assert made is not None  # noqa: S101 - the pattern holds pairs and letters of the tables only
        folded += text[at:start].translate(_FOLD), made
        places += range(at, start)
        places += [start + min(n * (end - start) // len(made), end - start - 1) for n in range(len(made))]
        at = end
    places += range(at, len(text))
    return "".join((*folded, text[at:].translate(_FOLD))), places


def _whole_letters(text: str, found: list[Token]) -> list[Token]:
    """Spans that take in the marks which fold to nothing, so that й written as и and a breve is not cut in two."""
    whole = []
    for token in found:
        end = token.end
        while end < len(text) and text[end] > "\u02ff" and unicodedata.combining(text[end]):
            end += 1
        whole.append(token if end == token.end else token._replace(end=end))
    return whole


def _words(folded: str) -> Iterator[tuple[str, int, int]]:
    """Words and bigrams, with their spans in the folded text."""
    run, run_start, run_end = "", 0, -1
    for found in _SPLIT.finditer(folded):
        word, start, end = found[0], found.start(), found.end()
        if _CJK.fullmatch(word):
            if start != run_end:
                yield from _bigrams(run, run_start)
                run, run_start = "", start
            run, run_end = run + word, end
            continue
        yield from _bigrams(run, run_start)
        run, run_end = "", -1
        yield word, start, end
    yield from _bigrams(run, run_start)


def _bigrams(run: str, start: int) -> Iterator[tuple[str, int, int]]:
    if len(run) == 1:
        yield run, start, start + 1
    for n in range(len(run) - 1):
        yield run[n : n + 2], start + n, start + n + 2


_FORMS: dict[str, tuple[str, str]] = {}
_PIECES: dict[str, Pair] = {}


def _forms(word: str) -> tuple[str, str]:
    """A word's stem and exact form, remembered."""
    known = _FORMS.get(word)
    if known is not None:
        return known
    exact = word.translate(_WIDE).lower()
    if _HALF_KATAKANA.search(exact):
        exact = _HALF_KATAKANA.sub(lambda half: unicodedata.normalize("NFKC", half[0]), exact)
    for pattern, replacement in _SPELLING:
        exact = pattern.sub(replacement, exact)
    stem = exact
    for pattern, replacement in _STEMMING:
        stem = pattern.sub(replacement, stem)
    if len(_FORMS) >= CACHE:
        _FORMS.clear()
    _FORMS[word] = stem, exact
    return stem, exact
