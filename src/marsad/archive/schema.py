"""The tables of the archive, the same on SQLite and PostgreSQL, as the newest of the migrations leaves them; full text, `words`, is made there alone. Times are ISO 8601 in UTC, records are JSON as the records of `marsad.records` write it."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

body = Table(  # raw bytes, once for the same content
    "body",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),  # zstd
)
page = Table(
    "page",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False, index=True),
    Column("outlet", Text, nullable=False),
    Column("fetched_at", Text),
    Column("media_type", Text, nullable=False),
    Column("encoding", Text, nullable=False),
    Column("body", Text, ForeignKey("body.hash"), nullable=False, index=True),
    Column("etag", Text, nullable=False, server_default=""),  # as the server gave them, to ask by the next time
    Column("modified", Text, nullable=False, server_default=""),
)
article = Table(
    "article",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # in order of arrival
    Column("id", Text, nullable=False, unique=True),
    Column("page_id", Text, ForeignKey("page.id"), nullable=False, index=True),
    Column("url", Text, nullable=False, index=True),
    Column("outlet", Text, nullable=False, index=True),
    Column("headline", Text),
    Column("published_at", Text, index=True),
    Column("language", Text, nullable=False),
    Column("version", Integer, nullable=False),  # of its url, from 1
    Column("newest", Integer, nullable=False),  # 1: no later version is kept
    Column("record", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
reading = Table(
    "reading",
    metadata,
    Column("article_id", Text, ForeignKey("article.id"), primary_key=True),
    Column("origin", Text, nullable=False, index=True),
    Column("record", LargeBinary, nullable=False),
)
mark = Table(  # what articles can be asked for by: entity, type, country, outlet
    "mark",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("number", Integer, ForeignKey("article.number"), primary_key=True, index=True),
)
event = Table(  # the events of readings as people corrected them, to ask by; the readings themselves stand in `reading`
    "event",
    metadata,
    Column("number", Integer, ForeignKey("article.number"), primary_key=True),
    Column("ord", Integer, primary_key=True),  # of the event in its corrected reading
    Column("day", Text, index=True),
    Column("type", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("said", Integer, nullable=False),  # 1: it has a content, it is a position
    Column("score", Float, nullable=False),
    Column("start", Integer, nullable=False),  # of its trigger
)
party = Table(  # who and what has a part in an event
    "party",
    metadata,
    Column("number", Integer, ForeignKey("article.number"), primary_key=True),
    Column("ord", Integer, primary_key=True),
    Column("role", Text, primary_key=True),  # actor, recipient, place, by
    Column("place", Integer, primary_key=True),  # number of the mention
    Column("entity", Text, nullable=False),  # its own, else its country as place:IRQ, else ""
    Column("country", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("name", Text, nullable=False),  # as written
)
link = Table(
    "link",
    metadata,
    Column("left_id", Text, primary_key=True),
    Column("right_id", Text, primary_key=True, index=True),
    Column("kind", Text, primary_key=True),
    Column("score", Float, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
story = Table(
    "story",
    metadata,
    Column("id", Text, primary_key=True),
    Column("headline", Text, nullable=False),
    Column("first_at", Text),
    Column("last_at", Text, index=True),
    Column("size", Integer, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
story_article = Table(
    "story_article",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("story_id", Text, ForeignKey("story.id"), nullable=False, index=True),
)
meaning = Table(
    "meaning",
    metadata,
    Column("number", Integer, ForeignKey("article.number"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),  # 512 signed bytes
)
problem = Table(
    "problem",
    metadata,
    Column("id", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("subject_id", Text, nullable=False, index=True),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("met_at", Text),
)
source = Table(
    "source",
    metadata,
    Column("url", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # feed, sitemap, page
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("next_at", Text),  # not asked again before
    Column("failures", Integer, nullable=False),  # in a row
)
visit = Table(  # one look at a source
    "visit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("found", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("problems", Integer, nullable=False),
)
frontier = Table(  # addresses that are known and not fetched yet
    "frontier",
    metadata,
    Column("url", Text, primary_key=True),
    Column("source", Text, nullable=False, index=True),
    Column("host", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Text),
    Column("title", Text, nullable=False),  # what the feed says, should the page not come
    Column("text", Text, nullable=False),
    Column("published_at", Text),
)
correction = Table(
    "correction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("article_id", Text, ForeignKey("article.id"), nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
)
watch = Table(  # a search that people want to hear of
    "watch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("webhook", Text, nullable=False),  # "" for none
    Column("mail", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("seen", Integer, nullable=False),  # number of the last article that was looked at
)
news = Table(  # what was new in a watch
    "news",
    metadata,
    Column("watch_id", Text, ForeignKey("watch.id"), primary_key=True),
    Column("article_id", Text, primary_key=True, index=True),
    Column("at", Text, nullable=False),
    Column("sent", Integer, nullable=False),  # 1: webhook and mail have it
)
Index("ix_article_newest_number", article.c.newest, article.c.number)
Index("ix_event_type_day", event.c.type, event.c.day)
Index("ix_party_entity", party.c.entity, party.c.number)
Index("ix_party_country", party.c.country, party.c.number)
