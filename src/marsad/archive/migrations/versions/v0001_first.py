"""The first schema: pages, articles, readings, relations, sources, problems, full text."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("hash", sa.Text(), primary_key=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "frontier",
        sa.Column("url", sa.Text(), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", sa.Text(), nullable=True),
    )
    op.create_index("ix_frontier_source", "frontier", ["source"])
    op.create_table(
        "link",
        sa.Column("left_id", sa.Text(), primary_key=True),
        sa.Column("right_id", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_link_right_id", "link", ["right_id"])
    op.create_table(
        "problem",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("met_at", sa.Text(), nullable=True),
    )
    op.create_index("ix_problem_subject_id", "problem", ["subject_id"])
    op.create_table(
        "source",
        sa.Column("url", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
    )
    op.create_table(
        "story",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("first_at", sa.Text(), nullable=True),
        sa.Column("last_at", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_story_last_at", "story", ["last_at"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
    )
    op.create_index("ix_visit_source", "visit", ["source"])
    op.create_table(
        "page",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), sa.ForeignKey("body.hash"), nullable=False),
    )
    op.create_index("ix_page_body", "page", ["body"])
    op.create_index("ix_page_url", "page", ["url"])
    op.create_table(
        "story_article",
        sa.Column("article_id", sa.Text(), primary_key=True),
        sa.Column("story_id", sa.Text(), sa.ForeignKey("story.id"), nullable=False),
    )
    op.create_index("ix_story_article_story_id", "story_article", ["story_id"])
    op.create_table(
        "article",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("page_id", sa.Text(), sa.ForeignKey("page.id"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("published_at", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_newest_number", "article", ["newest", "number"])
    op.create_index("ix_article_outlet", "article", ["outlet"])
    op.create_index("ix_article_page_id", "article", ["page_id"])
    op.create_index("ix_article_published_at", "article", ["published_at"])
    op.create_index("ix_article_url", "article", ["url"])
    op.create_table(
        "mark",
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), sa.ForeignKey("article.number"), primary_key=True),
    )
    op.create_index("ix_mark_number", "mark", ["number"])
    op.create_table(
        "meaning",
        sa.Column("number", sa.Integer(), sa.ForeignKey("article.number"), primary_key=True),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "reading",
        sa.Column("article_id", sa.Text(), sa.ForeignKey("article.id"), primary_key=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_reading_origin", "reading", ["origin"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE words USING fts5(head, body, content='', tokenize='unicode61 remove_diacritics 0')")
    else:
        op.execute("CREATE TABLE words (number integer PRIMARY KEY, lexemes tsvector NOT NULL)")
        op.execute("CREATE INDEX ix_words_lexemes ON words USING gin (lexemes)")


def downgrade() -> None:
    op.execute("DROP TABLE words")
    op.drop_table("reading")
    op.drop_table("meaning")
    op.drop_table("mark")
    op.drop_table("article")
    op.drop_table("story_article")
    op.drop_table("page")
    op.drop_table("visit")
    op.drop_table("story")
    op.drop_table("source")
    op.drop_table("problem")
    op.drop_table("link")
    op.drop_table("frontier")
    op.drop_table("body")
