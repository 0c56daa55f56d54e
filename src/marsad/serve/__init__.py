"""The observatory on the screen: right-to-left pages, JSON API, feeds and downloads over one archive, in one process."""

from __future__ import annotations

from importlib.resources import files
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from marsad import __version__, line
from marsad.archive import Archive
from marsad.serve import api, downloads, forms, guard, maps, pages, plots, texts
from marsad.serve.etags import Etags
from marsad.serve.site import Site, Web, page, session_of
from marsad.settings import Settings

__all__ = ["app_of", "warm"]
FREE = ("/login", "/static/")  # what is shown to those who are not in yet


def app_of(store: Archive, host: str = "127.0.0.1", settings: Settings | None = None, seconds: float = 60.0) -> Litestar:
    """Return the web application of an open archive. host: what it will listen on; seconds: how long lists are kept. GuardError when others could reach an archive that nothing protects."""
    told = settings or Settings.read()
    site = Site(store, guard.Guard(host, told.password, told.token), told, seconds)
    static = create_static_files_router("/static", [str(files("marsad.serve").joinpath("static"))], cache_control=None, include_in_schema=False)
    shown = Router("/", route_handlers=[*pages.HANDLERS, *texts.HANDLERS, *forms.HANDLERS, *downloads.HANDLERS], include_in_schema=False)
    return Litestar(
        route_handlers=[shown, api.ROUTER, static],
        state=State({"site": site}),
        before_request=_let_in,
        after_request=_sealed,
        exception_handlers={HTTPException: _refused, Exception: _broken},
        openapi_config=OpenAPIConfig(title="Marsad", version=__version__, path="/api", render_plugins=[JsonRenderPlugin(path="/openapi.json")], use_handler_docstrings=True),
        request_max_body_size=1_000_000,
        middleware=[Etags],
        on_shutdown=[site.drawer.close],
        logging_config=None,
        debug=False,
    )


def warm(site: Site) -> None:
    """Load what the first visitors would wait for: names, places, templates, the plotter."""
    site.names.all(["org:", "place:IRQ"], "ar")
    line.asked("entity:x")
    maps.known()
    for name in site.pages.list_templates(extensions=["html"]):
        site.pages.get_template(name)
    site.drawer.svg(msgspec.json.encode(plots.weeks([("2024-01-01", 1, 1.0)], "", "", "")))


async def _let_in(request: Web) -> Response[Any] | None:
    """Who a request comes from, and whether it may go on."""
    site: Site = request.app.state.site
    request.state.session = site.guard.session(request.cookies.get(guard.COOKIE, ""))
    if not site.guard.host_allowed(request.headers.get("host", "")):
        return Response(b"this archive is served to this machine alone", media_type="text/plain", status_code=421)
    path = request.url.path
    if session_of(request).inside or site.guard.open or path.startswith(FREE) or site.guard.is_token(request.headers.get("authorization", "")):
        return None
    if path.startswith("/api/") or request.method != "GET":
        return Response({"status_code": 401, "detail": "sign in, or send Authorization: Bearer TOKEN (MARSAD_TOKEN)"}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
    return Redirect(f"/login?back={quote(path)}", status_code=303)


async def _sealed(response: Response[Any]) -> Response[Any]:
    for name, value in guard.HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An error of the client: as JSON for programs, as a page for people."""
    if request.url.path.startswith("/api") or not hasattr(request.state, "session"):
        extra = {"extra": error.extra} if error.extra else {}
        return Response({"status_code": error.status_code, "detail": error.detail, **extra}, status_code=error.status_code, headers={**guard.HEADERS, **(error.headers or {})})
    response = page(request, "error.html", {"status": error.status_code, "detail": "" if error.status_code == 404 else error.detail}, error.status_code)
    for name, value in guard.HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _broken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A bug: told to who runs the server, with nothing of what was asked in it, and not to who asks."""
    import logging

    logging.getLogger("marsad.serve").error("%s %s: %s", request.method, request.url.path, type(error).__name__, exc_info=error)
    return Response({"status_code": 500, "detail": "Marsad could not answer this; its log says why"}, status_code=500, headers=dict(guard.HEADERS))
