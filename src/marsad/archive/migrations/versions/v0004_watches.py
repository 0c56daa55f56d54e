"""What people watch, and what was new in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "watch",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
    )
    op.create_table(
        "news",
        sa.Column("watch_id", sa.Text(), sa.ForeignKey("watch.id"), primary_key=True),
        sa.Column("article_id", sa.Text(), primary_key=True),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
    )
    op.create_index("ix_news_article_id", "news", ["article_id"])


def downgrade() -> None:
    op.drop_table("news")
    op.drop_table("watch")
