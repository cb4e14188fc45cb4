"""Text to tokens, as plainly as it can be said: the specification that `chain`, the fast way, is held to by a property test.

fold       pairs and letters of `tables` in one pass, left to right, as Elasticsearch's `mapping` char filter does
split      at the word boundaries of UAX #29, as its `standard` tokenizer does; emoji are dropped
spell      full-width forms, capitals, SPELLING: the exact form
stem       STEMMING: the form that inflections share
bigrams    a run of Chinese, Japanese or Korean letters becomes its overlapping pairs, as `cjk_bigram` does
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from wirewatch.analysis.tables import LETTERS, PAIRS, SPELLING, STEMMING


class Token(NamedTuple):
    """A word, folded, and where it stands in the text as it was given."""

    text: str  # what inflections share
    exact: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The text's tokens in their order, each with its span in `text`."""
    folded, places = fold(text)
    found = []
    for word, start, end in words(folded):
        exact = spell(word)
        found.append(Token(stem(exact), exact, places[start], whole_letters(text, places[end - 1] + 1)))
    return found


def fold(text: str) -> tuple[str, list[int]]:
    """The skeleton, and for each of its letters the place in `text` that it came from."""
    folded, places, at = "", list[int](), 0
    while at < len(text):
        size = 2 if text[at : at + 2] in PAIRS else 1
        taken = text[at : at + size]
        made = PAIRS.get(taken, LETTERS.get(taken, taken))
        folded += made
        places += [at + min(n * size // len(made), size - 1) for n in range(len(made))]
        at += size
    return folded, places


def whole_letters(text: str, end: int) -> int:
    """A span's end past the marks that fold to nothing, so that й written as и and a breve is not cut in two."""
    while end < len(text) and text[end] > "\u02ff" and unicodedata.combining(text[end]):
        end += 1
    return end


SINGLE = "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han, Hiragana
KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
HANGUL = (
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7c6\ud7cb-\ud7fb"
    "\uffa0-\uffbe\uffc2-\uffc7\uffca-\uffcf\uffd2-\uffd7\uffda-\uffdc"
)
_NO_WORD = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c\u2150-\u215f\u2189\u2460-\u24ff\u2776-\u2793\u3192-\u319f\u3220-\u33ff"


def _marks(first: int, last: int) -> str:
    """Every mark that goes on a word: accents, and the vowels of Devanagari, Thai, Arabic … (`\\w` leaves them out)."""
    marks = {n for n in range(first, last) if unicodedata.category(chr(n)) in ("Mn", "Mc")}
    starts = [n for n in sorted(marks) if n - 1 not in marks]
    ends = [n for n in sorted(marks) if n + 1 not in marks]
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


_MARKS = (
    f"(?:[{_marks(0x300, 0x1_0000)}\u200c\u200d]|[{_marks(0x1_0000, 0x1_1000)}])"  # two sets: one with astral letters is slow
)
_SIGN = f"[^\\W{SINGLE}{KATAKANA}{_NO_WORD}]"
_LETTER = f"[^\\W{SINGLE}{KATAKANA}{_NO_WORD}\\d_]"
_GLUE = f"[.:\u00b7\u2027](?={_LETTER})"
GOES_ON = f"{_MARKS}|{_SIGN}|{_GLUE}"  # a word of letters does, where this follows
_WORD = f"{_SIGN}+(?:{_MARKS}+{_SIGN}*)*"
SPLIT = re.compile(f"[{SINGLE}]|[{KATAKANA}]+|{_WORD}(?:(?:(?<={_LETTER}){_GLUE}|(?<=\\d)[.,;](?=\\d)){_WORD})*")
CJK = re.compile(f"[{SINGLE}{KATAKANA}{HANGUL}]+")  # a word of these letters alone is part of a run


def words(folded: str) -> Iterator[tuple[str, int, int]]:
    """Words, and the bigrams of runs, with their spans in the folded text."""
    run_start = run_end = -1
    for found in SPLIT.finditer(folded):
        start, end = found.span()
        if not CJK.fullmatch(found[0]):
            yield from bigrams(folded, run_start, run_end)
            run_start = run_end = -1
            yield found[0], start, end
        elif start == run_end:
            run_end = end
        else:
            yield from bigrams(folded, run_start, run_end)
            run_start, run_end = start, end
    yield from bigrams(folded, run_start, run_end)


def bigrams(folded: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """The overlapping pairs of a run; a letter alone stays one."""
    if end - start == 1:
        yield folded[start:end], start, end
    for n in range(start, end - 1):
        yield folded[n : n + 2], n, n + 2


_WIDE = {**{n: chr(n - 0xFEE0) for n in range(0xFF01, 0xFF5F)}, ord("Σ"): "σ"}  # Σ: no special form at a word's end
HALF_KATAKANA = re.compile("[\uff65-\uff9f]+")


def _compiled(rules: Iterable[tuple[str, str, str]]) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]:
    """The rules for `re.sub`. `$1` is a function here: a template would be read anew for every word."""
    return [(re.compile(pattern), partial(_replaced, replacement)) for _, pattern, replacement in rules]


def _replaced(replacement: str, found: re.Match[str]) -> str:
    for number, group in enumerate(found.groups(""), start=1):  # a group that took no part is empty, as in Java
        replacement = replacement.replace(f"${number}", group)
    return replacement


_SPELLING, _STEMMING = _compiled(SPELLING), _compiled(STEMMING)


def spell(word: str) -> str:
    """A word's exact form, without stemming."""
    exact = HALF_KATAKANA.sub(lambda half: unicodedata.normalize("NFKC", half[0]), word.translate(_WIDE).lower())
    for pattern, replacement in _SPELLING:
        exact = pattern.sub(replacement, exact)
    return exact


def stem(exact: str) -> str:
    """What a word's inflections share."""
    for pattern, replacement in _STEMMING:
        exact = pattern.sub(replacement, exact)
    return exact
