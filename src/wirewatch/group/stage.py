"""Group: articles that carry the same text, near enough, are tellings of one story.

An article joins the story of an equal text; else, within the window, the story whose text it is most like, if it has enough in
common with that story's first tellings; else it is a story of its own. Stories are never merged: what is a copy of texts of two
stories belongs to one, and links them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from wirewatch.group.compare import belongs, likeness
from wirewatch.group.sketch import RULES, Folded, Sketch, number_of, sketch, smallest, title_hash
from wirewatch.model import ArticleNo
from wirewatch.state import grouping, stories
from wirewatch.state.database import Database
from wirewatch.state.grouping import Kept, Known, Near
from wirewatch.state.leases import chunks
from wirewatch.state.stories import Told

TOGETHER = 50  # articles a transaction, some 50 ms
BRIEF = 100  # words: what stands alone on a source's pages under several titles may be a paywall's notice, and is no story
MEMBERS = 8  # of a story, that an article must have something in common with


@dataclass(frozen=True, slots=True)
class Text:
    """What is grouped by."""

    article: ArticleNo
    title: str
    folded: Folded


def assign(db: Database, texts: Sequence[Text], window: timedelta) -> dict[ArticleNo, Told]:
    """Give each article its story, in their order; one that has a story keeps it, whatever its text is now."""
    told: dict[ArticleNo, Told] = {}
    for some in chunks(texts, TOGETHER):
        with grouping.serialized(db) as conn:
            nos = [text.article for text in some]
            known = grouping.articles(conn, nos)
            for text in some:
                _assign(conn, text, known[text.article], window.days)
            told |= stories.known_in(conn, nos)
    return told


def _assign(conn: Connection, text: Text, known: Known, window: int) -> None:
    """Within the transaction: leave out what the source repeats, find the story, keep what later texts are compared with."""
    made, parts = text.folded.digest, text.folded.paragraphs
    if known.story is not None and known.digest == made:
        return
    salt = number_of(known.source, 64)
    keys = [part.key and part.key ^ salt for part in parts]
    seen = {key: list[ArticleNo]() for key in keys if key} | grouping.regulars(conn, [key for key in set(keys) if key])
    own = [part for part, key in zip(parts, keys, strict=True) if len(seen.get(key, ())) < grouping.REGULARS]
    drawn = sketch(own if any(part.words for part in own) else parts)
    title = title_hash(text.title) if drawn is None or len(drawn.words) < BRIEF else None
    if known.story is not None:
        _forget_text(conn, text.article, known.day)
    near = _near(conn, drawn, known.day, window)
    story = known.story or _join(conn, text, known, drawn, title, near.articles)
    if made:
        grouping.put_text(conn, text.article, story, known, made, title)
    if drawn:
        grouping.put_sketch(conn, Kept(text.article, story, drawn.words, drawn.numbers), known.day, RULES, near.hashes)
    grouping.note_paragraphs(conn, seen, story, known.day)


def _near(conn: Connection, drawn: Sketch | None, day: int, window: int) -> Near:
    if drawn is None:
        return Near([], [])
    return grouping.near(conn, smallest(drawn.words), day, window)


def _join(
    conn: Connection, text: Text, known: Known, drawn: Sketch | None, title: int | None, near: Sequence[ArticleNo]
) -> ArticleNo:
    """Give a new article its story, and record what it links."""
    story, others, made = None, list[ArticleNo](), text.folded.digest
    brief = None if title is None else (known.source, title)
    if made:
        story = grouping.same_text(conn, made, known.day, brief)
    if story is None and drawn is not None and near:
        story, others = _choose(conn, drawn, grouping.sketches(conn, near, RULES, brief))
    story = story or text.article
    grouping.give_story(conn, text.article, story)
    grouping.link(conn, text.article, story, others)
    return story


def _forget_text(conn: Connection, article: ArticleNo, day: int) -> None:
    if (words := grouping.words(conn, article)) is not None:
        grouping.drop_sketch(conn, article, day, smallest(words))


def _choose(conn: Connection, drawn: Sketch, near: Iterable[Kept]) -> tuple[ArticleNo | None, list[ArticleNo]]:
    """The story that the text joins, and the others that it has copies in."""
    best: dict[ArticleNo, tuple[float, ArticleNo]] = {}
    for kept in near:
        found = (-likeness(drawn, Sketch(kept.words, kept.numbers)), kept.article)
        if found[0]:
            best[kept.story] = min(best.get(kept.story, found), found)
    ranked = sorted(best, key=best.__getitem__)
    story = next((each for each in ranked if _fits(drawn, grouping.members(conn, each, RULES, MEMBERS))), None)
    return story, [each for each in ranked if each != story]


def _fits(drawn: Sketch, members: Iterable[Kept]) -> bool:
    return all(belongs(drawn, Sketch(each.words, each.numbers)) for each in members)
