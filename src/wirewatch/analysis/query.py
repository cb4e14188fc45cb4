"""The search language, text to tree: one parser for search, watches and every home of the index.

Kim Putin            both words (AND is meant where no operator stands)
AND OR NOT           operators, in capitals only; NOT binds first, then AND, then OR; (groups)
"Severna Koreja"     side by side, in any inflection;  ="Северне Кореје"  as they stand
Putin*               words that begin so
title:Kim body:Kim   only there;  entity:ID  topic:ID  language:sr  source:"N1"
*                    every article
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from wirewatch.analysis.chain import exacts
from wirewatch.errors import UserError
from wirewatch.safe import one_line

LONGEST = 4000  # characters of a query
DEEPEST = 50  # groups in each other: the index's own parser dies at about 1,000 (embedded index study, 2026-11)
MOST_WORDS = 200
TEXT_FIELDS = ("title", "body")
VALUE_FIELDS = ("entity", "topic", "language", "source")

GRAMMAR = r"""
    ?start: any
    ?any: all (OR all)*              -> any_of
    ?all: one (AND? one)*            -> all_of
    ?one: NOT one                    -> none_of
        | "(" any ")"
        | STAR                       -> everything
        | FIELD? TEXT                -> clause

    AND.4: /AND(?=[\s()"]|$)/
    OR.4: /OR(?=[\s()"]|$)/
    NOT.4: /NOT(?=[\s()"]|$)/
    FIELD.3: /[A-Za-z_]+:(?=[^\s()])/
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
    """An article's entity, topic, language or source."""

    name: str
    value: str


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
Node = All | Leaf | Field | And | Or | Not


def parse(text: str) -> Node:
    """The tree of a query. Raises QueryError, whose line says what is wrong and where."""
    _bounded(text)
    tree = _tree(text)
    node = _node(tree)
    if node is None:
        raise QueryError(f"{one_line(text, 80)!r} holds no word to search for; * meets every article", 0)
    if sum(1 for _ in words(node, negated=True)) > MOST_WORDS:
        raise QueryError(f"more than {MOST_WORDS} words", 0)
    return node


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
        return _parser().parse(text)
    except UnexpectedCharacters as error:
        at = int(error.pos_in_stream or 0)
        raise QueryError('a " that is never closed' if text[at] == '"' else f"{text[at]!r} can't stand here", at) from error
    except (UnexpectedToken, UnexpectedEOF) as error:
        raise _unexpected(text, getattr(error, "token", None)) from error


def _unexpected(text: str, token: Any) -> QueryError:
    if token is None or token.type == "$END":
        if not text.strip():
            return QueryError("the query is empty; * meets every article", 0)
        end = len(text.rstrip())
        last = text.split()[-1].lstrip("(")
        if last in ("AND", "OR", "NOT"):
            return QueryError(f'nothing follows {last}; write "{last.lower()}" in small letters to mean the word', end)
        return QueryError("a ( that is never closed" if text.count("(") > text.count(")") else "the query breaks off", end)
    if token.type == "RPAR":
        return QueryError("a ) without its (, or an empty group", token.start_pos)
    if token in ("AND", "OR"):
        return QueryError(
            f'nothing stands before {token}; write "{token.lower()}" in small letters to mean the word', token.start_pos
        )
    return QueryError(f"{one_line(str(token), 40)!r} can't stand here", token.start_pos)


def _node(tree: Any) -> Node | None:
    """The node of a parse tree; None for what holds no word, such as a dash on its own."""
    if tree.data == "everything":
        return All()
    if tree.data == "clause":
        return _clause(tree.children)
    if tree.data == "none_of":
        inner = _node(tree.children[1])
        return Not(inner) if inner is not None else None
    below = (child for child in tree.children if hasattr(child, "data"))  # the others are the operators
    parts = tuple(part for child in below if (part := _node(child)) is not None)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Or(parts) if tree.data == "any_of" else And(parts)


def _clause(children: list[Any]) -> Node | None:
    *prefix, token = children
    name = str(prefix[0])[:-1] if prefix else None
    if name is not None and name not in TEXT_FIELDS + VALUE_FIELDS:
        known = ", ".join(f"{field}:" for field in TEXT_FIELDS + VALUE_FIELDS)
        raise QueryError(f"{name}: is no field; the fields are {known}; put text with a colon in quotes", prefix[0].start_pos)
    text = str(token)
    if name in VALUE_FIELDS:
        return Field(str(name), text.strip('="'))
    bare = text.strip('="*')
    if not exacts(bare):
        return None
    if text.startswith("="):
        return Exact(bare, name)
    if text.startswith('"'):
        return Phrase(bare, name)
    return Prefix(bare, name) if text.endswith("*") else Word(bare, name)
