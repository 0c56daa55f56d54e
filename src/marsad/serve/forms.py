"""What people write: corrections, watches, and their way in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.exceptions import ClientException, NotAuthorizedException, NotFoundException
from litestar.response import Redirect

from marsad import watches
from marsad.corrections import FIELDS, ROLES, corrected, name_of, newest, span_of
from marsad.records import Correction, Event, Mention, Reading
from marsad.serve import words
from marsad.serve.guard import COOKIE, WEEK, Session
from marsad.serve.marking import Mark, pieces
from marsad.serve.site import Web, language_of, page, session_of, site_of

MOST = 20_000  # bytes of a form


async def form_of(request: Web) -> dict[str, list[str]]:
    """Return the fields of a form that one of our own pages sent; an error of the client otherwise."""
    site, session = site_of(request), session_of(request)
    if int(request.headers.get("content-length") or MOST + 1) > MOST:
        raise ClientException(detail="a form is at most 20,000 bytes", status_code=413)
    told = await request.form()
    fields: dict[str, list[str]] = {}
    for name, value in told.multi_items():
        fields.setdefault(name, []).append(value if isinstance(value, str) else "")
    origin = request.headers.get("origin", "")
    if (origin and origin != "null" and urlsplit(origin).netloc != request.headers.get("host", "")) or not site.guard.is_form_key(session, one(fields, "form_key")):
        raise NotAuthorizedException(detail=words.say("forbidden", language_of(request)), status_code=403)
    return fields


def one(fields: dict[str, list[str]], name: str, most: int = 2000) -> str:
    """Return the first value of a field, without NUL, cut to a length."""
    return (fields.get(name) or [""])[0].replace("\0", "").strip()[:most]


def inner(address: str) -> str:
    """Return an address of this site that a form names to go back to; the beginning for any other."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _record(reading: Reading, what: str, target: str) -> Event | Mention | None:
    some: tuple[Event | Mention, ...] = reading.events if what == "event" else reading.mentions if what == "mention" else ()
    return next((r for r in some if name_of(r) == target), None)


@get("/correct", sync_to_thread=True)
def correct_page(request: Web) -> Response[bytes]:
    """The form in which one record is put right."""
    site, q = site_of(request), request.query_params
    article, reading = site.store.article(q.get("article", "")), site.store.reading(q.get("article", ""))
    record = _record(reading, q.get("what", ""), q.get("target", "")) if reading else None
    if article is None or reading is None or record is None:
        raise NotFoundException
    said = newest(site.store.corrections(article.id)).get((q["what"], q["target"]))
    now: Any = _record(reading, q["what"], q["target"])
    if said and said.verdict == "changed":
        right = corrected(reading, [said])
        now = next((r for r in (right.events if q["what"] == "event" else right.mentions) if _place(r) == _place(record)), now)
    start = record.trigger.start if isinstance(record, Event) else record.start
    block = next((b for b in article.blocks if b.start <= start < b.end), None)
    first, last = (block.start, block.end) if block else (start, start + 200)
    near = [m for m in reading.mentions if first <= m.start < last]
    shown = pieces(article.text, first, last, [Mark(*_place(record), "evidence")])
    roles = {role: {name_of(reading.mentions[n]) for n in getattr(now, role)} for role in ROLES} if isinstance(now, Event) else {}
    values = {
        "article": article,
        "what": q["what"],
        "target": q["target"],
        "record": now,
        "pieces": shown,
        "near": near,
        "roles": roles,
        "said": said,
        "name_of": name_of,
        "text": article.text,
        "back": inner(q.get("back", f"/article/{article.id}")),
    }
    return page(request, "correct.html", values)


def _place(record: Event | Mention) -> tuple[int, int]:
    return (record.trigger.start, record.trigger.end) if isinstance(record, Event) else (record.start, record.end)


