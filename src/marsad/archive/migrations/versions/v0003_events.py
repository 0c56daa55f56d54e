"""Events and who takes part in them as rows, so that actors, pairs and days can be asked for; what a server said of a page's state."""

import msgspec
import sqlalchemy as sa
from alembic import op

from marsad.archive.put import event_rows
from marsad.archive.schema import event, party
from marsad.records import Article, Reading

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("etag", "modified"):
        op.add_column("page", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "event",
        sa.Column("number", sa.Integer(), sa.ForeignKey("article.number"), primary_key=True),
        sa.Column("ord", sa.Integer(), primary_key=True),
        sa.Column("day", sa.Text()),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
    )
    op.create_index("ix_event_day", "event", ["day"])
    op.create_index("ix_event_type_day", "event", ["type", "day"])
    op.create_table(
        "party",
        sa.Column("number", sa.Integer(), sa.ForeignKey("article.number"), primary_key=True),
        sa.Column("ord", sa.Integer(), primary_key=True),
        sa.Column("role", sa.Text(), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
    )
    op.create_index("ix_party_entity", "party", ["entity", "number"])
    op.create_index("ix_party_country", "party", ["country", "number"])
    _fill(op.get_bind())


def _fill(db: sa.Connection) -> None:
    """The rows of the readings that are kept."""
    found = db.execute(sa.text("SELECT article.number, article.record, reading.record FROM article JOIN reading ON reading.article_id = article.id")).all()
    for number, article, reading in found:
        events, parties = event_rows(number, msgspec.json.decode(article, type=Article), msgspec.json.decode(reading, type=Reading))
        for table, rows in ((event, events), (party, parties)):
            if rows:
                db.execute(sa.insert(table), rows)


def downgrade() -> None:
    op.drop_table("party")
    op.drop_table("event")
    op.drop_column("page", "modified")
    op.drop_column("page", "etag")
