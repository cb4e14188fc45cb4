"""What the embedded index keeps of an article, field by field.

A text field holds our own tokens, joined by a space: tantivy's `whitespace` tokenizer parts them at ASCII blanks alone.
"""

from datetime import UTC
from hashlib import blake2b

from tantivy import Document, Schema, SchemaBuilder

from wirewatch.analysis.chain import both
from wirewatch.index.document import micros, to_bytes
from wirewatch.model import Article

VERSION = 4  # a change of the fields or of what is put into them: count up, and indices are built anew


_WORDS = ("title", "title_exact", "body", "body_exact", "authors", "authors_exact")
_COUNTED = ("source", "language", "topics")  # what articles are counted by
_TAGS = ("entities", "country", "script")
_NUMBERS = ("revision", "shown_at", "first_seen_at", "rules")
FIELDS = ("id", *_WORDS, *_COUNTED, *_TAGS, "month", *_NUMBERS)  # tantivy knows them by number


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _WORDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in _COUNTED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in _TAGS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("month", tokenizer_name="raw", index_option="basic")  # first seen in: 2026.11
    builder.add_integer_field("revision", fast=True)
    builder.add_integer_field("shown_at", indexed=True, fast=True)  # microseconds since 1970
    builder.add_integer_field("first_seen_at", indexed=True)  # as shown_at
    builder.add_integer_field("rules", indexed=True)
    builder.add_unsigned_field("story_no", indexed=True, fast=True)  # numbers alone can be read for many hits at once
    builder.add_bytes_field("doc", stored=True)
    return builder.build()


SCHEMA = _schema()


def story_no(article: Article) -> int:
    """64 bits that stand for the article's story; without one, the article is a story by itself."""
    return int.from_bytes(blake2b((article.story_id or article.id).encode(), digest_size=8).digest())


def month_of(article: Article) -> str:
    """The month in which it was first seen, in UTC."""
    return f"{article.first_seen_at.astimezone(UTC):%Y.%m}"


def document(article: Article) -> Document:
    """The article as tantivy takes it; `refusal` has found no fault in it."""
    raw = to_bytes(article)
    made = Document()
    made.add_text("id", article.id)
    for name, text in (("title", article.title), ("body", article.body), *(("authors", each) for each in article.authors)):
        stems, exacts = both(text)
        made.add_text(name, " ".join(stems))
        made.add_text(f"{name}_exact", " ".join(exacts))
    made.add_text("month", month_of(article))
    made.add_text("source", article.source)
    made.add_text("language", article.language)
    made.add_text("script", article.script)
    if article.country:
        made.add_text("country", article.country)
    for name, values in (("entities", article.entities), ("topics", article.topics)):
        for value in values:
            made.add_text(name, value)
    made.add_integer("revision", article.revision)
    made.add_integer("shown_at", micros(article.shown_at))
    made.add_integer("first_seen_at", micros(article.first_seen_at))
    made.add_integer("rules", article.rules)
    made.add_unsigned("story_no", story_no(article))
    made.add_bytes("doc", raw)
    return made
