"""Entity tags (RFC 9110): what was fetched before and has not changed is answered by 304."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

TAGGED = (b"application/json", b"application/atom+xml", b"image/svg+xml")


class Etags:
    """ASGI middleware: tags answers of TAGGED kinds that come in one piece."""

    def __init__(self, app: ASGIApp, **_: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; tag its answer."""
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        asked = dict(scope["headers"]).get(b"if-none-match", b"")
        held: list[Any] = []

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                kind = dict(message["headers"]).get(b"content-type", b"")
                if message["status"] == 200 and kind.split(b";")[0] in TAGGED:
                    held.append(message)
                    return
            elif held and message["type"] == "http.response.body":
                start: Any = held.pop()
                if not message.get("more_body"):
                    tag = b'"' + blake2b(message["body"], digest_size=12).hexdigest().encode() + b'"'
                    start["headers"] = [*start["headers"], (b"etag", tag)]
                    if tag in [t.strip().removeprefix(b"W/") for t in asked.split(b",")]:
                        start["status"] = 304
                        start["headers"] = [(k, v) for k, v in start["headers"] if k.lower() not in (b"content-length", b"content-type")]
                        message = {"type": "http.response.body", "body": b"", "more_body": False}
                await send(start)
            await send(message)

        await self.app(scope, receive, tagged)