@post("/correct", status_code=303)
async def correct(request: Web) -> Response[Any]:
    """Keep a correction."""
    fields = await form_of(request)
    site, what, verdict = site_of(request), one(fields, "what"), one(fields, "verdict")
    values = {}
    if verdict == "changed":
        for name in FIELDS.get(what, ()):
            if name in ROLES:
                values[name] = " ".join(v for v in fields.get(name, []) if span_of(v)[0] >= 0)
            elif name in fields:
                values[name] = one(fields, name, 200)
    who = one(fields, "who", 80) or "?"
    said = Correction(
        article_id=one(fields, "article"), what=what, target=one(fields, "target", 200), verdict=verdict, who=who, at=datetime.now(UTC), values=values, note=one(fields, "note")
    )
    try:
        site.store.correct(said)
    except ValueError as error:
        raise ClientException(detail=str(error)) from error
    site.kept.clear()
    response: Response[Any] = Redirect(inner(one(fields, "back") or f"/article/{said.article_id}"), status_code=303)
    response.set_cookie(Cookie("who", value=quote(who), samesite="lax", max_age=365 * 86400, path="/"))
    return response


@get("/corrections", sync_to_thread=True)
def corrections(request: Web) -> Response[bytes]:
    """What people said, the last first."""
    site = site_of(request)
    rows = []
    for said in reversed(site.store.corrections()[-200:]):
        article = site.store.article(said.article_id)
        start, end = span_of(said.target) if said.what != "link" else (-1, -1)
        rows.append((said, article, article.text[start:end] if article and start >= 0 else "", (start, end)))
    return page(request, "corrections.html", {"rows": rows})


@get("/watches", sync_to_thread=True)
def watches_page(request: Web) -> Response[bytes]:
    """What is watched, and what was new in it."""
    site, q = site_of(request), request.query_params
    rows = [(w, watches.news_of(site.store, w.id, 5)) for w in watches.all_of(site.store)]
    return page(request, "watches.html", {"rows": rows, "query": q.get("q", "")[:500], "name_asked": q.get("name", "")[:200]})


@post("/watches", status_code=303)
async def watch(request: Web) -> Response[Any]:
    """Keep a watch, or forget one."""
    fields = await form_of(request)
    site = site_of(request)
    if gone := one(fields, "delete"):
        watches.remove(site.store, gone)
    else:
        try:
            watches.add(site.store, one(fields, "name", 200), one(fields, "query", 1000), one(fields, "webhook"), one(fields, "mail", 200))
        except ValueError as error:
            raise ClientException(detail=str(error)) from error
    return Redirect("/watches", status_code=303)


@get("/login", sync_to_thread=True)
def login_page(request: Web) -> Response[bytes]:
    """The way in."""
    return page(request, "login.html", {"fault": "", "back": inner(request.query_params.get("back", "/"))})


@post("/login", status_code=303)
async def login(request: Web) -> Response[Any]:
    """Let a browser in that has the password."""
    fields = await form_of(request)
    site = site_of(request)
    address = request.client.host if request.client else ""
    fault = "" if site.guard.may_try(address) else "too_many"
    if not fault and not site.guard.is_password(one(fields, "password", 1000)):
        fault = "wrong_password"
    if fault:
        return page(request, "login.html", {"fault": fault, "back": inner(one(fields, "back"))}, 429 if fault == "too_many" else 403)
    response: Response[Any] = Redirect(inner(one(fields, "back")), status_code=303)
    inside = site.guard.session("")._replace(inside=True)  # a new id: one that was known before says nothing now
    response.set_cookie(Cookie(COOKIE, value=site.guard.cookie(inside), httponly=True, samesite="strict", max_age=WEEK, path="/", secure=request.url.scheme == "https"))
    return response


@post("/logout", status_code=303)
async def logout(request: Web) -> Response[Any]:
    """Let a browser out."""
    await form_of(request)
    site = site_of(request)
    response: Response[Any] = Redirect("/login", status_code=303)
    response.set_cookie(Cookie(COOKIE, value=site.guard.cookie(Session(site.guard.session("").id, site.guard.open)), httponly=True, samesite="strict", max_age=WEEK, path="/"))
    return response


HANDLERS = [correct_page, correct, corrections, watches_page, watch, login_page, login, logout]
