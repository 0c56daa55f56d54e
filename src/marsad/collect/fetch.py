"""Fetches one address: politely, within limits, and never from the inside of a network. What goes wrong comes as a Problem.

httpcore (the engine of httpx) is used by itself, because the address that a name resolves to must be judged before it is connected to, redirects included.
"""

from __future__ import annotations

import ipaddress
import socket
import time
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpcore

from marsad.records import Problem

AGENT = "Marsad/0.1 (+{contact})"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Limits(NamedTuple):
    """What one fetch may take: bytes as they are after decompression, seconds in all, seconds of silence, redirects, how many times its size a body may unpack to."""

    size: int = 20_000_000
    seconds: float = 60.0
    silence: float = 15.0
    redirects: int = 5
    ratio: int = 200


class Fetched(NamedTuple):
    """An answer. url: where it came from after redirects; status: 200, or 304 with an empty body; etag, modified: to ask by the next time."""

    url: str
    status: int
    media_type: str
    encoding: str
    body: bytes
    etag: str
    modified: str


class Refused(Exception):
    """An address that may not be connected to."""


class Trouble(Exception):
    """What went wrong with a fetch: a stable code, a sentence, and how long the server wants to be left alone."""

    def __init__(self, code: str, detail: str, wait: float = 0.0) -> None:
        super().__init__(detail)
        self.code, self.detail, self.wait = code, detail, wait


