"""A query's tree as text again, for whoever is told about one of its parts."""

import re

from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, Range, Word

_PLAIN = re.compile(r"[\w.:/-]+")


def written(node: Node) -> str:
    """The query that reads as this tree; a time is written out in full."""
    match node:
        case All():
            return "*"
        case Word(text, field):
            return _in(field, text)
        case Phrase(text, field):
            return _in(field, f'"{text}"')
        case Exact(text, field):
            return _in(field, f'="{text}"')
        case Prefix(text, field):
            return _in(field, f"{text}*")
        case Field(name, value):
            return f"{name}:{value}" if _PLAIN.fullmatch(value) else f'{name}:"{value}"'
        case Range(name, since, until):
            bounds = [f"{name}:>={since.isoformat()}"] if since else []
            return " AND ".join([*bounds, *([f"{name}:<{until.isoformat()}"] if until else [])]) or "*"
        case And(parts):
            return " AND ".join(_inside(part) for part in parts)
        case Or(parts):
            return " OR ".join(_inside(part) for part in parts)
        case Not(part):
            return f"NOT {_inside(part)}"
    raise TypeError(f"{node!r} is no query")


def _in(field: str | None, text: str) -> str:
    return f"{field}:{text}" if field else text


def _inside(node: Node) -> str:
    two = isinstance(node, Range) and node.since is not None and node.until is not None
    return f"({written(node)})" if two or isinstance(node, And | Or) else written(node)
