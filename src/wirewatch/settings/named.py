"""What queries and topics name: an entity or topic that no file has is never met, and a watch on it never tells."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from wirewatch.analysis.chain import exacts
from wirewatch.analysis.query import And, Field, Node, Not, Or
from wirewatch.settings.kinds import instead

ENTITY = "entity:"
Known = Mapping[str, Collection[str]]  # the ids there are, by kind: entity, topic
_FILES = {"entity": "entities.yaml", "topic": "topics.yaml"}
_LANGUAGE = re.compile("[a-z]{2,3}")


def in_query(node: Node, known: Known) -> Iterator[str]:
    """What is wrong with the tags of a query, a line each; with what stands under a NOT too."""
    match node:
        case Field(("entity" | "topic") as kind, value) if value not in known[kind]:
            yield f"{kind}:{value} {missing(value, known[kind], _FILES[kind])}"
        case Field("language", value) if not _LANGUAGE.fullmatch(value):
            yield f"language:{value} is none that articles have; {instead(value)}"
        case And(parts) | Or(parts):
            for part in parts:
                yield from in_query(part, known)
        case Not(part):
            yield from in_query(part, known)


def in_term(term: str, known: Known) -> str | None:
    """What is wrong with a term of a topic."""
    if not term.startswith(ENTITY):
        return None if exacts(term) else f"{term!r} has no word: it is never met"
    id_ = term.removeprefix(ENTITY)
    return None if id_ in known["entity"] else f"{term!r} {missing(id_, known['entity'], _FILES['entity'])}"


def missing(name: str, known: Collection[str], where: str) -> str:
    """`is not in entities.yaml`, and what was probably meant."""
    return f"is not in {where}{meant(name, {each: each for each in known})}"


def meant(name: str, known: Mapping[str, str]) -> str:
    """`; did you mean …?` with what the nearest of the known names stands for; "" where none is near."""
    near = get_close_matches(name, known, 1, 0.7)
    return f"; did you mean {known[near[0]]!r}?" if near else ""
