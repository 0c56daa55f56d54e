"""What every request shares: the archive, names, the guard, what is kept for a moment; and what every page is made with: language, theme, session, templates."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from importlib.resources import files
from typing import Any, ParamSpec, TypeVar
from urllib.parse import quote, urlencode

import jinja2
from litestar import Request, Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from marsad.archive import Archive
from marsad.drawing import Drawer
from marsad.lands import is_land
from marsad.names import Names
from marsad.paper import days_apart
from marsad.serve import plots, words
from marsad.serve.guard import COOKIE, WEEK, Guard, Session
from marsad.serve.marking import marked, parties, sides, written
from marsad.settings import Settings

T = TypeVar("T")
Asked = ParamSpec("Asked")
LONGER, LONGEST = 1000, 600.0
Web = Request[Any, Any, Any]


class Kept:
    """Answers that are kept for some seconds, by what was asked (a word, or a tuple that begins with one): the last `most` of each word. Asked by several at once, an answer is worked out once; one that took long is kept LONGER times as long as it took, at most LONGEST seconds, so that no question keeps a processor busy."""

    def __init__(self, seconds: float = 60.0, most: int = 500) -> None:
        self.seconds, self.most = seconds, most
        self.held: dict[str, OrderedDict[Any, tuple[float, Any]]] = defaultdict(OrderedDict)
        self.locks: dict[Any, threading.Lock] = {}
        self.lock = threading.Lock()

    def of(self, asked: Any, make: Callable[[], T]) -> T:
        """Return the answer to something asked; `make` works it out."""
        with self.lock:
            mine, held = self.locks.setdefault(asked, threading.Lock()), self.held[asked if isinstance(asked, str) else asked[0]]
        with mine:
            found = held.get(asked)
            if found and time.monotonic() < found[0]:
                answer: T = found[1]
                return answer
            begun = time.monotonic()
            try:
                answer = make()
            except BaseException:
                with self.lock:
                    self.locks.pop(asked, None)  # questions that cannot be answered leave nothing behind
                raise
            with self.lock:
                now = time.monotonic()
                held[asked] = (now + max(self.seconds, min(LONGEST, LONGER * (now - begun)) if self.seconds else 0.0), answer)
                held.move_to_end(asked)
                while len(held) > self.most:
                    gone, _ = held.popitem(last=False)
                    self.locks.pop(gone, None)
            return answer

    def clear(self) -> None:
        """Forget all answers: something was written."""
        with self.lock:
            self.held.clear()
            self.locks.clear()


class Site:
    """The observatory of one archive."""

    def __init__(self, store: Archive, guard: Guard, settings: Settings, seconds: float = 60.0) -> None:
        self.store, self.guard, self.settings = store, guard, settings
        self.names, self.kept, self.drawer = Names(store), Kept(seconds), Drawer()
        self.pages = jinja2.Environment(
            loader=jinja2.FileSystemLoader(str(files("marsad.serve").joinpath("templates"))),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self.pages.globals |= {"evidence": evidence_url, "safe": quote, "words": words, "site": self, "marked": marked, "parties": parties, "sides": sides, "bars": plots.bars}
        self.pages.filters |= {"day": day_of, "clock": clock, "number": number, "days_apart": days_apart}
        self.pages.tests["land"] = is_land


def site_of(request: Web) -> Site:
    """Return the site of a request."""
    found: Site = request.app.state.site
    return found


def at_once(handler: Callable[Asked, T]) -> Callable[Asked, T]:
    """Make all that a page shows be of one state of the archive, asked over one connection; for pages that keep nothing."""

    @wraps(handler)
    def seen(*args: Asked.args, **kwargs: Asked.kwargs) -> T:
        request = kwargs["request"]
        assert isinstance(request, Request)
        with site_of(request).store.at_once():
            return handler(*args, **kwargs)

    return seen


def evidence_url(article_id: str, *spans: Any) -> str:
    """Return the address at which a record's words are shown in their article, scrolled to and marked."""
    return f"/article/{article_id}?at={written(spans)}#at"


def day_of(moment: datetime | date | None) -> str:
    """Return the day of a moment, "" for none."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def clock(moment: datetime | None) -> str:
    """Return day and time of a moment (UTC); midnight sharp is a day alone."""
    return "" if moment is None else f"{moment:%Y-%m-%d}" if (moment.hour, moment.minute) == (0, 0) else f"{moment:%Y-%m-%d %H:%M}"


def number(value: float) -> str:
    """Return a number with thousands set apart."""
    return f"{value:,.1f}".removesuffix(".0")


def language_of(request: Web) -> str:
    """Return the language a page is asked for in: its address, else its cookie, else Arabic."""
    wanted = request.query_params.get("lang") or request.cookies.get("lang") or ""
    return wanted if wanted in words.LANGUAGES else "ar"


def session_of(request: Web) -> Session:
    """Return the session of a request."""
    found: Session = request.state.session
    return found


def page(request: Web, template: str, values: Mapping[str, Any], status: int = 200) -> Response[bytes]:
    """Return a page of the interface."""
    site, session = site_of(request), session_of(request)
    language, theme = language_of(request), request.query_params.get("theme") or request.cookies.get("theme") or ""
    theme = theme if theme in ("dark", "light") else ""
    asked = [(k, v) for k, v in request.query_params.multi_items() if k not in ("lang", "theme")]

    def here(**other: str) -> str:
        return "?" + urlencode([*((k, v) for k, v in asked if k not in other), *((k, v) for k, v in other.items() if v != "")])

    told = {
        "t": lambda name: words.say(name, language),
        "term": lambda table, name: words.term(table, name, language),
        "many": lambda n, name: words.many(n, name, language),
        "name": lambda entity: site.names.of(entity, language),
        "lang": language,
        "theme": theme,
        "here": here,
        "path": request.url.path,
        "form_key": site.guard.form_key(session),
        "guarded": not site.guard.open,
        "session": session,
        "who": request.cookies.get("who", "")[:80],
        "Markup": Markup,
    }
    body = site.pages.get_template(template).render({**told, **values}).encode("utf8", "replace")
    response = Response(body, media_type="text/html; charset=utf-8", status_code=status)
    secure = not site.guard.local
    response.set_cookie(Cookie(COOKIE, value=site.guard.cookie(session), httponly=True, samesite="strict", max_age=WEEK, path="/", secure=secure and request.url.scheme == "https"))
    for name, value, wanted in (("lang", language, request.query_params.get("lang")), ("theme", theme, request.query_params.get("theme"))):
        if wanted is not None:
            response.set_cookie(Cookie(name, value=value, samesite="lax", max_age=365 * 86400, path="/"))
    return response
