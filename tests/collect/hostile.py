"""A local web server that does everything wrong that a server can do."""

from __future__ import annotations

import gzip
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STORY = (
    "<!doctype html><html><head><meta charset='utf-8'><title>{title}</title><meta property='article:published_time' content='2024-01-04T10:00:00Z'></head>"
    "<body><article><h1>{title}</h1><p>قتل القيادي في حركة النجباء أبو تقوى بغارة أميركية على مقر للحشد الشعبي شرقي بغداد ظهر الخميس، وندد رئيس الوزراء العراقي بالغارة.</p>"
    "<p>وقالت الحركة في بيان إن الغارة أصابت سيارة كانت تدخل المقر وأدت كذلك إلى مقتل مرافقه.</p></article></body></html>"
)
ITEM = "<item><title>{title}</title><link>{link}</link><description>{text}</description><pubDate>Thu, 04 Jan 2024 10:00:00 +0300</pubDate></item>"


def feed(*items: str) -> str:
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>صحيفة السدرة</title>{''.join(items)}</channel></rss>"


class Server:
    """Serves `pages` (path -> body, or a function that answers by itself) on loopback; `asked` holds the paths asked for, in order."""

    def __init__(self) -> None:
        self.pages: dict = {}
        self.asked: list[str] = []
        self.headers: dict[str, dict[str, str]] = {}
        self.handler_post = lambda handler: answer(handler, b"")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.headers[self.path] = dict(self.headers)
                page = outer.pages.get(self.path)
                if callable(page):
                    page(self)
                elif page is None:
                    answer(self, b"", status=404)
                else:
                    answer(self, page if isinstance(page, bytes) else page.encode())

            def do_POST(self) -> None:
                outer.asked.append(self.path)
                outer.handler_post(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def redirect(to: str):
    return lambda handler: answer(handler, b"", 302, Location=to)


def too_short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(b"<html><body>half a page")
    handler.close_connection = True


def slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass
    handler.close_connection = True


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(5)
    handler.close_connection = True


BOMB = gzip.compress(b"\0" * 30_000_000)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, BOMB, Content_Encoding="gzip")


def not_gzip(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, b"plain text that says it is packed", Content_Encoding="gzip")


def busy(handler: BaseHTTPRequestHandler) -> None:
    answer(handler, b"", 429, Retry_After="7200")


def garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01\x02 not HTTP at all\r\n\r\n")
    handler.close_connection = True
