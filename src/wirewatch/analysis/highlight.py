"""The words that met a query, marked as they stand in the text, and the sentences that hold them."""

import re
from collections.abc import Iterator, Sequence

from wirewatch.analysis.chain import Token, both, forms, tokens
from wirewatch.analysis.query import Exact, Leaf, Node, Prefix, beginnings, words

LONGEST = 300  # characters of a sentence that is shown
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？]+[\"'”“»)\]]*\s*|[^.!?。！？\n]+\n*|\n+")
_MARKS = str.maketrans({"<": "‹", ">": "›"})
_FOREIGN_MARK = re.compile(r"</?em>")

Span = tuple[int, int]
Forms = tuple[str, ...]


def highlight(text: str, node: Node, *, field: str = "body") -> str | None:
    """`text` with the words that meet the query between marks, touching ones together; None if none does.

    Marks that the text holds itself are made unlike ours, so that nobody takes them for one.
    """
    asked = [(leaf, *forms(leaf.text)) for leaf in words(node) if leaf.field in (None, field)]
    if not any(_has(leaf, stem, exact, *forms(text)) for leaf, stem, exact in asked):
        return None
    text = _FOREIGN_MARK.sub(lambda found: found[0].translate(_MARKS), text)
    spans = list(_spans(text, node, field))
    return _mark(text, spans) if spans else None


def sentences(title: str, body: str, node: Node, limit: int = 3) -> tuple[str, ...]:
    """The sentences that meet most of the query's words, marked, the title first if it meets one; at most `limit`."""
    marked = [line for line in [highlight(title, node, field="title")] if line]
    body = _FOREIGN_MARK.sub(lambda found: found[0].translate(_MARKS), body)
    leaves = [leaf for leaf in words(node) if leaf.field in (None, "body")]
    wanted = max(0, limit - len(marked))
    for start, end in _best(body, leaves, wanted) if wanted else ():
        line = body[start:end]
        marked.append(_mark(line, list(_spans(line, node, "body"))).strip())
    return tuple(_cut(line) for line in marked)


def mark(line: str, spans: Sequence[Span]) -> str:
    """`line` with these spans, in order and apart from each other, between marks; cut as a sentence is."""
    line = _FOREIGN_MARK.sub(lambda found: found[0].translate(_MARKS), line)
    return _cut(_mark(line, spans).strip()) if spans else line.strip()[:LONGEST]


def _best(body: str, leaves: Sequence[Leaf], limit: int) -> list[Span]:
    """The sentences that meet most of the words, in the text's order.

    Sentence by sentence without looking where its words stand: 20 bodies in 3 ms instead of 20. A phrase that goes over a
    sentence's end is met in none: then the sentence is the whole body.
    """
    asked = [(leaf, *forms(leaf.text)) for leaf in leaves]
    found = []
    for sentence in _SENTENCE.finditer(body):
        stems, exacts = forms(sentence[0])
        if met := sum(_has(leaf, stem, exact, stems, exacts) for leaf, stem, exact in asked):
            found.append((-met, *sentence.span()))
            if sum(-each == len(asked) for each, _, _ in found) >= limit:  # none that comes after is better
                break
    if not found and any(_has(leaf, stem, exact, *forms(body)) for leaf, stem, exact in asked):
        return [(0, len(body))]
    return sorted((start, end) for _, start, end in sorted(found)[:limit])


def _has(leaf: Leaf, stem: Forms, exact: Forms, stems: Forms, exacts: Forms) -> bool:
    if isinstance(leaf, Prefix):
        return next(_begun(leaf, exacts), None) is not None
    asked, have = (exact, exacts) if isinstance(leaf, Exact) else (stem, stems)
    if not asked or asked[0] not in have:
        return False
    size = len(asked)
    return size == 1 or any(have[n : n + size] == asked for n in range(len(have) - size + 1))


def _spans(text: str, node: Node, field: str) -> Iterator[Span]:
    """Where the query's words are met, in order, touching and overlapping ones merged."""
    found = tokens(text)
    met = sorted(span for leaf in words(node) if leaf.field in (None, field) for span in _met(found, leaf))
    start = end = -1
    for a, b in met:
        if start >= 0 and a <= end:
            end = max(end, b)
            continue
        if start >= 0:
            yield start, end
        start, end = a, b
    if start >= 0:
        yield start, end


def _met(found: Sequence[Token], leaf: Leaf) -> Iterator[Span]:
    if isinstance(leaf, Prefix):
        for first, last in _begun(leaf, [token.exact for token in found]):
            yield from ((token.start, token.end) for token in found[first : last + 1])
        return
    stems, exacts = both(leaf.text)
    asked = list(exacts if isinstance(leaf, Exact) else stems)
    have = [token.exact if isinstance(leaf, Exact) else token.text for token in found]
    size = len(asked)
    for n in range(len(have) - size + 1):
        if have[n : n + size] == asked:
            yield from ((token.start, token.end) for token in found[n : n + size])


def _begun(leaf: Prefix, exacts: Sequence[str]) -> Iterator[Span]:
    """First and last place of each run of words that a prefix is met by."""
    before, starts = beginnings(leaf.text)
    size = len(before)
    for last in range(size, len(exacts)):
        if exacts[last].startswith(starts) and tuple(exacts[last - size : last]) == before:
            yield last - size, last


def _mark(text: str, spans: Sequence[Span]) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], "<em>", text[start:end], "</em>"]
        at = end
    return "".join([*parts, text[at:]])


def _cut(line: str) -> str:
    """A long sentence around its first mark, with ellipses; marks stay whole."""
    bare = len(line) - line.count("<em>") * 9
    if bare <= LONGEST:
        return line
    first = line.index("<em>")
    start = max(0, first - LONGEST // 3)
    piece = line[start : start + LONGEST + line[start : start + LONGEST].count("<em>") * 9]
    if piece.rfind("<em>") > piece.rfind("</em>"):
        piece = piece[: piece.rfind("<em>")]
    piece = re.sub(r"<(/(e(m)?)?)?(e(m)?)?$", "", piece)
    return ("…" if start else "") + piece.strip() + ("…" if start + len(piece) < len(line) else "")
