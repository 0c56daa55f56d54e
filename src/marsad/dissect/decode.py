"""Bytes to text: the encoding a page really has, whatever it declares. Never fails; says what it could not read."""

from __future__ import annotations

import re

from marsad.arabic.letters import arabic_share

LIMIT = 20_000_000  # bytes of one page that are read; the rest is reported and left in the Page
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_NAMES = {"windows-1256": "cp1256", "cp-1256": "cp1256", "x-cp1256": "cp1256", "iso-8859-6": "iso8859-6", "asmo-708": "iso8859-6", "utf8": "utf-8"}


def _try(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _utf8_faults(body: bytes) -> tuple[str, float]:
    text = body.decode("utf-8", "replace")
    high = sum(c > "\x7f" for c in text) or 1
    return text, text.count("\ufffd") / high


def _likeness(text: str) -> float:
    """How much a decoding looks like Arabic text: share of Arabic letters, less what real text does not hold."""
    sample = text[:200_000]
    odd = sum(sample.count(c) for c in "طظ") / (len(sample) or 1)  # UTF-8 read as windows-1256 is a run of ط and ظ
    return arabic_share(sample) - 4 * odd - 20 * sample.count("\ufffd") / (len(sample) or 1)


def decode(body: bytes, declared: str = "") -> tuple[str, str, str]:
    """Return (text, encoding, problem code or "") of a page's bytes.

    Valid UTF-8 with letters beyond ASCII is UTF-8, whatever is declared: other encodings almost never form it by chance. Else the declared
    encoding and windows-1256 are tried, and the one that looks most like Arabic wins. A few broken sequences in UTF-8 (a page cut short)
    become U+FFFD, with the code "broken-encoding".

    >>> decode("خبر".encode("cp1256"), "utf-8")[:2]
    ('خبر', 'cp1256')
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            text = body[len(bom) :].decode(name, "replace")
            return text, name, "broken-encoding" if "\ufffd" in text else ""
    strict = _try(body, "utf-8")
    if strict is not None:
        return strict, "utf-8", ""
    loose, faults = _utf8_faults(body)
    if faults < 0.02:
        return loose, "utf-8", "broken-encoding"
    meta = _DECLARED.search(body[:4096])
    names = [declared, meta[1].decode("ascii") if meta else "", "cp1256"]
    best = (loose, "utf-8", _likeness(loose))
    for name in dict.fromkeys(_NAMES.get(n.lower(), n.lower()) for n in names if n):
        if name != "utf-8":
            try:
                text = body.decode(name, "replace")
            except LookupError:
                continue
            if (score := _likeness(text)) > best[2]:
                best = (text, name, score)
    return best[0], best[1], "broken-encoding" if "\ufffd" in best[0] else ""
