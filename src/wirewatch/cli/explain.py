"""`search --explain`: how a query was read, what the index was asked, and why each result stands where it does."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.analysis.query import Node
    from wirewatch.enrich.asking import Also
    from wirewatch.index.port import Answer, Hit

NAMES = {"all": "all of", "any": "any of", "not": "none of"}


def query(typed: "Node", also: "Sequence[Also]", answer: "Answer") -> dict[str, Any]:
    """How the query was read: its words as typed and as folded, its tree, the entities searched too, and what was asked."""
    return {
        "words": list(folded(typed)),
        "tree": tree(typed),
        "also_searched": [{"entity": each.id, "names": list(each.names)} for each in also],
        "asked": answer.asked,
    }


def folded(typed: "Node") -> Iterator[dict[str, str]]:
    """The query's words: as typed, as searched, and folded with their endings."""
    from wirewatch.analysis.chain import tokens
    from wirewatch.analysis.query import Exact, Prefix, words

    for leaf in words(typed, negated=True):
        for token in tokens(leaf.text):
            as_it_stands = isinstance(leaf, Exact | Prefix)
            searched = token.exact if as_it_stands else token.text
            yield {"typed": leaf.text[token.start : token.end], "searched": searched, "exact": token.exact}


def tree(node: "Node") -> dict[str, Any]:
    """The query's tree as JSON types: each node under its kind."""
    from dataclasses import fields

    from wirewatch.analysis.query import All, And, Field, Not, Or, Range

    match node:
        case All():
            return {"everything": True}
        case And(parts):
            return {"all": [tree(part) for part in parts]}
        case Or(parts):
            return {"any": [tree(part) for part in parts]}
        case Not(inner):
            return {"not": [tree(inner)]}
        case Field(name, value):
            return {name: value}
        case Range(name, since, until):
            return {name: {"since": since, "until": until}}
        case _:
            values = {part.name: getattr(node, part.name) for part in fields(node)}
            return {type(node).__name__.lower(): values["text"]} | ({"in": values["field"]} if values["field"] else {})


def why(hit: "Hit") -> dict[str, Any]:
    """Why a result stands where it does: its score is the sum of the parts, times freshness."""
    parts = [{"part": part.name, "text": part.text, "score": round(part.score, 4)} for part in hit.parts]
    return {"parts": parts, "freshness": round(hit.freshness, 4)}


def print_query(read: dict[str, Any]) -> None:
    """Show how the query was read."""
    from wirewatch.safe import one_line

    show.out("words")
    for word in read["words"]:
        ending = f" (with its ending: {word['exact']})" if word["exact"] != word["searched"] else ""
        show.out("  " + one_line(f"{word['typed']} → {word['searched']}{ending}"))
    show.out("query")
    for line in _lines(read["tree"], "  "):
        show.out(line)
    for also in read["also_searched"]:
        show.out(one_line(f"also searched: {also['entity']}, as {', '.join(also['names'])}", 1000))
    show.out("asked")
    for line in read["asked"].splitlines():
        show.out("  " + " " * (len(line) - len(line.lstrip())) + one_line(line))
    show.out()


def _lines(node: dict[str, Any], indent: str) -> Iterator[str]:
    from wirewatch.safe import one_line

    for kind, value in node.items():
        if kind in NAMES:
            yield f"{indent}{NAMES[kind]}"
            for part in value:
                yield from _lines(part, indent + "  ")
        elif isinstance(value, dict):
            yield f"{indent}{kind} from {value['since'] or 'ever'} to {value['until'] or 'ever'}"
        else:
            yield indent + one_line(kind if value is True else f"{kind} {value}")


def score_line(hit: "Hit", place: int) -> str:
    """A result's score and its parts on one line."""
    from wirewatch.safe import one_line

    if not hit.parts:
        return f"{place}. newest first"
    parts = " + ".join(f"{part.score:.2f} {part.name} {part.text}" for part in hit.parts)
    return one_line(f"{place}. {hit.score:.2f} = ({parts}) × {hit.freshness:.2f} freshness", 1000)


def reason_lines(hit: "Hit") -> Iterator[str]:
    """The sentences by which a result is on each of its topics."""
    from wirewatch.safe import one_line

    for topic, reason in zip(hit.article.topics, hit.article.topic_reasons, strict=False):
        yield one_line(f"on {topic}: {reason}", 1000)
