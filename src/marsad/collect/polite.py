"""Manners: what robots.txt allows, and how often a host is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from protego import Protego

from marsad.collect.fetch import Fetched, Fetcher, Trouble

PAUSE = 1.0  # seconds between two requests to one host, where robots.txt names no delay
LONGEST = 10.0  # seconds of a delay that is kept
NAME = "Marsad"


class Manners:
    """The robots.txt and the last request of every host; several threads may share one."""

    def __init__(self, fetcher: Fetcher, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self.fetcher, self.pause, self.clock, self.sleep = fetcher, pause, clock, sleep
        self.rules: dict[str, Protego] = {}
        self.last: dict[str, float] = {}
        self.locks: dict[str, threading.Lock] = {}
        self.lock = threading.Lock()

    def get(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """Fetch an address when its host allows it and after its pause; Trouble `robots` when it does not allow it."""
        with self._lock(url):
            if not self.robots(url).can_fetch(url, NAME):
                raise Trouble("robots", f"{url}: robots.txt of its site does not allow it")
            return self._asked(url, etag, modified)

    def robots(self, url: str) -> Protego:
        """Return the rules of an address's site, asked for once (RFC 9309: none when there is no robots.txt, everything forbidden while the server fails)."""
        site = _site(url)
        if site not in self.rules:
            try:
                text = self._asked(f"{site}/robots.txt").body[:500_000].decode("utf8", "replace")
            except Trouble as trouble:
                if trouble.code in ("busy", "server-error", "too-slow", "unreachable", "cut-off"):
                    raise Trouble("robots-unreachable", f"{site}/robots.txt: {trouble.detail}; nothing of the site is fetched until it answers", trouble.wait) from trouble
                text = ""
            self.rules[site] = Protego.parse(text)
        return self.rules[site]

    def _lock(self, url: str) -> threading.Lock:
        with self.lock:
            return self.locks.setdefault(_site(url), threading.Lock())

    def _asked(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        site = _site(url)
        delay = self.rules[site].crawl_delay(NAME) if site in self.rules else None
        rest = self.last.get(site, -LONGEST) + min(LONGEST, delay if delay is not None else self.pause) - self.clock()
        if rest > 0:
            self.sleep(rest)
        try:
            return self.fetcher.get(url, etag, modified)
        finally:
            self.last[site] = self.clock()


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
