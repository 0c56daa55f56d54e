"""Who may look and who may write: passwords and tokens, sessions, forged requests, hosts, and the headers that keep a page to itself."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import time
from collections import defaultdict
from hashlib import sha256
from typing import NamedTuple

COOKIE, WEEK = "marsad", 7 * 86400
TRIES, MINUTE = 5, 60.0  # tries of a password in a minute, from one address
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class GuardError(Exception):
    """Marsad may not be served so; the message says why and what to do."""


class Session(NamedTuple):
    """A browser: its random id, and whether it may look."""

    id: str
    inside: bool


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """password: an argon2 hash, "" for none; token: for programs, "" for none; host: what is listened on. GuardError when others could reach an archive that nothing protects."""

    def __init__(self, host: str, password: str = "", token: str = "") -> None:
        self.local = is_loopback(host)
        if not self.local and not (password or token):
            raise GuardError(f"{host}: others can reach this address, so a password is needed: `marsad password` makes the value of MARSAD_PASSWORD; MARSAD_TOKEN lets programs in")
        if password and not password.startswith("$argon2"):
            raise GuardError("MARSAD_PASSWORD is no argon2 hash; `marsad password` makes one")
        self.password, self.token = password, token
        self.open = not password and not token
        self.secret = secrets.token_bytes(32)
        self.tries: dict[str, list[float]] = defaultdict(list)

    def host_allowed(self, host: str) -> bool:
        """Whether a request's Host header is this server's: an archive that nothing protects answers to loopback names alone, so that no other site's name leads to it (DNS rebinding)."""
        return not self.open or is_loopback(host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and not host.endswith("]") else host)

    def session(self, cookie: str) -> Session:
        """Return the session of a cookie, a new one when it is none of ours or too old."""
        parts = cookie.split(".")
        if len(parts) == 4 and hmac.compare_digest(self._sign(".".join(parts[:3])), parts[3]) and parts[2].isdecimal() and int(parts[2]) > time.time():
            return Session(parts[0], parts[1] == "1")
        return Session(secrets.token_hex(16), self.open)

    def cookie(self, session: Session) -> str:
        """Return the cookie of a session, good for a week."""
        told = f"{session.id}.{int(session.inside)}.{int(time.time()) + WEEK}"
        return f"{told}.{self._sign(told)}"

    def form_key(self, session: Session) -> str:
        """Return what forms of a session carry, so that no other site can send them."""
        return self._sign(f"form {session.id}")

    def is_form_key(self, session: Session, value: str) -> bool:
        """Whether a form is one of this session's."""
        return hmac.compare_digest(self.form_key(session), value)

    def is_token(self, header: str) -> bool:
        """Whether an Authorization header carries the token."""
        kind, _, value = header.partition(" ")
        return bool(self.token) and kind.lower() == "bearer" and hmac.compare_digest(value.strip().encode(), self.token.encode())

    def may_try(self, address: str) -> bool:
        """Whether an address may try a password now; counts the try."""
        now = time.monotonic()
        recent = [t for t in self.tries[address] if now - t < MINUTE]
        self.tries[address] = [*recent, now]
        if len(self.tries) > 10_000:
            self.tries.clear()
        return len(recent) < TRIES

    def is_password(self, value: str) -> bool:
        """Whether a password is the right one."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return bool(self.password) and PasswordHasher().verify(self.password, value)
        except (VerificationError, InvalidHashError):
            return False

    def _sign(self, text: str) -> str:
        return hmac.new(self.secret, text.encode(), sha256).hexdigest()


def hashed(password: str) -> str:
    """Return the argon2 hash of a password."""
    from argon2 import PasswordHasher

    return str(PasswordHasher().hash(password))
