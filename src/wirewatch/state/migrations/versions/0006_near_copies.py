"""Stories of near copies: sketches, the hashes they are found by, sources' own paragraphs, links; each article's telling.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

from wirewatch.state.columns import Number

revision = "0006"
down_revision = "0005"

_NUMBERED = """
    UPDATE articles SET telling = (
        SELECT count(*) FROM articles earlier WHERE earlier.story = articles.story AND earlier.no <= articles.no
    ) WHERE story IS NOT NULL
"""


def upgrade() -> None:
    """From 0005."""
    op.add_column("articles", sa.Column("telling", sa.Integer()))
    op.execute(_NUMBERED)
    op.drop_index("articles_story", "articles")
    op.create_index("articles_story", "articles", ["story", "telling"])
    op.add_column("story_texts", sa.Column("title", sa.Integer()))
    _sketches()
    op.create_table(
        "story_hashes",
        sa.Column("hash", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("article", Number, nullable=False),
        sa.PrimaryKeyConstraint("hash", "day", "article"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story_paragraphs",
        sa.Column("key", Number, nullable=False, autoincrement=False),
        sa.Column("first", Number, nullable=False),
        sa.Column("second", Number),
        sa.Column("third", Number),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "story_links",
        sa.Column("story", Number, nullable=False),
        sa.Column("other", Number, nullable=False),
        sa.Column("article", Number, nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.PrimaryKeyConstraint("story", "other"),
    )
    op.create_index("story_links_other", "story_links", ["other"])


def _sketches() -> None:
    op.create_table(
        "story_sketches",
        sa.Column("article", Number, nullable=False),
        sa.Column("story", Number, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.no"]),
        sa.PrimaryKeyConstraint("article"),
    )
    op.create_index("story_sketches_story", "story_sketches", ["story"])
    op.create_index("story_sketches_day", "story_sketches", ["day"])