def is_open(address: str) -> bool:
    """Whether an IP address is one of the public internet; addresses that carry another one inside are judged by that too.

    >>> is_open("127.0.0.1"), is_open("::ffff:10.0.0.1"), is_open("169.254.169.254"), is_open("9.9.9.9")
    (False, False, False, True)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or (ipaddress.ip_address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inside is not None:
            return is_open(str(inside))
    return ip.is_global and not ip.is_multicast


class Guarded(httpcore.SyncBackend):
    """Connects to the address that was judged, not to a name that may resolve to another one the second time."""

    def __init__(self, inside: bool) -> None:
        super().__init__()
        self.inside = inside

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        try:
            found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} does not resolve ({error})") from error
        allowed = [a for a in dict.fromkeys(found) if self.inside or is_open(a)]
        if not allowed:
            raise Refused(f"{host} is {', '.join(found)}, an address inside a network; --inside allows it")
        last: Exception | None = None
        for address in allowed:
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError(host)


class Fetcher:
    """Fetches addresses one at a time; several threads may share one. contact: who runs this Marsad, for the User-Agent; inside: allow private and loopback addresses."""

    def __init__(self, contact: str = "https://github.com/marsad", inside: bool = False, limits: Limits | None = None) -> None:
        self.agent = AGENT.format(contact=contact)
        self.limits = limits or Limits()
        self.pool = httpcore.ConnectionPool(network_backend=Guarded(inside), max_connections=32, keepalive_expiry=5, retries=0)

    def close(self) -> None:
        """Close all connections."""
        self.pool.close()

    def get(self, url: str, etag: str = "", modified: str = "") -> Fetched:
        """Return what an address answers; Trouble when it does not. etag, modified: of what is known already, so that an unchanged page comes as 304."""
        ends = time.monotonic() + self.limits.seconds
        for _ in range(self.limits.redirects + 1):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise Trouble("bad-address", f"{url}: only http and https addresses are fetched")
            got = self._once(url, etag, modified, ends)
            if isinstance(got, Fetched):
                return got
            url = got
        raise Trouble("redirects", f"{url}: more than {self.limits.redirects} redirects")

    def post(self, url: str, body: bytes, kind: str = "application/json") -> int:
        """Send bytes to an address and return its status, 200 to 299; Trouble otherwise. Redirects are not followed."""
        headers = {"User-Agent": self.agent, "Content-Type": kind}
        wait = {"connect": self.limits.silence, "read": self.limits.silence, "write": self.limits.silence, "pool": self.limits.silence}
        if urlsplit(url).scheme not in ("http", "https"):
            raise Trouble("bad-address", f"{url}: only http and https addresses are sent to")
        try:
            with self.pool.stream("POST", _ascii(url), headers=list(headers.items()), content=body, extensions={"timeout": wait}) as answer:
                if not 200 <= answer.status < 300:
                    raise Trouble(_code(answer.status), f"{url}: the server answers {answer.status}")
                return int(answer.status)
        except Refused as error:
            raise Trouble("refused", f"{url}: {error}") from error
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError, UnicodeError, ValueError) as error:
            raise Trouble("unreachable", f"{url}: {error or type(error).__name__}") from error

    def _once(self, url: str, etag: str, modified: str, ends: float) -> Fetched | str:
        """One request: an answer, or where it redirects to."""
        headers = {"User-Agent": self.agent, "Accept": "*/*", "Accept-Language": "ar,en;q=0.5", "Accept-Encoding": "gzip, deflate"}
        headers |= ({"If-None-Match": etag} if etag else {}) | ({"If-Modified-Since": modified} if modified else {})
        wait = self.limits.silence
        times = {"connect": wait, "read": wait, "write": wait, "pool": wait}
        try:
            with self.pool.stream("GET", _ascii(url), headers=list(headers.items()), extensions={"timeout": times}) as answer:
                said = {k.decode("latin1").lower(): v.decode("latin1") for k, v in answer.headers}
                if answer.status in (301, 302, 303, 307, 308) and said.get("location"):
                    return urljoin(url, _utf8(said["location"]))
                if answer.status != 304 and answer.status != 200:
                    raise Trouble(_code(answer.status), f"{url}: the server answers {answer.status}", _wait(said.get("retry-after", "")))
                body = b"" if answer.status == 304 else self._body(answer, url, said, ends)
        except Refused as error:
            raise Trouble("refused", f"{url}: {error}") from error
        except httpcore.TimeoutException as error:
            raise Trouble("too-slow", f"{url}: no answer within {wait:g} seconds") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise Trouble("cut-off" if isinstance(error, httpcore.RemoteProtocolError) else "unreachable", f"{url}: {error or type(error).__name__}") from error
        except (UnicodeError, ValueError, httpcore.LocalProtocolError) as error:
            raise Trouble("bad-address", f"{url}: {error}") from error
        kind, _, rest = said.get("content-type", "").partition(";")
        charset = next((p.split("=", 1)[1].strip(" \"'") for p in rest.split(";") if p.strip().lower().startswith("charset=")), "")
        return Fetched(url, answer.status, kind.strip().lower(), charset, body, said.get("etag", ""), said.get("last-modified", ""))

    def _body(self, answer: httpcore.Response, url: str, said: dict[str, str], ends: float) -> bytes:
        coding = said.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise Trouble("bad-encoding", f"{url}: packed as {coding}, which was not asked for")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding not in ("", "identity") else None
        out, came, size = [], 0, 0
        for chunk in answer.iter_stream():
            came += len(chunk)
            piece = chunk
            if unpack:
                try:
                    piece = unpack.decompress(chunk, self.limits.size - size + 1)
                except zlib.error as error:
                    raise Trouble("bad-encoding", f"{url}: not {coding} as it says ({error})") from error
            size += len(piece)
            out.append(piece)
            if size > self.limits.size or (unpack and unpack.unconsumed_tail):
                raise Trouble("too-large", f"{url}: more than {self.limits.size:,} bytes")
            if size > 1_000_000 and size > came * self.limits.ratio:
                raise Trouble("bomb", f"{url}: unpacks to more than {self.limits.ratio} times its size")
            if time.monotonic() > ends:
                raise Trouble("too-slow", f"{url}: not all here after {self.limits.seconds:g} seconds")
        if unpack and not unpack.eof:
            raise Trouble("cut-off", f"{url}: its packed body breaks off")
        return b"".join(out)


def _ascii(url: str) -> str:
    """The address as a server takes it: other letters percent-encoded, the host in IDNA."""
    from urllib.parse import quote, urlunsplit

    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii") if not (parts.hostname or "").isascii() else parts.hostname or ""
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{parts.port}" if parts.port else ""
    keep = "/%:@!$&'()*+,;=~-._"
    return urlunsplit((parts.scheme, netloc, quote(parts.path or "/", safe=keep), quote(parts.query, safe=keep + "?/"), ""))


def _utf8(header: str) -> str:
    try:
        return header.encode("latin1").decode("utf8")
    except UnicodeError:
        return header


def _code(status: int) -> str:
    return {404: "gone", 410: "gone", 401: "forbidden", 403: "forbidden", 429: "busy", 503: "busy"}.get(status, "server-error" if status >= 500 else "http-error")


def _wait(header: str) -> float:
    """Seconds that a Retry-After header asks for, at most a day."""
    if header.isdigit():
        return float(min(int(header), 86_400))
    try:
        return max(0.0, min(86_400.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()))
    except (TypeError, ValueError):
        return 0.0


def problem_of(url: str, trouble: Trouble) -> Problem:
    """Return a fetch's trouble as a Problem."""
    return Problem(stage="collect", subject_id=url, code=trouble.code, detail=trouble.detail)
