"""A score taken apart: what words, their neighbours, the form as typed and tags give an article, in every home alike.

A home asks for each part by itself, with the query that it puts into the whole: what is told adds up to what was counted.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from wirewatch.analysis.query import And, Exact, Field, Leaf, Node, Or, Prefix, words
from wirewatch.index.favour import ABOUT, TEXTS, TITLE, Run, as_typed, pairs
from wirewatch.index.port import Part

BESIDE, TYPED, TAG = "side by side", "as typed", "tag"


class Asked(NamedTuple):
    """One part of a query."""

    name: str  # title, body, author, or one of the three above
    text: str
    asked: Leaf | Field | Run
    weight: float = 1.0  # of what the home gives for it


def asked(node: Node) -> list[tuple[Asked, ...]]:
    """All that adds to a score; of each group the best alone counts."""
    groups = [_of_leaf(leaf) for leaf in words(node)]
    groups += [(Asked(TAG, f"{tag.name}:{tag.value}", tag),) for tag in _tags(node)]
    groups += [(Asked(BESIDE, " ".join(run.tokens), run),) for run in pairs(node)]
    return groups + [(Asked(TYPED, run.tokens[0], run),) for run in as_typed(node)]


def told(groups: list[tuple[Asked, ...]], score: Callable[[Asked], float]) -> tuple[Part, ...]:
    """What each group gave an article, those that gave something."""
    found = []
    for group in groups:
        best = max(group, key=lambda each: each.weight * score(each))
        if given := best.weight * score(best):
            found.append(Part(name=best.name, text=best.text, score=given))
    return tuple(found)


def _of_leaf(leaf: Leaf) -> tuple[Asked, ...]:
    text = f'="{leaf.text}"' if isinstance(leaf, Exact) else f"{leaf.text}*" if isinstance(leaf, Prefix) else leaf.text
    if leaf.field:
        return (Asked(leaf.field, text, leaf),)
    return tuple(Asked(field, text, replace(leaf, field=field), TITLE if field == "title" else 1.0) for field in TEXTS)


def _tags(node: Node) -> Iterator[Field]:
    """Tags that are an alternative to something else: the others are conditions."""
    if isinstance(node, Or):
        yield from (part for part in node.parts if isinstance(part, Field) and part.name in ABOUT)
    if isinstance(node, And | Or):
        for part in node.parts:
            yield from _tags(part)
