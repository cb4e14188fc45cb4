"""The search language, text to tree: one parser for search, watches and every home of the index.

Kim Putin            both words (AND is meant where no operator stands)
AND OR NOT           operators, in capitals only; NOT binds first, then AND, then OR; (groups)
"Severna Koreja"     side by side, in any inflection (“…”, „…“, «…» too);  ="Северне Кореје"  as they stand
Putin*               words that begin so
title:Kim author:Ana only there; body:(Kim OR Lavrov)
entity:ID topic:ID language:sr source:"N1" country:rs script:Cyrl
published:2023-09-01..2023-09-30   first_seen:>=2023-09   days, both in; months, years and times too
*                    every article
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache
from string import ascii_lowercase
from typing import Any

from wirewatch.analysis.chain import exacts
from wirewatch.analysis.dates import NotADate, period
from wirewatch.analysis.mistakes import advice, unexpected, unreadable
from wirewatch.analysis.quotes import straight
from wirewatch.errors import UserError
from wirewatch.safe import one_line

LONGEST = 4000  # characters of a query
DEEPEST = 50  # groups in each other: the index's own parser dies at about 1,000 (embedded index study, 2026-11)
MOST_WORDS = 200
CERTAIN = 5  # letters of a beginning that few other words share
TEXT_FIELDS = ("title", "body", "author")
VALUE_FIELDS = ("entity", "topic", "language", "source", "country", "script")
DATE_FIELDS = ("published", "first_seen")
FIELDS = TEXT_FIELDS + VALUE_FIELDS + DATE_FIELDS

GRAMMAR = r"""
    ?start: any
    ?any: all (OR all)*              -> any_of
    ?all: one (AND? one)*            -> all_of
    ?one: NOT one                    -> none_of
        | FIELD? "(" any ")"         -> group
        | STAR                       -> everything
        | FIELD? TEXT                -> clause

    AND.4: /AND(?=[\s()"]|$)/
    OR.4: /OR(?=[\s()"]|$)/
    NOT.4: /NOT(?=[\s()"]|$)/
    FIELD.3: /[A-Za-z_]+:(?=[^\s)])/
    STAR.2: /\*(?=[\s)]|$)/
    TEXT: /="[^"]*"|"[^"]*"|[^\s()"*=][^\s()"*]*\*?|=(?!")/
    %ignore /\s+/
"""


class QueryError(UserError):
    """A query that can't be read. Its text says what is wrong, and at which character."""

    def __init__(self, what: str, position: int) -> None:
        self.position = position  # from 0
        super().__init__(f"{what}, at character {position + 1} of the query")


@dataclass(frozen=True, slots=True)
class All:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any inflection; one of several tokens (김정은, co-op) is met as a phrase."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side, each in any inflection."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Exact:
    """Words side by side, as they stand."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so, as they stand."""

    text: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """An article's entity, topic, language, source, country or script."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """Published, or first seen, from `since` on and before `until`; None: without that bound. Whole seconds."""

    name: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever doesn't meet this."""

    part: "Node"


Leaf = Word | Phrase | Exact | Prefix
Node = All | Leaf | Field | Range | And | Or | Not


def parse(text: str, zone: tzinfo = UTC) -> Node:
    """The tree of a query; its days begin at midnight in `zone`. Raises QueryError, whose line says what is wrong and where."""
    _bounded(text)
    tree = _tree(straight(text))
    node = _node(tree, None, zone)
    if node is None:
        raise QueryError(f"{one_line(text, 80)!r} holds no word to search for; * meets every article", 0)
    if sum(1 for _ in words(node, negated=True)) > MOST_WORDS:
        raise QueryError(f"more than {MOST_WORDS} words", 0)
    return node


@lru_cache(maxsize=512)
def beginnings(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What `text*` asks: the words before the last, and how a word that begins with the last may begin once it is folded.

    That may be more than one, since a letter may fold otherwise before the next: the plural `Donets` keeps its end, of
    `Donetsk` it leaves `donek`. From CERTAIN letters on, any letter that may come next is thought of; a shorter
    beginning would then meet too much, `rat*` (war) also `račun` (bill).
    """
    found = exacts(text)
    if not found:
        return (), ()
    *before, last = found
    starts = {last} | _going_on(found, text)
    if len(last) >= CERTAIN:
        starts |= {start for letter in ascii_lowercase for start in _going_on(found, text + letter)}
    shortest = [start for start in sorted(starts) if not any(start != other and start.startswith(other) for other in starts)]
    return tuple(before), tuple(shortest)


def _going_on(found: list[str], text: str) -> set[str]:
    """What the last word of `text` folds to where the word goes on; nothing if that parts it into words otherwise."""
    more = "a" if found[-1].endswith("o") else "o"  # a letter twice is folded to one
    *before, last = exacts(text + more)
    return {last[:-1]} if before == found[:-1] and last.endswith(more) else set()


def words(node: Node, *, negated: bool = False) -> Iterator[Leaf]:
    """The words that an article can be found by; with `negated` those under a NOT too."""
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from words(part, negated=negated)
    elif isinstance(node, Not):
        if negated:
            yield from words(node.part, negated=True)
    elif isinstance(node, Word | Phrase | Exact | Prefix):
        yield node


def values(node: Node, name: str) -> tuple[str, ...]:
    """What a query asks of a field (`entity`, `topic` …), each value once; not what stands under a NOT."""
    match node:
        case Field(field, value) if field == name:
            return (value,)
        case And(parts) | Or(parts):
            return tuple(dict.fromkeys(value for part in parts for value in values(part, name)))
    return ()


def folded(name: str, value: str) -> str:
    """A field's value in the capitals in which the index holds it, where that is the same for all: `sr`, `Cyrl`."""
    main, dash, more = value.partition("-")
    return {"language": main.lower() + dash + more, "country": value.lower(), "script": value.capitalize()}.get(name, value)


def _bounded(text: str) -> None:
    if len(text) > LONGEST:
        raise QueryError(f"longer than {LONGEST} characters", LONGEST)
    depth = 0
    for position, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth > DEEPEST:
            raise QueryError(f"more than {DEEPEST} groups in each other", position)


@cache
def _parser() -> Any:
    from lark import Lark  # here: a tenth of a second that `--help` needn't wait for

    return Lark(GRAMMAR, parser="lalr", lexer="basic")


def _tree(text: str) -> Any:
    from lark import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    try:
        if mistake := advice(list(_parser().lex(text))):
            raise QueryError(*mistake)
        return _parser().parse(text)
    except UnexpectedCharacters as error:
        at = int(error.pos_in_stream or 0)
        raise QueryError(unreadable(text[at : at + 2]), at) from error
    except (UnexpectedToken, UnexpectedEOF) as error:
        raise QueryError(*unexpected(text, getattr(error, "token", None))) from error


def _node(tree: Any, field: Any, zone: tzinfo) -> Node | None:
    """The node of a parse tree inside `field:(…)`; None for what holds no word, such as a dash on its own."""
    if tree.data == "everything":
        return All()
    if tree.data == "clause":
        *own, token = tree.children
        return _clause(_field(own, field), token, zone)
    if tree.data == "group":
        *own, inside = tree.children
        return _node(inside, _field(own, field), zone)
    if tree.data == "none_of":
        inner = _node(tree.children[1], field, zone)
        return Not(inner) if inner is not None else None
    below = (child for child in tree.children if hasattr(child, "data"))  # the others are the operators
    parts = tuple(part for child in below if (part := _node(child, field, zone)) is not None)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Or(parts) if tree.data == "any_of" else And(parts)


def _field(own: list[Any], around: Any) -> Any:
    """The field that holds here, as the token that names it."""
    if not own:
        return around
    if around is not None:
        raise QueryError(f"{own[0]} can't stand inside {around}(…)", own[0].start_pos)
    if own[0][:-1] not in FIELDS:
        known = ", ".join(f"{field}:" for field in FIELDS)
        raise QueryError(f"{own[0]} is no field; the fields are {known}; put text with a colon in quotes", own[0].start_pos)
    return own[0]


def _clause(field: Any, token: Any, zone: tzinfo) -> Node | None:
    text, name = str(token), str(field)[:-1] if field is not None else None
    if name is None and text[:-1] in FIELDS and text.endswith(":"):
        raise QueryError(f"{text} wants its word right behind it, without a blank", token.start_pos)
    if name in VALUE_FIELDS:
        if not (value := text.strip('="')):
            raise QueryError(f"{field} wants a value", token.start_pos)
        if value.endswith("*"):
            raise QueryError(f"{field} is met as a whole, {one_line(value, 40)!r} isn't", token.start_pos)
        return Field(str(name), folded(str(name), value))
    if name in DATE_FIELDS:
        try:
            return Range(str(name), *period(text.strip('"'), zone))
        except NotADate as error:
            raise QueryError(f"{field} {one_line(str(error), 200)}", token.start_pos) from error
    bare = text.strip('="*')
    if not exacts(bare):
        return None
    if text.startswith("="):
        return Exact(bare, name)
    if text.startswith('"'):
        return Phrase(bare, name)
    return Prefix(bare, name) if text.endswith("*") else Word(bare, name)
