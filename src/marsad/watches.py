"""Watches: saved searches that tell what is new, by Atom feed, webhook and mail. An article is told once, copies of one text as one; what could not be sent is tried again the next time."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from marsad.archive import Archive, put, schema
from marsad.collect.fetch import Fetcher, Trouble
from marsad.line import searched
from marsad.records import Article, Problem, key
from marsad.settings import Settings

MOST = 200  # articles of a watch that one look tells
W, N, A = schema.watch.c, schema.news.c, schema.article.c


class Watch(NamedTuple):
    """A saved search. query: in the language of `marsad search`; webhook, mail: where news are sent, "" for nowhere; seen: number of the last article that was looked at."""

    id: str
    name: str
    query: str
    webhook: str
    mail: str
    at: str
    seen: int


def add(store: Archive, name: str, query: str, webhook: str = "", mail: str = "") -> Watch:
    """Keep a watch of what comes from now on; ValueError when its query, webhook or mail address cannot be used. The same one kept twice is one."""
    searched(store, query, 1)  # QueryError, a ValueError, says what is wrong with it
    if webhook and urlsplit(webhook).scheme not in ("http", "https"):
        raise ValueError(f"{webhook}: a webhook is an http or https address")
    if mail and ("@" not in mail or any(c in mail for c in "\r\n,; ")):
        raise ValueError(f"{mail}: no mail address")
    with store.writing() as db:
        last = db.scalar(select(func.max(A.number))) or 0
        watch = Watch(key("watch", query, webhook, mail), name.strip()[:200] or query, query, webhook, mail, datetime.now(UTC).isoformat(), last)
        db.execute(put.new(db, schema.watch), watch._asdict())
    return watch


def all_of(store: Archive) -> list[Watch]:
    """Return the watches, the first one first."""
    with store.reading_from() as db:
        return [Watch(*row) for row in db.execute(select(W.id, W.name, W.query, W.webhook, W.mail, W.at, W.seen).order_by(W.at, W.id))]


def remove(store: Archive, watch_id: str) -> None:
    """Forget a watch and its news."""
    with store.writing() as db:
        db.execute(delete(schema.news).where(N.watch_id == watch_id))
        db.execute(delete(schema.watch).where(W.id == watch_id))


def look(store: Archive, now: datetime | None = None) -> int:
    """Look for what is new in every watch and keep it; return how much. Articles that came since the last look and fit are new, unless they are copies of one that was told, or of one another."""
    at, found = (now or datetime.now(UTC)).isoformat(), 0
    for watch in all_of(store):
        with store.reading_from() as db:
            last = db.scalar(select(func.max(A.number))) or 0
        if last <= watch.seen:
            continue
        hits = [h.article for h in searched(store, watch.query, MOST, watch.seen)]
        with store.writing() as db:
            told = {r.article_id for r in db.execute(select(N.article_id).where(N.watch_id == watch.id))}
            for article in sorted(hits, key=lambda a: (a.published_at is None, a.published_at.isoformat() if a.published_at else "", a.id)):
                if article.id in told or _originals(db, article.id) & told:
                    continue
                told.add(article.id)
                db.execute(put.new(db, schema.news), {"watch_id": watch.id, "article_id": article.id, "at": at, "sent": 0})
                found += 1
            db.execute(update(schema.watch).where(W.id == watch.id).values(seen=last))
    return found


def _originals(db: Connection, article_id: str) -> set[str]:
    """The articles whose text, or whose address, this one has, and those that have its."""
    c = schema.link.c
    rows = db.execute(select(c.left_id, c.right_id).where((c.left_id == article_id) | (c.right_id == article_id), c.kind.in_(("copy", "revision"))))
    out = {i for row in rows for i in row} - {article_id}
    return out | {i for first in out for row in db.execute(select(c.left_id, c.right_id).where((c.left_id == first) | (c.right_id == first), c.kind == "copy")) for i in row}


def news_of(store: Archive, watch_id: str, most: int = 50, unsent: bool = False) -> list[tuple[Article, str]]:
    """Return what was new in a watch, the last first, each with the moment it was found. unsent: only what was not sent yet."""
    query = select(A.record, N.at).join_from(schema.news, schema.article, N.article_id == A.id).where(N.watch_id == watch_id)
    with store.reading_from() as db:
        rows = db.execute((query.where(N.sent == 0) if unsent else query).order_by(N.at.desc(), A.number.desc()).limit(most)).all()
    return [(msgspec.json.decode(r.record, type=Article), r.at) for r in rows]


def deliver(store: Archive, settings: Settings, fetcher: Fetcher) -> Iterator[Problem]:
    """Send what is new to the webhooks and mail addresses of its watches; yield a Problem for what could not be sent, which is tried again the next time."""
    for watch in all_of(store):
        news = [article for article, _ in news_of(store, watch.id, MOST, unsent=True)]
        if not news or not (watch.webhook or watch.mail):
            continue
        try:
            if watch.webhook:
                fetcher.post(watch.webhook, msgspec.json.encode(told(watch, news)))
            if watch.mail:
                _mail(watch, news, settings)
        except (Trouble, OSError, smtplib.SMTPException, ValueError) as error:
            yield Problem(stage="watch", subject_id=watch.id, code="not-sent", detail=f"{watch.name}: {len(news)} news not sent ({error}); they are tried again")
            continue
        with store.writing() as db:
            db.execute(update(schema.news).where(N.watch_id == watch.id, N.article_id.in_([a.id for a in news])).values(sent=1))


def told(watch: Watch, news: list[Article]) -> dict[str, object]:
    """Return what a webhook is sent."""
    rows = [{"id": a.id, "url": a.url, "outlet": a.outlet, "headline": a.headline, "published_at": a.published_at} for a in news]
    return {"watch": watch.name, "query": watch.query, "articles": rows}


def _mail(watch: Watch, news: list[Article], settings: Settings) -> None:
    server = urlsplit(settings.smtp)
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise ValueError("MARSAD_SMTP names no mail server, as smtp://user:secret@host:587")
    message = EmailMessage()
    message["Subject"] = f"مرصد: {' '.join(watch.name.split())} ({len(news)})"
    message["From"], message["To"] = settings.mail_from, watch.mail
    message.set_content("\n\n".join("\n".join(filter(None, [a.headline, a.outlet, f"{a.published_at:%Y-%m-%d %H:%M}" if a.published_at else "", a.url])) for a in news))
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with kind(server.hostname, server.port or (465 if server.scheme == "smtps" else 25), timeout=30) as post:
        if server.scheme == "smtp" and post.has_extn("starttls"):
            post.starttls()
        if server.username:
            post.login(unquote(server.username), unquote(server.password or ""))
        post.send_message(message)
