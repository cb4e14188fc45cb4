"""What tantivy was asked, to be read, and what each part of it gave each article."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tantivy import Query, Searcher

from wirewatch.analysis.query import Node
from wirewatch.index.embedded.query import among, part
from wirewatch.index.embedded.rank import id_of
from wirewatch.index.embedded.schema import FIELDS
from wirewatch.index.favour import freshness
from wirewatch.index.parts import Asked, asked, told
from wirewatch.index.port import Hit

_TERM = re.compile(r'(?:\(\d+, )?Term\(field=(\d+), type=\w+, ("(?:[^"\\]|\\.)*"|[^()]*)\)\)?')
_FIELD = re.compile(r"\bField\((\d+)\)")
_PLAINER = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"TermQuery\(([^()]*)\)", r"\1"),
        (r"PhraseQuery { field: \w+, phrase_terms: \[([^\]]*)\], slop: 0 }", r"phrase(\1)"),
        (r"FuzzyTermQuery { term: ([^,]*), [^}]*}", r"\1*"),
        (r"RegexPhraseQuery { field: (\w+), phrase_terms: (\[.*?\]), slop: 0, max_[^}]*}", r"\1:phrase\2"),
        (r"RangeQuery { bounds: BoundsRange { lower_bound: (.*?), upper_bound: (.*?) } }", r"\1 to \2"),
        (r"TermSetQuery { terms_map: {\w+: \[([^\]]*)\]} }", r"\1"),
        (r"Boost\(query=([^{}()]*|phrase\([^()]*\)), boost=([\d.]+)\)", r"\1^\2"),
        (r", minimum_number_should_match: \d+ }|, tie_breaker: 0\.0 }", ""),
        (r"BooleanQuery { subqueries: ", ""),
        (r"DisjunctionMaxQuery { disjuncts: ", "best of "),
        (r"\(Must, ", "(+ "),
        (r"\(MustNot, ", "(- "),
        (r"\(Should, ", "(? "),
        (r"Const\(score=([\d.]+), query=", r"(scores \1: "),
    )
)


def readable(query: Query) -> str:
    """The query as tantivy tells it, fields by their names: + all of these, ? any of these, - none of these."""
    text = _TERM.sub(_named, repr(query)[len("Query(") : -1])
    text = _FIELD.sub(lambda found: FIELDS[int(found[1])], text)
    for pattern, plain in _PLAINER:
        text = pattern.sub(plain, text)
    return text


def _named(found: re.Match[str]) -> str:
    end = ")" if found[0].endswith("))") and not found[0].startswith("(") else ""
    return f"{FIELDS[int(found[1])]}:{found[2]}{end}"


def explained(searcher: Searcher, hits: Sequence[Hit], node: Node) -> tuple[Hit, ...]:
    """The hits with their parts and freshness."""
    groups, ids, now = asked(node), [hit.article.id for hit in hits], datetime.now(UTC)
    scores = {each: _scores(searcher, each, ids) for group in groups for each in group} if ids else {}
    return tuple(
        replace(
            hit,
            parts=told(groups, lambda each, of=hit.article.id: scores[each].get(of, 0.0)),  # type: ignore[misc]
            freshness=freshness(now - hit.article.shown_at),
        )
        for hit in hits
    )


def _scores(searcher: Searcher, each: Asked, ids: Sequence[str]) -> dict[str, float]:
    if (query := part(each)) is None:
        return {}
    found = searcher.search(among(query, ids), len(ids), count=False).hits
    return {id_of(searcher, address): score for score, address in found}
