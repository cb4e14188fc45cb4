"""A query's tree and a search's filters as tantivy's query. The index and the batch in memory both ask by this."""

import re
from collections.abc import Callable, Iterator, Sequence

from tantivy import FieldType, Occur, Query

from wirewatch.analysis.chain import exacts, stems
from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, Range, Word, beginnings
from wirewatch.errors import UserError
from wirewatch.index.document import encodes, micros, tag_field, text_field
from wirewatch.index.embedded.schema import SCHEMA
from wirewatch.index.favour import ABOUT, AS_TYPED, PAIR, TAGGED, TITLE, Run, as_typed, pairs
from wirewatch.index.parts import BESIDE, Asked
from wirewatch.index.port import Search

DEPTH = 100  # tantivy recurses: at a depth of 1,000 the process ends without a word; the search language stops at 50

_TEXTS = {"title": "title", "body": "body", "author": "authors"}
_TIMES = {"published": "shown_at", "first_seen": "first_seen_at"}


def build(node: Node, ask: Search) -> Query:
    """What meets `node` and every filter of `ask`. Raises UserError for a tree that is too deep or has an unknown field."""
    met = _query(node, 0)
    if met is None:  # no word in it, only marks
        return Query.empty_query()
    narrow = [(Occur.Must, _unscored(each)) for each in _filters(ask)]
    return Query.boolean_query([(Occur.Must, met), *narrow]) if narrow else met


def ranked(node: Node, ask: Search) -> Query:
    """As `build`, with what makes one article better than another; it meets the same."""
    better = [_unless_apart(run) for run in pairs(node)] + [_if_typed_so(run) for run in as_typed(node)]
    return Query.boolean_query([(Occur.Must, build(node, ask)), *((Occur.Should, query) for query in better)])


def part(each: Asked) -> Query | None:
    """One part of `ranked`, as it stands there."""
    if isinstance(each.asked, Run):
        return _unless_apart(each.asked) if each.name == BESIDE else _if_typed_so(each.asked)
    return _alternative(each.asked, 0)


def among(query: Query, ids: Sequence[str]) -> Query:
    """`query`, of these articles."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, _unscored(ids_query(ids)))])


def ids_query(ids: Sequence[str]) -> Query:
    """The articles of these ids."""
    return Query.term_set_query(SCHEMA, "id", [each for each in ids if encodes(each)])


def between(query: Query, field: str, low: int | None, high: int | None) -> Query:
    """`query`, and `field` from `low` to `high`, both in, one of them given; for the order, not for the score."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, _unscored(_range(field, low, high)))])


def _query(node: Node, depth: int) -> Query | None:
    """None asks nothing: words that have no token, such as `—`, are no condition."""
    if depth > DEPTH:
        raise UserError("the query is nested too deeply")
    match node:
        case All():
            return _unscored(Query.all_query())
        case Word(text, field) | Phrase(text, field):
            return _side_by_side(stems(text), field, "")
        case Exact(text, field):
            return _side_by_side(exacts(text), field, "_exact")
        case Prefix(text, field):
            return _prefix(*beginnings(text), field)
        case Field(name, value):
            return _tagged(name, (value,))
        case Range(name, since, until):
            if since is None and until is None:
                return _unscored(Query.all_query())
            return _unscored(_range(_TIMES[name], micros(since) if since else None, micros(until) - 1 if until else None))
        case And(parts):
            return _all_of(parts, depth + 1)
        case Or(parts):
            asked = [query for part in parts if (query := _alternative(part, depth + 1)) is not None]
            return Query.boolean_query([(Occur.Should, query) for query in asked]) if asked else None
        case Not():
            return _all_of((node,), depth + 1)
    raise TypeError(f"{node!r} is no query")


def _alternative(node: Node, depth: int) -> Query | None:
    query = _query(node, depth)
    if isinstance(node, Field) and node.name in ABOUT and query is not None:
        return Query.const_score_query(query, TAGGED)
    return query


def _unless_apart(run: Run) -> Query:
    beside = _in_text(run.field, lambda name: Query.phrase_query(SCHEMA, name, list(run.tokens)))
    return Query.boost_query(beside, PAIR)


def _if_typed_so(run: Run) -> Query:
    here = [Query.term_query(SCHEMA, f"{name}_exact", run.tokens[0]) for name in run.fields]
    return Query.const_score_query(Query.boolean_query([(Occur.Should, query) for query in here]), AS_TYPED)


def _all_of(parts: Sequence[Node], depth: int) -> Query | None:
    clauses: list[tuple[Occur, Query]] = []
    for part in parts:
        occur, inner = (Occur.MustNot, part.part) if isinstance(part, Not) else (Occur.Must, part)
        if (query := _query(inner, depth)) is not None:
            clauses.append((occur, query))
    if not clauses:
        return None
    if all(occur == Occur.MustNot for occur, _ in clauses):  # exclusions alone meet nothing
        clauses.append((Occur.Must, _unscored(Query.all_query())))
    return Query.boolean_query(clauses)


def _side_by_side(found: Sequence[str], field: str | None, suffix: str) -> Query | None:
    """One word, or several side by side."""
    if not found:
        return None
    if len(found) == 1:  # a phrase of one word panics
        return _in_text(field, lambda name: Query.term_query(SCHEMA, name + suffix, found[0]))
    return _in_text(field, lambda name: Query.phrase_query(SCHEMA, name + suffix, list(found)))


def _prefix(before: Sequence[str], starts: Sequence[str], field: str | None) -> Query | None:
    """The last word as a beginning. Not by tantivy's phrase prefix: that stops at some 50 words, silently."""
    if not starts:
        return None
    if before:
        begins = f"(?:{'|'.join(re.escape(start) for start in starts)}).*"
        patterns: list[str | tuple[int, str]] = [*(re.escape(word) for word in before), begins]
        return _in_text(  # scores as one word's beginning does
            field, lambda name: Query.const_score_query(Query.regex_phrase_query(SCHEMA, f"{name}_exact", patterns), 1.0)
        )

    def begun(name: str) -> Query:
        some = [Query.fuzzy_term_query(SCHEMA, f"{name}_exact", start, distance=0, prefix=True) for start in starts]
        return some[0] if len(some) == 1 else Query.disjunction_max_query(some)

    return _in_text(field, begun)


def _in_text(field: str | None, query: Callable[[str], Query]) -> Query:
    """In title or body, whichever is better; with `field`, in that one alone."""
    if field is None:
        return Query.disjunction_max_query([Query.boost_query(query("title"), TITLE), query("body")])
    return query(text_field(field, _TEXTS))


def _tagged(name: str, values: Sequence[str]) -> Query:
    """One of `values`, as it stands."""
    field, some = tag_field(name, values)
    return _unscored(Query.term_set_query(SCHEMA, field, some))


def _filters(ask: Search) -> Iterator[Query]:
    if ask.since is not None or ask.until is not None:
        yield _range("shown_at", micros(ask.since) if ask.since else None, micros(ask.until) if ask.until else None)
    if ask.rules_below is not None:
        yield _range("rules", None, ask.rules_below - 1)
    for name, values in ask.tags():
        yield _tagged(name, values)


def _range(field: str, low: int | None, high: int | None) -> Query:
    kind = FieldType.Unsigned if field == "story_no" else FieldType.Integer
    return Query.range_query(SCHEMA, field, kind, low, high)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
