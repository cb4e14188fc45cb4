"""What the embedded index keeps of an article, field by field.

A text field holds our own tokens, joined by a space: tantivy's `whitespace` tokenizer parts them at ASCII blanks alone.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from tantivy import Document, Schema, SchemaBuilder

from wirewatch.analysis.chain import both
from wirewatch.index.document import to_bytes
from wirewatch.model import Article

VERSION = 1  # a change of the fields or of what is put into them: count up, and indices are built anew

TERM_BYTES = 512  # an id's or tag's longest; tantivy drops a term of 65,531 bytes without a word, Elasticsearch takes ids of 512

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "body", "title_exact", "body_exact"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in ("source", "language", "entities", "topics"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("revision", fast=True)
    builder.add_integer_field("shown_at", indexed=True, fast=True)  # microseconds since 1970
    builder.add_unsigned_field("story_no", indexed=True, fast=True)  # numbers alone can be read for many hits at once
    builder.add_bytes_field("doc", stored=True)
    return builder.build()


SCHEMA = _schema()


def micros(at: datetime) -> int:
    """`at` as the index counts it: microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def story_no(article: Article) -> int:
    """64 bits that stand for the article's story; without one, the article is a story by itself."""
    return int.from_bytes(blake2b((article.story_id or article.id).encode(), digest_size=8).digest())


def document(article: Article) -> Document:
    """The article as tantivy takes it. Raises ValueError, with the reason, if it can't be indexed."""
    raw = to_bytes(article)
    made = Document()
    made.add_text("id", _term("id", article.id))
    for name, text in (("title", article.title), ("body", article.body)):
        stems, exacts = both(text)
        made.add_text(name, " ".join(stems))
        made.add_text(f"{name}_exact", " ".join(exacts))
    made.add_text("source", _term("source", article.source))
    made.add_text("language", _term("language", article.language))
    for name, values in (("entities", article.entities), ("topics", article.topics)):
        for value in values:
            made.add_text(name, _term(name, value))
    made.add_integer("revision", _revision(article))
    made.add_integer("shown_at", micros(article.shown_at))
    made.add_unsigned("story_no", story_no(article))
    made.add_bytes("doc", raw)
    return made


def _term(name: str, value: str) -> str:
    if len(value.encode()) > TERM_BYTES:
        raise ValueError(f"{name} is longer than {TERM_BYTES} bytes")
    if not value and name == "id":
        raise ValueError("it has no id")
    return value


def _revision(article: Article) -> int:
    if not 0 <= article.revision < 2**63:
        raise ValueError(f"revision {article.revision} is out of range")
    return article.revision
