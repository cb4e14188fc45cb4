"""What is wrong with a query: where it breaks off, or an operator of another search language was probably meant."""

import re
from collections.abc import Sequence
from typing import Any

from wirewatch.analysis.chain import exacts
from wirewatch.safe import one_line

_OPERATORS = ("AND", "OR", "NOT")
_SIGNS = {"&": "AND", "&&": "AND", "|": "OR", "||": "OR"}
_BEFORE = {"-": "NOT", "!": "NOT"}  # of a word, as other search languages have it
_LATIN = re.compile("[A-Za-z]")
_FUZZY = re.compile(r"[~^]\d*(\.\d+)?$")
_UNREADABLE = {
    '"': 'a " that is never closed',
    "*": "a * stands at a word's end (Put*) or by itself (every article)",
}
_JOKER = re.compile(r"[^\W\d_]\?[^\W\d_]")


def advice(lexed: Sequence[Any]) -> tuple[str, int] | None:
    """What is probably no word in a query's tokens, in one line, and at which character; None where all is well."""
    for n, token in enumerate(lexed):
        before, after = (lexed[n - 1] if n else None), (lexed[n + 1] if n + 1 < len(lexed) else None)
        if str(token) == "=" and _adjacent(token, after):
            return '= stands before words in quotes: ="Kim Putin"', int(token.start_pos)
        if token.type != "TEXT" or (before is not None and before.type == "FIELD"):
            continue
        if said := _quoted(token, after) if '"' in token else _bare(token, before, after):
            return said, int(token.start_pos)
    return None


def unreadable(start: str) -> str:
    """Why no token begins with these two characters."""
    return _UNREADABLE.get('"' if start == '="' else start[:1], f"{start[:1]!r} can't stand here")


def unexpected(text: str, token: Any) -> tuple[str, int]:
    """Why a query can't go on with this token, None for its end: in one line, and at which character."""
    if token is None or token.type == "$END":
        return _broken_off(text)
    if token.type == "RPAR":
        return "a ) without its (, or an empty group", token.start_pos
    if token in ("AND", "OR"):
        return f'nothing stands before {token}; write "{token}" in quotes to mean the word', token.start_pos
    return f"{one_line(str(token), 40)!r} can't stand here", token.start_pos


def _broken_off(text: str) -> tuple[str, int]:
    if not text.strip():
        return "the query is empty; * meets every article", 0
    end, last = len(text.rstrip()), text.split()[-1].lstrip("(")
    if last in _OPERATORS:
        return f'nothing follows {last}; write "{last}" in quotes to mean the word', end
    return "a ( that is never closed" if text.count("(") > text.count(")") else "the query breaks off", end


def _quoted(token: Any, after: Any) -> str | None:
    if _adjacent(token, after) and (after.type == "STAR" or after[0] in "~^"):
        return f"{after[0]} can't stand behind a phrase"
    return None


def _bare(token: Any, before: Any, after: Any) -> str | None:
    text = str(token)
    if (operator := _operator(text)) and (_asks(after) if operator == "NOT" else _ends(before) and _asks(after)):
        return f'{text!r} is no operator: write {operator} in Latin capitals, or "{text}" in quotes to mean the word'
    if text in _SIGNS and _ends(before) and _asks(after):
        return f"{text!r} is no operator: write {_SIGNS[text]}"
    for sign in ("&&", "||"):
        if sign in text:
            return f"{sign!r} is no operator: write {_SIGNS[sign]} between blanks"
    if text[0] in _BEFORE and (text[1:2].isalpha() or (len(text) == 1 and _adjacent(token, after))):
        return f"{text[0]!r} is no operator: write {_BEFORE[text[0]]} and a blank"
    if text[0] == "+" and (text[1:2].isalpha() or (len(text) == 1 and _adjacent(token, after))):
        return "'+' is no operator: every word must be met as it is"
    if text == "..":
        return "a range is written without blanks: published:2023-09-01..2023-09-30"
    if text.endswith("*") and _adjacent(token, after) and after.type in ("TEXT", "FIELD"):
        return "a * stands at a word's end only: Put*"
    if _FUZZY.search(text) and exacts(text):
        return "~ and ^ are no operators here: words are met in every inflection, spelling and script as it is"
    if _JOKER.search(text):
        return "a ? stands for no letter here; write Put* for all words that begin so"
    return None


def _operator(text: str) -> str | None:
    """The operator that `text` is but for its capitals, or for a letter of the other script that looks like one."""
    folded = exacts(text) if len(text) <= 3 and _LATIN.search(text) else []
    return folded[0].upper() if folded and folded[0].upper() in _OPERATORS else None


def _ends(token: Any) -> bool:
    """Whether a question ends with this token."""
    return token is not None and token.type in ("TEXT", "STAR", "RPAR")


def _asks(token: Any) -> bool:
    """Whether a question begins with this token."""
    return token is not None and token.type in ("TEXT", "STAR", "LPAR", "FIELD", "NOT")


def _adjacent(token: Any, after: Any) -> bool:
    return after is not None and after.start_pos == token.end_pos
