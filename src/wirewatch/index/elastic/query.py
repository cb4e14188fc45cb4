"""A query's tree and a search's filters as an Elasticsearch query.

Words are folded here, by the same chain, and asked for as they stand in the index: what meets a query never depends on
where it was analysed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from wirewatch.analysis.chain import exacts, stems
from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, Range, Word, beginnings
from wirewatch.errors import UserError
from wirewatch.index.document import micros, rfc3339, tag_field, text_field
from wirewatch.index.favour import ABOUT, AS_TYPED, PAIR, TAGGED, TITLE, Run, as_typed, pairs
from wirewatch.index.parts import BESIDE, Asked
from wirewatch.index.port import Search

Query = dict[str, Any]
DEEPEST = 26  # queries in each other: a server takes 30 (indices.query.bool.max_nested_depth), and we wrap twice
MOST_RANKED = 500  # alternatives beyond that are met, and not ranked: a server bounds the clauses of a query by its memory
NOTHING: Query = {"match_none": {}}

_TEXTS = {"title": "title", "body": "body", "author": "authors.text"}


def build(node: Node, ask: Search) -> Query:
    """What meets `node` and every filter of `ask`. Raises UserError for a tree that is too deep or has an unknown field."""
    met = _query(_flat(node, 0), 0) or NOTHING
    return {"bool": {"must": [met], "filter": list(filters(ask))}}


def ranked(node: Node, ask: Search) -> Query:
    """As `build`, with what makes one article better than another; it meets the same."""
    better = [_unless_apart(run) for run in pairs(node)] + [_if_typed_so(run) for run in as_typed(node)]
    return {"bool": {**build(node, ask)["bool"], "should": better}}


def part(each: Asked) -> Query | None:
    """One part of `ranked`, as it stands there."""
    if isinstance(each.asked, Run):
        return _unless_apart(each.asked) if each.name == BESIDE else _if_typed_so(each.asked)
    return _alternative(each.asked, 0)


def filters(ask: Search) -> Iterator[Query]:
    """What `ask` wants beside the words."""
    if ask.since is not None or ask.until is not None:
        bounds = {"gte": micros(ask.since) if ask.since else None, "lte": micros(ask.until) if ask.until else None}
        yield {"range": {"shown_at": {key: value for key, value in bounds.items() if value is not None}}}
    if ask.rules_below is not None:
        yield {"range": {"rules": {"lt": ask.rules_below}}}
    for name, values in ask.tags():
        yield _tagged(name, values)


def _flat(node: Node, depth: int) -> Node:
    """The same question with less nesting: groups of one kind joined, and what asks nothing left out."""
    if depth > 100:
        raise UserError("the query is nested too deeply")
    match node:
        case Not(Not(inner)):
            return _flat(inner, depth + 2)
        case Not(inner):
            return Not(_flat(inner, depth + 1))
        case And(parts) | Or(parts):
            kind = type(node)
            flat: list[Node] = []
            for part in (_flat(part, depth + 1) for part in parts):
                flat.extend(part.parts if isinstance(part, kind) else (part,))
            if kind is And:
                flat = [part for part in flat if not isinstance(part, All)] or [All()]
            return flat[0] if len(flat) == 1 else kind(tuple(flat))
    return node


def _query(node: Node, depth: int) -> Query | None:
    """None asks nothing: words that have no token, such as `—`, are no condition."""
    if depth > DEEPEST:
        raise UserError("the query is nested too deeply")
    match node:
        case All():
            return {"match_all": {"boost": 0.0}}
        case Word(text, field) | Phrase(text, field):
            return _side_by_side(stems(text), field)
        case Exact(text, field):
            return _side_by_side(exacts(text), field, exact=True)
        case Prefix(text, field):
            return _prefix(*beginnings(text), field)
        case Field(name, value):
            return {"constant_score": {"filter": _tagged(name, (value,)), "boost": 0.0}}
        case Range():
            return {"constant_score": {"filter": _during(node), "boost": 0.0}}
        case And(parts):
            return _all_of(parts, depth + 1)
        case Or(parts):
            return _any_of(parts, depth + 1)
        case Not():
            return _all_of((node,), depth + 1)
    raise TypeError(f"{node!r} is no query")


def _all_of(parts: Sequence[Node], depth: int) -> Query | None:
    asked: dict[str, list[Query]] = {"must": [], "must_not": []}
    for part in parts:
        kind, inner = ("must_not", part.part) if isinstance(part, Not) else ("must", part)
        if (query := _query(inner, depth)) is not None:
            asked[kind].append(query)
    if not asked["must"] and not asked["must_not"]:
        return None
    if not asked["must"]:  # exclusions alone meet nothing
        asked["must"].append({"match_all": {"boost": 0.0}})
    return {"bool": asked}


def _any_of(parts: Sequence[Node], depth: int) -> Query | None:
    many = [part for part in parts if isinstance(part, Word) and len(stems(part.text)) == 1]
    if len(many) > MOST_RANKED:
        rest = [part for part in parts if not (isinstance(part, Word) and len(stems(part.text)) == 1)]
        asked = [_among(field, [part for part in many if part.field == field]) for field in {part.field for part in many}]
    else:
        rest, asked = list(parts), []
    asked += [query for part in rest if (query := _alternative(part, depth)) is not None]
    return {"bool": {"should": asked, "minimum_should_match": 1}} if asked else None


def _alternative(node: Node, depth: int) -> Query | None:
    if isinstance(node, Field) and node.name in ABOUT:
        return {"constant_score": {"filter": _tagged(node.name, (node.value,)), "boost": TAGGED}}
    return _query(node, depth)


def _unless_apart(run: Run) -> Query:
    phrase = {"query": " ".join(run.tokens), "analyzer": "whitespace"}
    return {"bool": {"must": [_in_text(run.field, lambda name: {"match_phrase": {name: phrase}})], "boost": PAIR}}


def _if_typed_so(run: Run) -> Query:
    here = [{"term": {f"{name}.exact": {"value": run.tokens[0]}}} for name in run.fields]
    return {"constant_score": {"filter": {"bool": {"should": here}}, "boost": AS_TYPED}}


def _among(field: str | None, some: Sequence[Word]) -> Query:
    found = sorted({stems(word.text)[0] for word in some})
    return _in_text(field, lambda name: {"terms": {name: found, "boost": 0.0}})


def _side_by_side(found: Sequence[str], field: str | None, *, exact: bool = False) -> Query | None:
    if not found:
        return None
    at = _exact if exact else str
    if len(found) == 1:
        return _in_text(field, lambda name: {"term": {at(name): {"value": found[0]}}})
    phrase = {"query": " ".join(found), "analyzer": "whitespace"}
    return _in_text(field, lambda name: {"match_phrase": {at(name): phrase}})


def _prefix(before: Sequence[str], starts: Sequence[str], field: str | None) -> Query | None:
    """The last word as a beginning. Not by match_phrase_prefix: that stops at 50 words, silently."""
    if not starts:
        return None

    def begun(name: str) -> Query:
        exact = _exact(name)
        some: list[Query] = [{"prefix": {exact: {"value": start}}} for start in starts]
        if before:
            spans: list[Query] = [{"span_multi": {"match": each}} for each in some]
            last = spans[0] if len(spans) == 1 else {"span_or": {"clauses": spans}}
            clauses = [*({"span_term": {exact: word}} for word in before), last]
            run = {"span_near": {"clauses": clauses, "slop": 0, "in_order": True}}
            return {"constant_score": {"filter": run, "boost": 1.0}}  # as one word's beginning scores
        return some[0] if len(some) == 1 else {"dis_max": {"queries": some}}

    return _in_text(field, begun)


def _exact(name: str) -> str:
    """The field beside it that holds the words as they stand."""
    return f"{name.removesuffix('.text')}.exact"


def _during(asked: Range) -> Query:
    bounds: dict[str, Any] = {}
    if asked.name == "published":  # as `--since`: to the microsecond, which `published_at` isn't
        bounds |= {"gte": micros(asked.since)} if asked.since else {}
        return {"range": {"shown_at": bounds | ({"lt": micros(asked.until)} if asked.until else {})}}
    bounds |= {"gte": rfc3339(asked.since)} if asked.since else {}
    return {"range": {"first_seen_at": bounds | ({"lt": rfc3339(asked.until)} if asked.until else {})}}


def _in_text(field: str | None, query: Callable[[str], Query]) -> Query:
    """In title or body, whichever is better; with `field`, in that one alone."""
    if field is None:
        title = {"bool": {"must": [query("title")], "boost": TITLE}}
        return {"dis_max": {"queries": [title, query("body")]}}
    return query(text_field(field, _TEXTS))


def _tagged(name: str, values: Sequence[str]) -> Query:
    """One of `values`, as it stands."""
    field, some = tag_field(name, values)
    return {"terms": {field: some}}
