"""Queries of every shape over the press, and watches, for property tests."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.contract.index.articles import NOON, PRESS
from wirewatch.analysis.query import All, And, Exact, Field, Node, Not, Or, Phrase, Prefix, Range, Word
from wirewatch.model import Watch

TEXTS = sorted({word.strip(".,") for each in PRESS for word in f"{each.title} {each.body}".split()}) + ["—", "kim", "Путину", "K"]
PHRASES = [" ".join(each.body.split()[n : n + 2]) for each in PRESS for n in range(4)]
NAMES = ["Ана", "Anić", "Kos", "Ана Анић", "Anić Bojan"]
FIELDS = st.sampled_from([None, None, "title", "body", "author"])
TAGS = [
    *(("entity", value) for each in PRESS for value in each.entities),
    *(("topic", value) for each in PRESS for value in each.topics),
    *(("language", each.language) for each in PRESS),
    *(("source", each.source) for each in PRESS),
    *(("script", each.script) for each in PRESS),
    ("country", "rs"),
]
MOMENTS = st.none() | st.integers(-9 * 24, 24).map(lambda hours: NOON + timedelta(hours=hours))
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.just(All()),
    st.builds(Word, st.sampled_from(TEXTS), FIELDS),
    st.builds(Exact, st.sampled_from(TEXTS + PHRASES), FIELDS),
    st.builds(Phrase, st.sampled_from(TEXTS + PHRASES), FIELDS),
    st.builds(lambda text, field: Prefix(text[:4], field), st.sampled_from(TEXTS), FIELDS),
    st.sampled_from([Field(name, value) for name, value in TAGS]),
    st.builds(Phrase, st.sampled_from(NAMES), st.just("author")),
    st.builds(Range, st.sampled_from(["published", "first_seen"]), MOMENTS, MOMENTS),
)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: And(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: Or(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)
WATCHES = st.builds(
    Watch,
    name=st.just("w"),
    topics=st.sampled_from([(), (), ("russia-north-korea",), ("russia-north-korea", "diplomacy")]),
    entities=st.sampled_from([(), (), ("kim-jong-un",), ("kim-jong-un", "vladimir-putin")]),
    languages=st.sampled_from([(), (), ("sr",), ("en", "ko")]),
    sources=st.sampled_from([(), (), ("Волна", "Harbour Times")]),
)
