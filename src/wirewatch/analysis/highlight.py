"""The words that met a query, marked as they stand in the text, and the sentences that hold them."""

import re
from collections.abc import Iterator, Sequence

from wirewatch.analysis.chain import Token, both, tokens
from wirewatch.analysis.query import Exact, Leaf, Node, Prefix, words

LONGEST = 300  # characters of a sentence that is shown
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？]+[\"'”“»)\]]*\s*|[^.!?。！？\n]+\n*|\n+")
_MARKS = str.maketrans({"<": "‹", ">": "›"})
_FOREIGN_MARK = re.compile(r"</?em>")

Span = tuple[int, int]


def highlight(text: str, node: Node, *, open: str = "<em>", close: str = "</em>", field: str = "body") -> str | None:
    """`text` with the words that meet the query between marks, touching ones together; None if none does.

    Marks that the text holds itself are made unlike ours, so that nobody takes them for one.
    """
    text = _FOREIGN_MARK.sub(lambda found: found[0].translate(_MARKS), text)
    spans = list(_spans(text, node, field))
    return _mark(text, spans, open, close) if spans else None


def sentences(title: str, body: str, node: Node, limit: int = 3) -> tuple[str, ...]:
    """The sentences that meet most of the query's words, marked, the title first if it meets one; at most `limit`."""
    marked = [line for line in [highlight(title, node, field="title")] if line]
    body = _FOREIGN_MARK.sub(lambda found: found[0].translate(_MARKS), body)
    spans = list(_spans(body, node, "body"))
    found = []
    for start, end in _sentences_with(body, spans):
        inside = [span for span in spans if start <= span[0] < end]
        distinct = {stem for a, b in inside for stem in both(body[a:b])[0]}
        found.append((-len(distinct), start, end, inside))
    best = sorted(sorted(found)[: max(0, limit - len(marked))], key=lambda row: row[1])
    for _, start, end, inside in best:
        line = _mark(body[start:end], [(a - start, min(b, end) - start) for a, b in inside], "<em>", "</em>")
        marked.append(line.strip())
    return tuple(_cut(line) for line in marked)


def _sentences_with(body: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The sentences that hold one of the spans' beginnings, in order."""
    left = iter([start for start, _ in spans])
    wanted = next(left, None)
    for found in _SENTENCE.finditer(body):
        if wanted is None:
            return
        if wanted < found.end():
            yield found.span()
            while wanted is not None and wanted < found.end():
                wanted = next(left, None)


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
    stems, exacts = both(leaf.text)
    if isinstance(leaf, Prefix):
        start = "".join(exacts[:1])
        yield from ((token.start, token.end) for token in found if token.exact.startswith(start))
        return
    asked = list(exacts if isinstance(leaf, Exact) else stems)
    have = [token.exact if isinstance(leaf, Exact) else token.text for token in found]
    size = len(asked)
    for n in range(len(have) - size + 1):
        if have[n : n + size] == asked:
            yield from ((token.start, token.end) for token in found[n : n + size])


def _mark(text: str, spans: Sequence[Span], open: str, close: str) -> str:
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], open, text[start:end], close]
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
